import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chosenSettings, type Inspected } from '../src/settings';

const chosen = (set: Record<string, Inspected>) => chosenSettings((name) => set[name]);

test('defaults are not sent', () => {
  assert.deepEqual(chosen({ quietMs: {}, audience: {} }), {});
});

test('what was set is sent, nested by its dots', () => {
  assert.deepEqual(chosen({ quietMs: { globalValue: 0 }, 'diagnostics.push': { globalValue: false }, rules: { workspaceValue: { xss: 'off' } } }), {
    quietMs: 0,
    diagnostics: { push: false },
    rules: { xss: 'off' },
  });
});

test('the nearest value wins', () => {
  assert.deepEqual(chosen({ audience: { globalValue: 'everyday', workspaceValue: 'auditor' } }), { audience: 'auditor' });
});
