// What stands between a secret and the public: pre-commit before a commit, and CI after it. pre-commit is the real one; of what
// only a service can run (actions of others, the upload) the scripts are run as its runner would.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
const guardline = process.env.GUARDLINE_BIN ?? join(root, 'target', 'debug', 'guardline');
const python = join(process.env.GUARDLINE_PRE_COMMIT ?? '', 'bin', 'python');
const preCommit = join(process.env.GUARDLINE_PRE_COMMIT ?? '', 'bin', 'pre-commit');

const folders = [];
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function folder() {
  const made = mkdtempSync(join(tmpdir(), 'guardline-ci-'));
  folders.push(made);
  return made;
}

// A folder on PATH with the program, and a cargo that has nothing to do.
const programs = folder();
symlinkSync(guardline, join(programs, 'guardline'));
writeFileSync(join(programs, 'cargo'), '#!/bin/sh\nexit 0\n');
chmodSync(join(programs, 'cargo'), 0o755);

const environment = {
  PATH: `${programs}:${process.env.PATH}`,
  HOME: folder(),
  PRE_COMMIT_HOME: folder(),
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'somebody',
  GIT_AUTHOR_EMAIL: 'somebody@example.org',
  GIT_COMMITTER_NAME: 'somebody',
  GIT_COMMITTER_EMAIL: 'somebody@example.org',
};

const run = (cwd, program, args, more = {}) => spawnSync(program, args, { cwd, encoding: 'utf8', env: { ...environment, ...more } });
const git = (cwd, ...args) => execFileSync('git', args, { cwd, encoding: 'utf8', env: environment, stdio: ['ignore', 'pipe', 'pipe'] }).trim();
const yaml = (path) =>
  JSON.parse(execFileSync(python, ['-c', 'import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))', path], { encoding: 'utf8' }));

// Letters drawn anew each time, so that no such key stands in this repository.
function leak() {
  const letters = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
  const key = `sk_${'live'}_${Array.from({ length: 24 }, () => letters[Math.floor(Math.random() * letters.length)]).join('')}`;
  return { key, text: `import Stripe from "stripe";\n\nexport const stripe = new Stripe("${key}");\n` };
}

function shop() {
  const project = folder();
  git(project, 'init', '-q', '-b', 'main');
  writeFileSync(join(project, 'package.json'), '{ "dependencies": { "stripe": "17" } }\n');
  writeFileSync(join(project, '.gitignore'), '.env\n');
  git(project, 'add', '-A');
  git(project, 'commit', '-q', '-m', 'first');
  return project;
}

// A commit with a secret in it is refused, and goes through once the secret is out of the code.
function blocksSecrets(project) {
  const { key, text } = leak();
  const installed = run(project, preCommit, ['install']);
  assert.equal(installed.status, 0, installed.stdout + installed.stderr);
  writeFileSync(join(project, 'pay.ts'), text);
  writeFileSync(join(project, 'other.ts'), 'export const other = 1;\n');
  git(project, 'add', '-A');
  const before = git(project, 'rev-parse', 'HEAD');
  const refused = run(project, 'git', ['commit', '-m', 'pay']);
  const told = refused.stdout + refused.stderr;
  assert.equal(refused.status, 1, told);
  assert.match(told, /Failed/);
  assert.match(told, /pay\.ts:3/);
  assert.ok(!told.includes(key), 'the key is not printed');
  assert.equal(git(project, 'rev-parse', 'HEAD'), before);

  // What lies on disk does not count, only what is staged.
  writeFileSync(join(project, 'pay.ts'), 'export {};\n');
  assert.equal(run(project, 'git', ['commit', '-m', 'pay']).status, 1);
  writeFileSync(join(project, 'pay.ts'), text);

  const fixed = run(project, 'guardline', ['audit', '--fix', '--allow-dirty']);
  assert.equal(fixed.status, 0, fixed.stdout + fixed.stderr);
  git(project, 'add', '-A');
  const passed = run(project, 'git', ['commit', '-m', 'pay']);
  assert.equal(passed.status, 0, passed.stdout + passed.stderr);
  assert.match(passed.stdout + passed.stderr, /Passed/);
  assert.ok(!git(project, 'log', '-p', '--all').includes(key), 'no commit holds the key');
  assert.match(git(project, 'show', 'HEAD:pay.ts'), /process\.env\.STRIPE/);
}

test('pre-commit runs the hook that this repository defines', () => {
  const hooks = folder();
  git(hooks, 'init', '-q', '-b', 'main');
  copyFileSync(join(root, '.pre-commit-hooks.yaml'), join(hooks, '.pre-commit-hooks.yaml'));
  git(hooks, 'add', '-A');
  git(hooks, 'commit', '-q', '-m', 'hooks');
  const project = shop();
  const revision = git(hooks, 'rev-parse', 'HEAD');
  writeFileSync(join(project, '.pre-commit-config.yaml'), `repos:\n  - repo: ${hooks}\n    rev: ${revision}\n    hooks:\n      - id: guardline-system\n`);
  blocksSecrets(project);
});

