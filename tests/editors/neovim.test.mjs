// A real Neovim with the plugin: the fixes are applied by code actions, and the files read back from disk.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { assertKeyMoved, assertTypechecks, changedFiles, commitAll, ROOT, scene, SERVER, text } from './scene.mjs';

const SCRIPTS = join(dirname(fileURLToPath(import.meta.url)), 'neovim');

const APPS = [
  {
    app: 'notes-next',
    steps: [
      { file: 'app/api/summarize/route.ts', rule: 'secret-hardcoded', title: 'Move to OPENAI_API_KEY in .env.local (value hidden)', times: 1 },
      { file: 'app/api/notes/[id]/route.ts', rule: 'missing-ownership', title: 'Add ownership check', times: 2 },
    ],
    moved: { key: 'openai_project', name: 'OPENAI_API_KEY', file: '.env.local', source: 'app/api/summarize/route.ts', read: /apiKey: process\.env\.OPENAI_API_KEY\b/ },
    owner: { file: 'app/api/notes/[id]/route.ts', asks: /ownerId: session\.user\.id/g, times: 3 },
    changed: ['.env.example', '.gitignore', 'app/api/notes/[id]/route.ts', 'app/api/summarize/route.ts'],
  },
  {
    app: 'orders-express',
    steps: [
      { file: 'src/routes/orders.ts', rule: 'secret-hardcoded', title: 'Move to STRIPE_SECRET_KEY in .env (value hidden)', times: 1 },
      { file: 'src/routes/orders.ts', rule: 'missing-ownership', title: 'Add ownership check', times: 1 },
    ],
    moved: { key: 'stripe_live', name: 'STRIPE_SECRET_KEY', file: '.env', source: 'src/routes/orders.ts', read: /new Stripe\(process\.env\.STRIPE_SECRET_KEY\b/ },
    owner: { file: 'src/routes/orders.ts', asks: /user: req\.user!\.id/g, times: 4 },
    changed: ['.env.example', 'src/routes/orders.ts'],
  },
  {
    app: 'boards-fastify',
    steps: [
      { file: 'src/mail.ts', rule: 'secret-hardcoded', title: 'Move to RESEND_API_KEY in .env (value hidden)', times: 1 },
      { file: 'src/routes/boards.ts', rule: 'missing-ownership', title: 'Add ownership check', times: 1 },
    ],
    moved: { key: 'resend', name: 'RESEND_API_KEY', file: '.env', source: 'src/mail.ts', read: /new Resend\(process\.env\.RESEND_API_KEY\b/ },
    owner: { file: 'src/routes/boards.ts', asks: /eq\(boards\.userId, request\.user\.sub\)/g, times: 4 },
    changed: ['.env.example', 'src/mail.ts', 'src/routes/boards.ts'],
  },
];

for (const { app, steps, moved, owner, changed } of APPS) {
  test(`Neovim repairs ${app}`, { timeout: 900_000 }, (t) => {
    const { folder, project } = scene(t, app);
    commitAll(project);
    neovim(t, folder, project, 'repair.lua', { STEPS: JSON.stringify(steps) });
    assertKeyMoved(project, moved);
    assert.equal(text(project, owner.file).match(owner.asks)?.length, owner.times, 'each access asks for the owner');
    assert.deepEqual(changedFiles(project), [...changed].sort());
    assertTypechecks(app, project);
  });
}

test("Neovim's commands, health check and status line", { timeout: 900_000 }, (t) => {
  const { folder, project } = scene(t, 'notes-next');
  neovim(t, folder, project, 'plugin.lua');
});

function neovim(t, folder, project, script, more = {}) {
  const home = (name) => {
    mkdirSync(join(folder, name));
    return join(folder, name);
  };
  const run = spawnSync('nvim', ['--headless', '-u', 'NONE', '-i', 'NONE', '-n', '-l', join(SCRIPTS, script)], {
    cwd: project,
    encoding: 'utf8',
    timeout: 880_000,
    env: {
      ...process.env,
      ...more,
      XDG_CONFIG_HOME: home('config'),
      XDG_DATA_HOME: home('data'),
      XDG_STATE_HOME: home('state'),
      XDG_CACHE_HOME: home('cache'),
      GUARDLINE_BIN: SERVER,
      GUARDLINE_PLUGIN: join(ROOT, 'editors', 'neovim'),
      EDITOR_LUA: join(SCRIPTS, 'editor.lua'),
    },
  });
  for (const line of run.stdout.split('\n').filter((line) => line !== '')) t.diagnostic(line);
  assert.equal(run.status, 0, `${run.error ?? ''}${run.stdout}${run.stderr}`);
}
