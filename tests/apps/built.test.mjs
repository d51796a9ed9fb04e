// What the analysis says about the browser is held against what the apps' own tools build: the secret that it says goes to every
// visitor is in the built files, the one that it says does not is not, and after the fixes the build is without what they took out.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { KEYS, lay } from './lay.mjs';

const APPS = dirname(fileURLToPath(import.meta.url));
const GUARDLINE = process.env.GUARDLINE_BIN;

const CASES = [
  {
    app: 'wiki-vite',
    build: ['vite', 'build'],
    served: 'dist',
    shipped: ['openai_project', 'gemini', 'hex_token'],
    kept: ['stripe_live', 'resend'],
    // Where the analysis says so: file, rule.
    said: {
      openai_project: ['src/keys.ts', 'secret-client-exposed'],
      gemini: ['vite.config.ts', 'secret-client-exposed'],
      hex_token: ['.env', 'public-env-secret'],
      stripe_live: ['server/mail.ts', 'secret-hardcoded'],
    },
    cleaned: ['gemini'],
  },
  {
    app: 'desk-next',
    build: ['next', 'build'],
    served: '.next/static',
    shipped: ['openai_project', 'ticket_secret', 'admin_password'],
    kept: ['stripe_live', 'resend'],
    said: {
      openai_project: ['lib/ai.ts', 'secret-client-exposed'],
      ticket_secret: ['next.config.ts', 'secret-client-exposed'],
      admin_password: ['.env', 'public-env-secret'],
      resend: ['app/api/mail/route.ts', 'secret-hardcoded'],
    },
    cleaned: ['ticket_secret'],
  },
];

for (const { app, build, served, shipped, kept, said, cleaned } of CASES) {
  test(`${app}: what is said to reach the browser does, and nothing else`, () => {
    const folder = mkdtempSync(join(tmpdir(), `guardline-${app}-`));
    try {
      lay(app, folder);
      symlinkSync(join(libraries(app), 'node_modules'), join(folder, 'node_modules'));

      const findings = results(folder, []);
      for (const [key, [file, rule]] of Object.entries(said)) {
        assert.ok(findings.some((found) => found.file === file && found.rule === rule), `${key}: ${rule} in ${file}: ${JSON.stringify(findings)}`);
      }
      const client = findings.filter((found) => found.rule === 'secret-client-exposed').map((found) => found.file);
      assert.ok(!client.some((file) => file.startsWith('server/') || file.startsWith('app/api/')), `${client}`);

      make(folder, build);
      const texts = servedTexts(join(folder, served));
      for (const key of shipped) assert.ok(holds(texts, KEYS[key]), `${key} is not in what is served`);
      for (const key of kept) assert.ok(!holds(texts, KEYS[key]), `${key} is in what is served`);

      const built = results(folder, ['--built']);
      const exposed = built.filter((found) => found.rule === 'secret-client-exposed' || found.rule === 'public-env-secret');
      for (const key of ['openai_project', ...cleaned]) {
        assert.ok(exposed.some((found) => /last build serves/.test(found.message)), `${key}: ${JSON.stringify(exposed)}`);
      }
      assert.ok(built.some((found) => found.rule === 'public-source-maps' && found.file.startsWith(served)), 'the maps are not told of');
      for (const key of Object.values(KEYS)) assert.ok(!JSON.stringify(built).includes(key), 'a report holds a secret');

      repair(folder, findings, (fix) => /^(Remove|Set) /.test(fix.title));
      make(folder, build);
      const after = servedTexts(join(folder, served));
      for (const key of cleaned) assert.ok(!holds(after, KEYS[key]), `${key} is still in what is served`);
      assert.ok(!after.some(([name]) => name.endsWith('.map')), 'maps are still served');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

function libraries(app) {
  const run = spawnSync('bash', ['-c', `source "${join(APPS, '../install')}"; app_libraries "${join(APPS, app)}"`], { encoding: 'utf8' });
  assert.equal(run.status, 0, run.stderr);
  return run.stdout.trim();
}

function make(folder, [tool, ...args]) {
  const run = spawnSync(join(folder, 'node_modules/.bin', tool), args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', CI: '1' },
  });
  assert.equal(run.status, 0, `${run.stdout}${run.stderr}`);
}

/** The findings of an audit, with the edits of their fixes. */
function results(folder, flags) {
  const run = spawnSync(GUARDLINE, ['audit', folder, '--format', 'sarif', ...flags], { encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.ok(run.status === 0 || run.status === 1, run.stderr);
  return JSON.parse(run.stdout).runs[0].results.map((result) => ({
    rule: result.ruleId,
    file: result.locations[0].physicalLocation.artifactLocation.uri,
    message: result.message.text,
    fixes: (result.fixes ?? []).map((fix) => ({ title: fix.description.text, changes: fix.artifactChanges })),
  }));
}

/** Carries out the wanted fixes, from the end of each file to its beginning. */
function repair(folder, findings, wanted) {
  const byFile = new Map();
  for (const change of findings.flatMap((found) => found.fixes.filter(wanted).slice(0, 1)).flatMap((fix) => fix.changes)) {
    const file = join(folder, change.artifactLocation.uri);
    byFile.set(file, [...(byFile.get(file) ?? []), ...change.replacements]);
  }
  assert.notEqual(byFile.size, 0, 'no fix is offered');
  for (const [file, replacements] of byFile) {
    let text = readFileSync(file, 'utf8');
    const starts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    const offset = (line, column) => starts[line - 1] + column - 1;
    const edits = replacements.map(({ deletedRegion: region, insertedContent }) => ({
      start: offset(region.startLine, region.startColumn ?? 1),
      end: offset(region.endLine ?? region.startLine, region.endColumn ?? region.startColumn ?? 1),
      text: insertedContent?.text ?? '',
    }));
    for (const edit of edits.sort((a, b) => b.start - a.start)) text = text.slice(0, edit.start) + edit.text + text.slice(edit.end);
    writeFileSync(file, text);
  }
}

function servedTexts(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => [entry.name, readFileSync(join(entry.parentPath ?? entry.path, entry.name), 'latin1')]);
}

function holds(texts, value) {
  return texts.some(([, text]) => text.includes(value));
}
