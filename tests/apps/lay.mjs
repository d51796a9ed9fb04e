// Lays a test app into a folder: a copy, in a fresh git repository, with a key in the place of each {{placeholder}}.
// No key stands in the tree, so that no scanner stops a push.
// As a program: node lay.mjs APP FOLDER

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const APPS = dirname(fileURLToPath(import.meta.url));

/** Keys of the right shape that open nothing. The same in every run. */
export const KEYS = {
  openai_project: `sk-proj-${letters('openai a', 74)}T3BlbkFJ${letters('openai b', 74)}`,
  stripe_live: `sk_live_${letters('stripe', 24)}`,
  resend: `re_${letters('resend a', 8)}_${letters('resend b', 24)}`,
  gemini: `AIza${letters('gemini', 35)}`,
  hex_token: createHash('sha256').update('token').digest('hex'),
  ticket_secret: letters('ticket', 43),
  admin_password: `${letters('admin', 12)}7x`,
};

export function lay(app, folder) {
  cpSync(join(APPS, app), folder, { recursive: true });
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath ?? entry.path, entry.name);
    const text = readFileSync(file, 'utf8');
    const filled = text.replace(/\{\{(\w+)\}\}/g, (whole, name) => {
      if (!Object.hasOwn(KEYS, name)) throw new Error(`${file}: nobody knows ${whole}`);
      return KEYS[name];
    });
    if (filled !== text) writeFileSync(file, filled);
  }
  execFileSync('git', ['init', '--quiet', folder]);
}

function letters(seed, count) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  let text = '';
  for (let block = 0; text.length < count; block++) {
    for (const byte of createHash('sha256').update(`${seed} ${block}`).digest()) {
      // Bytes past the last whole run of the alphabet would favour its first letters.
      if (byte < 248) text += alphabet[byte % alphabet.length];
    }
  }
  return text.slice(0, count);
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [app, folder] = process.argv.slice(2);
  if (folder === undefined) {
    console.error('usage: node lay.mjs APP FOLDER');
    process.exit(2);
  }
  lay(app, folder);
}
