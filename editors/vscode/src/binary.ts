// Which program is the server. Nothing here imports `vscode`, so that it can be tested as a plain function.

import * as path from 'node:path';

export interface Surroundings {
  /** `guardline.server.path`: a machine setting, so never the workspace's word. */
  readonly configured: string;
  /** The folder the extension is installed in. */
  readonly extension: string;
  /** The `PATH` of the editor. */
  readonly path: string;
  /** The folders that are open. Nothing in them is ever started. */
  readonly workspaces: readonly string[];
  readonly windows: boolean;
  readonly isProgram: (file: string) => boolean;
}

export type Found =
  | { readonly kind: 'found'; readonly file: string }
  | { readonly kind: 'missing'; readonly reason: string };

/** The configured program, else the one in the extension, else the first one on `PATH`. */
export function findServer(at: Surroundings): Found {
  const { isAbsolute, join, delimiter } = at.windows ? path.win32 : path.posix;
  const name = at.windows ? 'guardline.exe' : 'guardline';

  const configured = at.configured.trim();
  if (configured !== '') {
    // A wrong setting is told, not papered over: another version would be started without anybody noticing.
    if (!isAbsolute(configured)) return missing(`guardline.server.path is not an absolute path: ${configured}`);
    if (!at.isProgram(configured)) return missing(`guardline.server.path is not a program: ${configured}`);
    return { kind: 'found', file: configured };
  }

  const bundled = join(at.extension, 'server', name);
  if (at.isProgram(bundled)) return { kind: 'found', file: bundled };

  for (const folder of at.path.split(delimiter)) {
    // `.` or `node_modules/.bin` on PATH would start a program that the opened code brought along.
    if (!isAbsolute(folder) || at.workspaces.some((workspace) => isInside(workspace, folder, at.windows))) continue;
    const file = join(folder, name);
    if (at.isProgram(file)) return { kind: 'found', file };
  }
  return missing(`there is no ${name} in the extension or on PATH`);
}

function missing(reason: string): Found {
  return { kind: 'missing', reason };
}

function isInside(outer: string, inner: string, windows: boolean): boolean {
  const { relative, isAbsolute, sep } = windows ? path.win32 : path.posix;
  const steps = relative(outer, inner);
  return steps !== '..' && !steps.startsWith(`..${sep}`) && !isAbsolute(steps);
}
