// Makes guardline-<platform>.vsix: the bundle, the schema, and the server for this machine's platform.
// The server is $GUARDLINE_BIN, or what `cargo build --release` left.

import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(dirname(fileURLToPath(import.meta.url)));
const root = join(folder, '..', '..');
const target = `${process.platform}-${process.arch}`;
const program = process.platform === 'win32' ? 'guardline.exe' : 'guardline';
const server = process.env.GUARDLINE_BIN || join(root, 'target', 'release', program);
if (!existsSync(server)) {
  console.error(`There is no ${server}. Run "cargo build --release" first, or set GUARDLINE_BIN.`);
  process.exit(1);
}

rmSync(join(folder, 'server'), { recursive: true, force: true });
mkdirSync(join(folder, 'server'));
mkdirSync(join(folder, 'schemas'), { recursive: true });
copyFileSync(server, join(folder, 'server', program));
chmodSync(join(folder, 'server', program), 0o755); // the archive keeps it, and so does the installed extension
copyFileSync(join(root, 'queries', 'guardline.schema.json'), join(folder, 'schemas', 'guardline.schema.json'));
copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));

const run = (command, ...args) => execFileSync(command, args, { cwd: folder, stdio: 'inherit' });
run(process.execPath, 'scripts/build.mjs');
run(
  process.execPath,
  'node_modules/@vscode/vsce/vsce',
  'package',
  '--no-dependencies',
  '--allow-missing-repository',
  '--target',
  target,
  '--out',
  process.argv[2] ?? `guardline-${target}.vsix`,
);
