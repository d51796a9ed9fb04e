// Bundles the extension into dist/, or with --tests its unit tests into out/.

import { readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = dirname(dirname(fileURLToPath(import.meta.url)));
const bundle = { absWorkingDir: folder, bundle: true, platform: 'node', format: 'cjs', target: 'node20', logLevel: 'warning' };

if (process.argv.includes('--tests')) {
  rmSync(join(folder, 'out'), { recursive: true, force: true });
  const tests = readdirSync(join(folder, 'test')).filter((name) => name.endsWith('.test.ts'));
  await build({ ...bundle, entryPoints: tests.map((name) => `test/${name}`), outdir: 'out', sourcemap: 'inline' });
} else {
  await build({ ...bundle, entryPoints: ['src/extension.ts'], outfile: 'dist/extension.js', external: ['vscode'], minify: true });
}
