import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusText } from '../src/statusText';

const understood = { files: 120, handlers: 64, notUnderstood: 2, indexing: false };

test('says what was understood', () => {
  assert.equal(statusText('running', understood).text, '$(shield) Guardline: 64 handlers checked, 2 not understood');
});

test('says nothing of what is not there', () => {
  assert.equal(statusText('running', { ...understood, handlers: 1, notUnderstood: 0 }).text, '$(shield) Guardline: 1 handler checked');
});

test('spins while it reads', () => {
  assert.match(statusText('running', { ...understood, indexing: true }).text, /^\$\(sync~spin\) /);
  assert.match(statusText('starting', undefined).text, /^\$\(sync~spin\) /);
});

test('is a warning only when there is no server', () => {
  assert.equal(statusText('missing', undefined).isWarning, true);
  assert.equal(statusText('stopped', understood).isWarning, true);
  assert.equal(statusText('running', undefined).isWarning, false);
});
