// What the server is told of the person's settings. Nothing here imports `vscode`.

/** What `WorkspaceConfiguration.inspect` says of one setting. */
export interface Inspected {
  readonly globalValue?: unknown;
  readonly workspaceValue?: unknown;
  readonly workspaceFolderValue?: unknown;
}

type Inspect = (name: string) => Inspected | undefined;

const LIVE = ['quietMs', 'audience', 'rules', 'codeLens'] as const;

/**
 * For the start: only what somebody has set. A default is not an opinion, and must not override the project's
 * `guardline.json`.
 */
export function chosenSettings(inspect: Inspect): Record<string, unknown> {
  const chosen: Record<string, unknown> = {};
  for (const name of LIVE) {
    const value = chosenValue(inspect, name);
    if (value !== undefined) chosen[name] = value;
  }
  const push = chosenValue(inspect, 'diagnostics.push');
  if (push !== undefined) chosen['diagnostics'] = { push };
  return chosen;
}

/** For a running server: `null` takes back what was set before. */
export function changedSettings(inspect: Inspect): Record<string, unknown> {
  return Object.fromEntries(LIVE.map((name) => [name, chosenValue(inspect, name) ?? null]));
}

function chosenValue(inspect: Inspect, name: string): unknown {
  const at = inspect(name);
  return at?.workspaceFolderValue ?? at?.workspaceValue ?? at?.globalValue;
}
