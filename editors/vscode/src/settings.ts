// What the server is told of the person's settings. Nothing here imports `vscode`.

/** What `WorkspaceConfiguration.inspect` says of one setting. */
export interface Inspected {
  readonly globalValue?: unknown;
  readonly workspaceValue?: unknown;
  readonly workspaceFolderValue?: unknown;
}

const SENT = ['quietMs', 'audience', 'rules', 'diagnostics.push'] as const;

/**
 * Only what somebody has set. A default is not an opinion: it must not override the project's `guardline.json`.
 * `diagnostics.push` becomes `{ diagnostics: { push } }`.
 */
export function chosenSettings(inspect: (name: string) => Inspected | undefined): Record<string, unknown> {
  const chosen: Record<string, unknown> = {};
  for (const name of SENT) {
    const at = inspect(name);
    const value = at?.workspaceFolderValue ?? at?.workspaceValue ?? at?.globalValue;
    if (value === undefined) continue;
    let place = chosen;
    const steps = name.split('.');
    const last = steps.pop() ?? name;
    for (const step of steps) place = (place[step] ??= {}) as Record<string, unknown>;
    place[last] = value;
  }
  return chosen;
}
