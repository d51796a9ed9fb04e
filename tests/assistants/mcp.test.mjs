// The MCP server driven by a real client: the official TypeScript SDK, which checks every structured answer against the schema
// that the tool announced.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';

const SDK = createRequire(join(process.env.GUARDLINE_MCP_SDK, 'package.json'));
const sdk = async (part) => import(pathToFileURL(SDK.resolve(`@modelcontextprotocol/sdk/${part}`)));
const { Client } = await sdk('client/index.js');
const { StdioClientTransport } = await sdk('client/stdio.js');

const GUARDLINE = process.env.GUARDLINE_BIN;
// Put together here, so that no such key stands in the repository.
const KEY = ['sk', 'live', 'Q7vN2mXcT9bLw4RzKd8HsY3p'].join('_');

const FILES = {
  'package.json': '{ "dependencies": { "express": "^4", "pg": "^8", "stripe": "^14" } }\n',
  '.gitignore': '.env\n',
  'src/db.ts': 'import { Pool } from "pg";\nexport const pool = new Pool();\n',
  'src/app.ts':
    'import express from "express";\nimport { pool } from "./db";\n\nexport const app = express();\napp.get("/people", async (req, res) => {\n' +
    "  const found = await pool.query(`SELECT name FROM people WHERE name = '${req.query.name}'`);\n  res.json(found.rows);\n});\n",
  'src/pay.ts': `import Stripe from "stripe";\n\nexport const stripe = new Stripe("${KEY}");\n`,
};

let root, outside, client, stderr;

before(async () => {
  root = mkdtempSync(join(tmpdir(), 'guardline-mcp-'));
  outside = mkdtempSync(join(tmpdir(), 'guardline-outside-'));
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  writeFileSync(join(outside, 'secret.ts'), FILES['src/app.ts']);
  ({ client, stderr } = await connect(['mcp', root]));
});

after(async () => {
  await client?.close();
  rmSync(root, { recursive: true, force: true });
  rmSync(outside, { recursive: true, force: true });
});

async function connect(args) {
  const transport = new StdioClientTransport({ command: GUARDLINE, args, cwd: root, stderr: 'pipe' });
  let heard = '';
  transport.stderr?.on('data', (data) => { heard += data; });
  const client = new Client({ name: 'guardline-tests', version: '1' });
  await client.connect(transport);
  // The SDK checks answers against the schemas of the tools that were listed.
  await client.listTools();
  return { client, stderr: () => heard };
}

async function call(name, args = {}, over = client) {
  const answer = await over.callTool({ name, arguments: args });
  assert.notEqual(answer.isError, true, JSON.stringify(answer.content));
  assert.deepEqual(JSON.parse(answer.content[0].text), answer.structuredContent, 'clients that read no structures read the same');
  return answer.structuredContent;
}

async function refused(name, args, over = client) {
  const answer = await over.callTool({ name, arguments: args });
  assert.equal(answer.isError, true, JSON.stringify(answer));
  return answer.content[0].text;
}

test('it says who it is, what it is for, and what its tools do', async () => {
  assert.equal(client.getServerVersion().name, 'guardline');
  assert.match(client.getInstructions(), /`audit`/);
  const { tools } = await client.listTools();
  assert.deepEqual(tools.map((tool) => tool.name), ['audit', 'audit_snippet', 'explain_rule', 'list_routes', 'preview_fix', 'apply_fix']);
  for (const tool of tools) {
    assert.equal(tool.annotations.readOnlyHint, tool.name !== 'apply_fix');
    assert.equal(tool.inputSchema.type, 'object');
    assert.equal(tool.outputSchema.type, 'object');
  }
});

test('an audit finds, counts, pages and keeps secrets', async () => {
  const all = await call('audit');
  assert.deepEqual(all.findings.map((finding) => `${finding.file}:${finding.line} ${finding.rule}`).sort(), ['src/app.ts:6 sql-injection', 'src/pay.ts:3 secret-hardcoded']);
  assert.deepEqual([all.total, all.truncated, all.counts.error], [2, false, 2]);
  assert.ok(!JSON.stringify(all).includes(KEY.slice(8)));
  const first = await call('audit', { limit: 1 });
  const second = await call('audit', { limit: 1, offset: 1 });
  assert.deepEqual([first.truncated, second.truncated], [true, false]);
  assert.notEqual(first.findings[0].id, second.findings[0].id);
  const one = await call('audit', { path: 'src/app.ts' });
  assert.deepEqual(one.findings.map((finding) => finding.rule), ['sql-injection']);
  assert.equal((await call('audit', { path: join(root, 'src'), rule: 'secret-hardcoded' })).total, 1);
});