test('pre-commit runs what guardline init wrote', () => {
  const project = shop();
  const made = run(project, 'guardline', ['init', '--pre-commit']);
  assert.equal(made.status, 0, made.stdout + made.stderr);
  assert.match(made.stdout, /wrote guardline\.json/);
  git(project, 'add', '-A');
  git(project, 'commit', '-q', '-m', 'guardline');
  blocksSecrets(project);
});

test('pre-commit accepts the definitions', () => {
  const checked = run(root, python, ['-m', 'pre_commit', 'validate-manifest', '.pre-commit-hooks.yaml']);
  assert.equal(checked.status, 0, checked.stdout + checked.stderr);
});

const atTerminal = (cwd, answers, ...args) => run(cwd, python, [join(root, 'tests/ci/terminal.py'), answers, guardline, ...args], { TERM: 'xterm' });

test('a person at a terminal decides about each fix', () => {
  const project = shop();
  const [pay, ship] = [leak(), leak()];
  writeFileSync(join(project, 'pay.ts'), pay.text);
  writeFileSync(join(project, 'ship.ts'), ship.text);
  git(project, 'add', '-A');
  git(project, 'commit', '-q', '-m', 'keys');
  const read = (name) => readFileSync(join(project, name), 'utf8');
  const stopped = atTerminal(project, '^', 'audit', '--fix', '--review');
  assert.equal(stopped.status, 130, stopped.stdout);
  assert.equal(git(project, 'status', '--short'), '');
  const none = atTerminal(project, 'q', 'audit', '--fix', '--review');
  assert.equal(none.status, 1, none.stdout);
  assert.match(none.stdout, /Nothing was changed/);
  const first = atTerminal(project, '?yq', 'audit', '--fix', '--review');
  assert.equal(first.status, 1, first.stdout);
  assert.match(first.stdout, /\x1b\[1;31m-export const stripe/);
  assert.match(first.stdout, /y: apply it/);
  assert.ok(!first.stdout.includes(pay.key) && !read('pay.ts').includes(pay.key) && read('ship.ts').includes(ship.key));
  const all = atTerminal(project, 'a', 'audit', '--fix', '--review', '--allow-dirty');
  assert.equal(all.status, 0, all.stdout);
  assert.ok(!read('ship.ts').includes(ship.key));
});

test('a person at a terminal decides about each offer of guardline init', () => {
  const project = shop();
  mkdirSync(join(project, '.claude'));
  const made = atTerminal(project, 'nyn', 'init');
  assert.equal(made.status, 0, made.stdout);
  assert.ok(existsSync(join(project, 'guardline.json')) && existsSync(join(project, '.claude/settings.json')));
  assert.ok(!existsSync(join(project, '.vscode')) && !existsSync(join(project, '.pre-commit-config.yaml')));
  writeFileSync(join(project, 'guardline.json'), '{}');
  assert.match(atTerminal(project, 'nnnn', 'init').stdout, /Write it anew\? What is in it will be lost/);
  assert.equal(readFileSync(join(project, 'guardline.json'), 'utf8'), '{}');
  atTerminal(project, 'nnny', 'init');
  assert.match(readFileSync(join(project, 'guardline.json'), 'utf8'), /publicRoutes/);
});

// The steps of a job that have a script, run one after the other as a runner does. True if all of them went well.
function runSteps(steps, cwd, env) {
  const codes = {};
  let failed = false;
  for (const step of steps.filter((step) => step.run)) {
    if (failed && !String(step.if ?? '').includes('always()')) continue;
    const ran = run(cwd, 'bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run], { ...env, ...step.with });
    codes[step.name] = { code: ran.status, out: ran.stdout + ran.stderr };
    failed ||= ran.status !== 0;
  }
  return { failed, codes };
}

function pushed() {
  const project = shop();
  const { key, text } = leak();
  writeFileSync(join(project, 'old.ts'), text);
  git(project, 'add', '-A');
  git(project, 'commit', '-q', '-m', 'old');
  git(project, 'checkout', '-q', '-b', 'work');
  writeFileSync(join(project, 'fine.ts'), 'export const fine = 1;\n');
  git(project, 'add', '-A');
  git(project, 'commit', '-q', '-m', 'fine');
  return { project, key };
}

const found = (project, name = 'guardline.sarif') => JSON.parse(readFileSync(join(project, name), 'utf8')).runs[0].results.length;

test('the action audits, tells and writes a report', () => {
  const action = yaml(join(root, 'action.yml'));
  assert.equal(action.runs.using, 'composite');
  const steps = (inputs) =>
    action.runs.steps.map((step) => ({
      ...step,
      with: Object.fromEntries(
        Object.entries(step.env ?? {}).map(([name, value]) => [name, inputs[/inputs\.([\w-]+)/.exec(value)[1]] ?? action.inputs[/inputs\.([\w-]+)/.exec(value)[1]].default]),
      ),
    }));
  const { project, key } = pushed();
  const env = { GITHUB_ACTION_PATH: root, GITHUB_WORKSPACE: project };
  let { failed, codes } = runSteps(steps({}), project, env);
  assert.ok(failed);
  assert.equal(codes.Audit.code, 1, codes.Audit.out);
  assert.match(codes.Audit.out, /old\.ts:3/);
  assert.ok(!codes.Audit.out.includes(key));
  assert.equal(found(project), 1);
  ({ failed, codes } = runSteps(steps({ changed: 'main' }), project, env));
  assert.ok(!failed, codes.Audit.out);
  assert.equal(found(project), 0);
  ({ failed, codes } = runSteps(steps({ 'fail-on': 'never', sarif: '' }), project, env));
  assert.ok(!failed, codes.Audit.out);
  ({ failed, codes } = runSteps(steps({ changed: 'nowhere' }), project, env));
  assert.equal(codes.Audit.code, 2, codes.Audit.out);
  // Each input is used, and each that is used is declared.
  const used = new Set([...readFileSync(join(root, 'action.yml'), 'utf8').matchAll(/inputs\.([\w-]+)/g)].map((match) => match[1]));
  assert.deepEqual([...used].sort(), Object.keys(action.inputs).sort());
});

test('the workflow that guardline init writes audits what was pushed', () => {
  const { project } = pushed();
  assert.equal(run(project, 'guardline', ['init', '--ci', 'github']).status, 0);
  const workflow = yaml(join(project, '.github/workflows/guardline.yml'));
  const { failed, codes } = runSteps(workflow.jobs.audit.steps, project, {});
  assert.ok(failed);
  assert.equal(codes.Audit.code, 1, codes.Audit.out);
  assert.equal(codes['Show findings'].code, 0);
  assert.match(codes['Show findings'].out, /old\.ts:3/);
  assert.equal(found(project), 1);
});

test("GitLab's job audits what a merge request changes", () => {
  const { project } = pushed();
  assert.equal(run(project, 'guardline', ['init', '--ci', 'gitlab']).status, 0);
  const job = yaml(join(project, '.gitlab-ci.yml')).guardline;
  const script = job.script.join('\n');
  const whole = run(project, 'bash', ['-eo', 'pipefail', '-c', script]);
  assert.equal(whole.status, 1, whole.stdout + whole.stderr);
  assert.equal(found(project), 1);
  const request = run(project, 'bash', ['-eo', 'pipefail', '-c', script], { CI_MERGE_REQUEST_DIFF_BASE_SHA: git(project, 'rev-parse', 'main') });
  assert.equal(request.status, 0, request.stdout + request.stderr);
  assert.equal(found(project), 0);
});

test('a public tool reads our SARIF, writes it, and finds the same in what it wrote', () => {
  const project = folder();
  writeFileSync(join(project, 'pay.ts'), leak().text);
  writeFileSync(
    join(project, 'app.py'),
    'import sqlite3\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\n@app.get("/notes")\ndef notes():\n    query = f"SELECT * FROM notes WHERE title = \'{request.args[\'title\']}\'"\n    return sqlite3.connect("notes.db").execute(query).fetchall()\n\n\nif __name__ == "__main__":\n    app.run(debug=True)\n',
  );
  assert.equal(run(project, 'guardline', ['audit', '--format', 'sarif', '--output', 'ours.sarif']).status, 1);
  const tool = (...args) => {
    const ran = run(project, join(process.env.GUARDLINE_PRE_COMMIT ?? '', 'bin', 'sarif'), args);
    assert.equal(ran.status, 0, ran.stdout + ran.stderr);
    return ran.stdout;
  };
  tool('copy', '--output', 'theirs.sarif', 'ours.sarif');
  const results = (name) => JSON.parse(readFileSync(join(project, name), 'utf8')).runs[0].results;
  const [ours, theirs] = [results('ours.sarif'), results('theirs.sarif')];
  for (const rule of ['secret-hardcoded', 'sql-injection', 'debug-enabled']) assert.ok(ours.some(({ ruleId }) => ruleId === rule), rule);
  assert.deepEqual(theirs, ours, 'what it kept is what was told');
  assert.match(tool('--check', 'note', 'diff', 'ours.sarif', 'theirs.sarif'), /all levels: \+0 [+-]0/);
  tool('csv', '--output', 'rows.csv', 'ours.sarif');
  const rows = readFileSync(join(project, 'rows.csv'), 'utf8').trim().split('\n').slice(1);
  assert.equal(rows.length, ours.length);
  for (const { ruleId, locations } of ours) {
    const { artifactLocation, region } = locations[0].physicalLocation;
    assert.ok(rows.some((row) => row.includes(`,${ruleId},`) && row.trim().endsWith(`,${artifactLocation.uri},${region.startLine}`)), `${ruleId} in\n${rows.join('\n')}`);
  }
});

test('a husky project gets its line', () => {
  const project = shop();
  mkdirSync(join(project, '.husky'));
  writeFileSync(join(project, '.husky/pre-commit'), 'npm test');
  const made = run(project, 'guardline', ['init', '--pre-commit', '--yes']);
  assert.equal(made.status, 0, made.stderr);
  assert.equal(readFileSync(join(project, '.husky/pre-commit'), 'utf8'), 'npm test\nguardline audit --staged\n');
  assert.ok(!existsSync(join(project, '.pre-commit-config.yaml')));
});
