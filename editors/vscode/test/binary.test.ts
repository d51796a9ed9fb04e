import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findServer, type Surroundings } from '../src/binary';

function look(programs: string[], rest: Partial<Surroundings> = {}) {
  return findServer({
    configured: '',
    extension: '/ext',
    path: '/usr/bin:/opt/bin',
    workspaces: ['/home/me/app'],
    windows: false,
    isProgram: (file) => programs.includes(file),
    ...rest,
  });
}

const found = (file: string) => ({ kind: 'found', file });

test('the configured program comes first', () => {
  assert.deepEqual(look(['/opt/mine', '/ext/server/guardline'], { configured: ' /opt/mine ' }), found('/opt/mine'));
});

test('a wrong setting is reported and nothing else is started', () => {
  assert.equal(look(['/ext/server/guardline'], { configured: '/opt/gone' }).kind, 'missing');
  assert.equal(look(['bin/guardline', '/ext/server/guardline'], { configured: 'bin/guardline' }).kind, 'missing');
});

test('the program in the extension comes before PATH', () => {
  assert.deepEqual(look(['/ext/server/guardline', '/usr/bin/guardline']), found('/ext/server/guardline'));
});

test('the first program on PATH is the last resort', () => {
  assert.deepEqual(look(['/opt/bin/guardline', '/usr/bin/guardline']), found('/usr/bin/guardline'));
});

test('nothing found is said with the reason', () => {
  assert.deepEqual(look([]), { kind: 'missing', reason: 'there is no guardline in the extension or on PATH' });
});

test('nothing of the opened folders is started, however PATH leads there', () => {
  const planted = ['guardline', 'node_modules/.bin/guardline', '/home/me/app/node_modules/.bin/guardline', '/home/me/app/guardline'];
  const path = ['', '.', 'node_modules/.bin', '/home/me/app/node_modules/.bin', '/home/me/app', '/home/me/app/../app'].join(':');
  assert.equal(look(planted, { path }).kind, 'missing');
});

test('a folder beside the opened one is not inside it', () => {
  const file = '/home/me/app-tools/guardline';
  assert.deepEqual(look([file], { path: '/home/me/app-tools' }), found(file));
  assert.deepEqual(look(['/home/me/guardline'], { path: '/home/me' }), found('/home/me/guardline'));
});

test('Windows has its own separators and name', () => {
  const windows = { windows: true, extension: 'C:\\ext', path: 'tools;C:\\Work\\App\\bin;D:\\bin', workspaces: ['c:\\work\\app'] };
  assert.deepEqual(look(['C:\\ext\\server\\guardline.exe'], windows), found('C:\\ext\\server\\guardline.exe'));
  assert.deepEqual(look(['C:\\Work\\App\\bin\\guardline.exe', 'D:\\bin\\guardline.exe'], windows), found('D:\\bin\\guardline.exe'));
});
