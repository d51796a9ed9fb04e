import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changedSettings, chosenSettings, type Inspected } from '../src/settings';

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

test('what is set no longer is taken back', () => {
  assert.deepEqual(changedSettings((name) => (name === 'audience' ? { globalValue: 'auditor' } : {})), { quietMs: null, audience: 'auditor', rules: null, codeLens: null });
});