test('what lies outside of the roots is not looked at', async () => {
  assert.match(await refused('audit', { path: join(outside, 'secret.ts') }), /outside/);
  assert.match(await refused('audit', { path: '../'.repeat(9) + 'etc' }), /outside/);
  symlinkSync(outside, join(root, 'link'));
  assert.match(await refused('audit', { path: 'link/secret.ts' }), /outside/);
  rmSync(join(root, 'link'));
  assert.match(await refused('audit_snippet', { code: 'x', file: join(outside, 'a.ts') }), /outside/);
});

test('odd arguments are answered, not suffered', async () => {
  assert.match(await refused('audit', { path: 7 }), /`path` must be a text/);
  assert.match(await refused('audit', { path: 'src/none.ts' }), /there is no/);
  assert.match(await refused('explain_rule', { rule: 'sql-injektion' }), /Did you mean `sql-injection`/);
  assert.match(await refused('preview_fix', { finding: 'no such' }), /there is no finding/);
  await assert.rejects(client.callTool({ name: 'format_disk', arguments: {} }), /there is no tool/);
});

test('code that is not written yet is looked at as part of the project', async () => {
  const code = 'import { app } from "./app";\nimport { pool } from "./db";\napp.get("/x", async (req, res) => {\n  res.json(await pool.query(`SELECT ${req.query.a}`));\n});\n';
  const found = await call('audit_snippet', { code, file: 'src/new.ts' });
  assert.deepEqual(found.findings.map((finding) => [finding.rule, finding.line]), [['sql-injection', 4]]);
  assert.equal((await call('audit')).total, 2, 'nothing of it stays');
});

test('rules are explained and routes listed', async () => {
  const rule = await call('explain_rule', { rule: 'sql-injection' });
  assert.deepEqual(rule.cwe, [89]);
  assert.match(rule.page, /## How to fix it/);
  assert.ok(!rule.page.includes('## Known gaps') && rule.page.length <= 12_000);
  const { routes, total } = await call('list_routes');
  assert.equal(total, 1);
  assert.equal(routes[0].path, '/people');
  assert.ok(routes[0].callers.who);
  assert.equal((await call('list_routes', { who: 'role' })).total, 0);
});

test('a repair is shown, applied, and gone from the next audit', async () => {
  const finding = (await call('audit', { path: 'src/app.ts' })).findings[0];
  const shown = await call('preview_fix', { finding: finding.id });
  assert.equal(shown.verified, true);
  assert.match(shown.difference, /- {3}const found = await pool\.query\(`SELECT.*\n.*\+ {3}const found = await pool\.query\("SELECT name FROM people WHERE name = \$1", \[req\.query\.name\]\);/);
  assert.equal(readFileSync(join(root, 'src/app.ts'), 'utf8'), FILES['src/app.ts'], 'a preview writes nothing');
  const applied = await call('apply_fix', { finding: finding.id, reviewed: shown.grade === 'needs-review' });
  assert.deepEqual([applied.changed, applied.created], [['src/app.ts'], []]);
  assert.match(readFileSync(join(root, 'src/app.ts'), 'utf8'), /WHERE name = \$1", \[req\.query\.name\]/);
  assert.equal((await call('audit', { path: 'src/app.ts' })).total, 0);
  assert.match(await refused('apply_fix', { finding: finding.id }), /there is no finding/);
});

test('a secret is moved without being told', async () => {
  const finding = (await call('audit', { rule: 'secret-hardcoded' })).findings[0];
  const shown = await call('preview_fix', { finding: finding.id });
  assert.ok(!JSON.stringify(shown).includes(KEY.slice(8)), 'hidden in the difference');
  if (shown.grade === 'needs-review') assert.match(await refused('apply_fix', { finding: finding.id }), /reviewed/);
  const applied = await call('apply_fix', { finding: finding.id, reviewed: true });
  assert.ok(!JSON.stringify(applied).includes(KEY.slice(8)));
  assert.ok(!readFileSync(join(root, 'src/pay.ts'), 'utf8').includes(KEY));
  assert.match(readFileSync(join(root, applied.created.concat(applied.changed).find((file) => file.startsWith('.env'))), 'utf8'), new RegExp(KEY));
  assert.equal((await call('audit')).total, 0);
});

test('a server for reading only has no tool that writes', async () => {
  const { client: reader } = await connect(['mcp', '--read-only', root]);
  const { tools } = await reader.listTools();
  assert.ok(!tools.some((tool) => tool.name === 'apply_fix'));
  await assert.rejects(reader.callTool({ name: 'apply_fix', arguments: { finding: 'x' } }), /there is no tool/);
  await reader.close();
});

test('nothing but the protocol was said', () => assert.equal(stderr(), ''));
