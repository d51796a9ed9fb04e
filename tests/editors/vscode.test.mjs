// A real VS Code with the packaged extension: what a person sees and clicks, and what is on disk afterwards.
// GUARDLINE_VSIX is the package (tests/run makes it).

import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertKeyMoved, assertTypechecks, changedFiles, commitAll, scene, text } from './scene.mjs';
import { startHost } from './vscode/host.mjs';
import { Workbench } from './vscode/workbench.mjs';

const ROUTE = 'app/api/notes/[id]/route.ts';
const WITH_KEY = 'app/api/summarize/route.ts';
const SETTINGS = {
  'guardline.quietMs': 0,
  'files.autoSave': 'off',
  'workbench.startupEditor': 'none',
  // Only Guardline's squiggles: the libraries are not installed in the copy.
  'typescript.validate.enable': false,
};

test('VS Code shows the mistakes and repairs them', { timeout: 900_000 }, async (t) => {
  const at = scene(t, 'notes-next');
  const { project } = at;
  commitAll(project);
  await inWindow('vscode-repair', at, async (workbench) => {
    await workbench.openFile(WITH_KEY);
    await workbench.squigglesAre((count) => count > 0, 'a squiggle');
    await workbench.statusSays(/Guardline: [1-9]\d* handlers? checked/);
    await workbench.openFile(ROUTE);
    await workbench.squigglesAre((count) => count > 0, 'a squiggle');
    await workbench.showProblems();
    await workbench.problemsAre('secret-hardcoded', 1);
    await workbench.problemsAre('missing-ownership', 2);

    await workbench.fix('secret-hardcoded', /^Move to OPENAI_API_KEY/);
    await workbench.showProblems();
    await workbench.problemsAre('secret-hardcoded', 0);
    for (const left of [1, 0]) {
      await workbench.fix('missing-ownership', /^Add ownership check/);
      await workbench.showProblems();
      await workbench.problemsAre('missing-ownership', left);
    }
    await workbench.saveAll();

    assertKeyMoved(project, {
      key: 'openai_project',
      name: 'OPENAI_API_KEY',
      file: '.env.local',
      source: WITH_KEY,
      read: /apiKey: process\.env\.OPENAI_API_KEY\b/,
    });
    assert.equal(text(project, ROUTE).match(/ownerId: session\.user\.id/g)?.length, 3, 'each access asks for the owner');
    assert.deepEqual(changedFiles(project), ['.env.example', '.gitignore', ROUTE, WITH_KEY].sort());
    assertTypechecks('notes-next', project);
    assert.deepEqual([...workbench.strangers], [], 'the window asked for nothing outside');

    await workbench.run('Guardline: Audit Now');
    await workbench.previewSays(/nothing found/i);
  });
});

test('VS Code starts no program that an untrusted workspace names', { timeout: 900_000 }, async (t) => {
  const at = scene(t, 'notes-next');
  const { folder, project } = at;
  const planted = join(project, 'guardline');
  const started = join(folder, 'started');
  writeFileSync(planted, `#!/bin/sh\ntouch '${started}'\n`);
  chmodSync(planted, 0o755);
  mkdirSync(join(project, '.vscode'));
  const settings = { 'guardline.server.path': planted, 'guardline.rules': { 'secret-hardcoded': 'off' } };
  writeFileSync(join(project, '.vscode', 'settings.json'), JSON.stringify(settings));

  await inWindow('vscode-untrusted', { ...at, trustEverything: false }, async (workbench) => {
    await workbench.distrust();
    await workbench.openFile(WITH_KEY);
    await workbench.showProblems();
    await workbench.problemsAre('secret-hardcoded', 1);
    assert.match(await workbench.statusBar(), /Restricted Mode/);
    assert.ok(!existsSync(started), 'the planted program was started');
  });
});

async function inWindow(name, at, act) {
  const vsix = process.env.GUARDLINE_VSIX;
  assert.ok(vsix, 'GUARDLINE_VSIX is not set');
  const { origin, log } = await startHost({ ...at, vsix, settings: SETTINGS });
  const workbench = await Workbench.open({ ...at, origin });
  try {
    await act(workbench);
  } catch (error) {
    const picture = await workbench.photograph(name).catch(() => 'no picture');
    error.message += `\n(picture: ${picture})\n${log().slice(-2000)}`;
    throw error;
  }
}
