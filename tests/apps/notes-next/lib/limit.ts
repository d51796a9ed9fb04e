const hits = new Map<string, { count: number; resetAt: number }>();

/** True while `key` has made fewer than `max` calls in the current minute. */
export function withinLimit(key: string, max: number): boolean {
  const now = Date.now();
  const entry = hits.get(key);
  if (!entry || entry.resetAt <= now) {
    hits.set(key, { count: 1, resetAt: now + 60_000 });
    return true;
  }
  entry.count += 1;
  return entry.count <= max;
}
