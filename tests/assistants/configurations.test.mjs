// The files that assistants read: they have the documented shape, and every command in them is one that the program has.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
const EDITORS = join(ROOT, 'editors');
const GUARDLINE = process.env.GUARDLINE_BIN;
const text = (file) => readFileSync(join(EDITORS, file), 'utf8');
const read = (file) => JSON.parse(text(file));

/** The program takes these arguments. `--help` behind them has them read, and does nothing. */
function exists(words) {
  const [program, ...args] = words;
  assert.equal(program, 'guardline');
  const ran = spawnSync(GUARDLINE, [...args, '--help'], { encoding: 'utf8' });
  assert.equal(ran.status, 0, `${words.join(' ')}: ${ran.stderr}`);
  assert.match(ran.stdout, new RegExp(`Usage: guardline ${args[0]}\\b`));
}

const hook = (command) => {
  const words = command.split(' ');
  assert.equal(words[1], 'hook');
  exists(words);
  return words[words.indexOf('--client') + 1];
};

// code.claude.com/docs/en/plugins-reference
test('the Claude Code plugin', () => {
  const plugin = read('claude-code/.claude-plugin/plugin.json');
  assert.match(plugin.name, /^[a-z][a-z0-9-]*$/);
  assert.equal(plugin.version, /^version = "(.*)"$/m.exec(readFileSync(join(ROOT, 'Cargo.toml'), 'utf8'))[1]);
  assert.equal(typeof plugin.description, 'string');
  for (const beside of ['hooks/hooks.json', '.mcp.json', '.lsp.json']) assert.ok(existsSync(join(EDITORS, 'claude-code', beside)), `${beside} stands in the plugin's root`);

  const { hooks } = read('claude-code/hooks/hooks.json');
  assert.deepEqual(Object.keys(hooks), ['SessionStart', 'PostToolUse', 'Stop', 'SubagentStop']);
  for (const [event, groups] of Object.entries(hooks)) {
    for (const group of groups) {
      assert.equal(group.matcher, event === 'PostToolUse' ? 'Write|Edit|MultiEdit|NotebookEdit' : undefined);
      for (const one of group.hooks) {
        assert.equal(one.type, 'command');
        assert.ok(Number.isInteger(one.timeout));
        assert.equal(hook(one.command), 'claude-code');
      }
    }
  }
  for (const server of Object.values(read('claude-code/.mcp.json').mcpServers)) exists([server.command, ...server.args]);
});

test('the language server takes file types with a dot, and leaves code to others unless it is asked for', () => {
  for (const [file, takesCode] of [['claude-code/.lsp.json', false], ['claude-code/lsp-all-languages.json', true]]) {
    const servers = Object.values(read(file));
    assert.equal(servers.length, 1);
    const [{ command, args, extensionToLanguage }] = servers;
    exists([command, ...args]);
    for (const [extension, language] of Object.entries(extensionToLanguage)) {
      assert.match(extension, /^\.[a-z]+$/);
      assert.match(language, /^[a-z-]+$/);
    }
    assert.equal('.ts' in extensionToLanguage && '.py' in extensionToLanguage, takesCode);
  }
});

test('the other assistants', () => {
  const cursor = read('cursor/hooks.json');
  assert.equal(cursor.version, 1);
  assert.deepEqual(Object.keys(cursor.hooks), ['sessionStart', 'afterFileEdit', 'postToolUse', 'stop']);
  for (const one of Object.values(cursor.hooks).flat()) assert.equal(hook(one.command), 'cursor');
  for (const server of Object.values(read('cursor/mcp.json').mcpServers)) exists([server.command, ...server.args]);

  const windsurf = read('windsurf/hooks.json');
  for (const one of windsurf.hooks.post_write_code) assert.equal(hook(one.command), 'windsurf');

  const codex = read('codex/hooks.json');
  for (const group of Object.values(codex.hooks).flat()) for (const one of group.hooks) assert.equal(hook(one.command), 'codex');
  assert.match(text('codex/config.toml'), /^\[mcp_servers\.guardline\]\ncommand = "guardline"\nargs = \["mcp"\]$/m);

  const copilot = read('copilot/guardline.json');
  assert.equal(copilot.version, 1);
  for (const [event, hooks] of Object.entries(copilot.hooks)) {
    for (const one of hooks) {
      assert.equal(one.bash, one.powershell);
      assert.equal(hook(one.bash), 'copilot');
      assert.ok(one.bash.endsWith(`--event ${event}`));
    }
  }
  for (const one of Object.values(read('copilot/vscode-hooks.json').hooks).flat()) assert.equal(hook(one.command), 'vscode');
});
