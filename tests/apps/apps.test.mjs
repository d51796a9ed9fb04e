// The apps are whole: each one passes its own type checker as the assistant left it.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const APPS = dirname(fileURLToPath(import.meta.url));

for (const app of readdirSync(APPS).filter((name) => existsSync(join(APPS, name, 'package.json')))) {
  test(`${app} passes tsc`, () => {
    const run = spawnSync(join(APPS, 'typecheck'), [app], { encoding: 'utf8' });
    assert.equal(run.status, 0, `${run.stdout}${run.stderr}`);
  });
}
