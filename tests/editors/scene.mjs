// What the editor tests share: the project they open, and what must be on disk once the fixes were applied and saved.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KEYS, lay } from '../apps/lay.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
export const ROOT = join(HERE, '..', '..');
/** The server under test. */
export const SERVER = process.env.GUARDLINE_BIN || join(ROOT, 'target', 'debug', 'guardline');
/** Where `tests/install` put the editors. */
export const CACHE = process.env.GUARDLINE_TESTS_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'guardline-tests');

/** The folder in the cache that begins like this; of several versions the newest. */
export function newestInstalled(prefix) {
  const versions = readdirSync(CACHE).filter((name) => name.startsWith(prefix));
  return versions.sort(new Intl.Collator('en', { numeric: true }).compare).at(-1) ?? `${prefix}is-not-installed`;
}

/**
 * A test app in a folder of its own, which ends with the test. What is started in it is handed to `undo`: the last thing
 * started is the first one ended, and the folder goes when nothing uses it any more.
 */
export function scene(t, app) {
  const folder = mkdtempSync(join(tmpdir(), 'guardline-'));
  const undone = [() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })];
  t.after(async () => {
    const failures = [];
    for (const undo of undone.reverse()) {
      try {
        await undo();
      } catch (failure) {
        failures.push(failure);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'could not clean up');
  });
  const project = join(folder, 'project');
  lay(app, project);
  return { folder, project, undo: (how) => undone.push(how) };
}

/** The key has left the code and is where it belongs, and only there. */
export function assertKeyMoved(project, { key, name, file, source, read }) {
  const value = KEYS[key];
  const code = text(project, source);
  assert.ok(!code.includes(value), `${source} still holds the key`);
  assert.match(code, read, `${source} does not read the variable`);
  assert.equal(lines(project, file).filter((line) => line === `${name}=${value}`).length, 1, `${file} does not hold the value once`);
  assert.equal(lines(project, '.env.example').filter((line) => line.startsWith(`${name}=`)).length, 1, '.env.example does not name the variable');
  assert.ok(!text(project, '.env.example').includes(value), '.env.example holds the key');
  assert.ok(isIgnored(project, file), `git would commit ${file}`);
  assert.ok(!isIgnored(project, '.env.example'), 'git would not commit .env.example');
}

/** `tsc --noEmit` over the project as it is on disk now. */
export function assertTypechecks(app, project) {
  const run = spawnSync(join(ROOT, 'tests', 'apps', 'typecheck'), [app, project], { encoding: 'utf8' });
  assert.equal(run.status, 0, `${run.stdout}${run.stderr}`);
}

/** What git says changed, without the files that it ignores. */
export function changedFiles(project) {
  return execFileSync('git', ['-C', project, 'status', '--porcelain', '--untracked-files=all'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.slice(3).replace(/^"(.*)"$/, '$1'))
    .sort();
}

/** Makes the files as they are now the state that `changedFiles` compares with. */
export function commitAll(project) {
  const who = ['-c', 'user.name=Test', '-c', 'user.email=test@guardline.invalid', '-c', 'commit.gpgsign=false', '-c', 'core.hooksPath=/dev/null'];
  execFileSync('git', ['-C', project, 'add', '--all']);
  execFileSync('git', ['-C', project, ...who, 'commit', '--quiet', '--message', 'As the assistant left it']);
}

export function text(project, file) {
  const path = join(project, file);
  assert.ok(existsSync(path), `${file} is not there`);
  return readFileSync(path, 'utf8');
}

function lines(project, file) {
  return text(project, file).split('\n');
}

function isIgnored(project, file) {
  return spawnSync('git', ['-C', project, 'check-ignore', '--quiet', '--no-index', file]).status === 0;
}
