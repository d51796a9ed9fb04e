import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const properties: Record<string, { scope: string; description?: string; markdownDescription?: string }> = manifest.contributes.configuration.properties;

test('no setting that names a program can come from a workspace', () => {
  assert.equal(properties['guardline.server.path']?.scope, 'machine');
  assert.ok(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations.includes('guardline.server.path'));
});

test('every setting is described', () => {
  for (const [name, setting] of Object.entries(properties).filter(([name]) => name !== 'guardline.trace.server')) {
    assert.ok(setting.description ?? setting.markdownDescription, name);
  }
});

test('every command in the manifest is registered', () => {
  const source = readFileSync('src/extension.ts', 'utf8');
  for (const { command } of manifest.contributes.commands) assert.ok(source.includes(`registerCommand('${command}'`), command);
});
