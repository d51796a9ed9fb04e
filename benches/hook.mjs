// How long an assistant waits for `guardline hook`, cold and warm, as a ratio to `ruff check` on one file.
//
//   node benches/hook.mjs GUARDLINE PROJECT FILE RUFF PYTHON_FILE [FILE:LINE...]
//
// PROJECT is copied; FILE (below it) is edited in the copy, and each further FILE by a statement before its LINE, again and again in one
// session, as assistants work; the time of the keeper's processors is told beside, since a busy machine does not change that. Whole processes are timed, as the assistant would: start, check, end.
// PAUSE=500 waits so many milliseconds before each, as somebody does who thinks. cold: no process keeps the project, and none is started. first: the process that keeps it is started. warm: it is there.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const [guardline, project, file, ruff, python, ...inside] = process.argv.slice(2);
if (!python) throw new Error('usage: node benches/hook.mjs GUARDLINE PROJECT FILE RUFF PYTHON_FILE [FILE:LINE...]');

const root = join(mkdtempSync(join(tmpdir(), 'guardline-hook-')), 'project');
const runtime = mkdtempSync(join(tmpdir(), 'guardline-run-'));
cpSync(project, root, { recursive: true, filter: (from) => !['node_modules', '.git'].includes(basename(from)) });
const path = join(root, file);
const original = readFileSync(path, 'utf8');
const env = { ...process.env, XDG_RUNTIME_DIR: runtime };
let session = 0;

const pause = Number(process.env.PAUSE ?? 0);

function timed(command, args, input) {
  // An assistant thinks before it writes again; without a pause nothing is done between two edits.
  if (pause) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
  const from = process.hrtime.bigint();
  const ran = spawnSync(command, args, { input, env, encoding: 'utf8', cwd: root });
  const took = Number(process.hrtime.bigint() - from) / 1e6;
  if (ran.error) throw ran.error;
  return { took, out: ran.stdout, unchecked: ran.stderr };
}

function hook(text, args = []) {
  writeFileSync(path, text);
  const response = { type: 'update', filePath: path, originalFile: original };
  const input = { session_id: `s${session++}`, cwd: root, hook_event_name: 'PostToolUse', tool_name: 'Write', tool_input: { file_path: path, content: text }, tool_response: response };
  return timed(guardline, ['hook', '--client', 'claude-code', ...args], JSON.stringify(input));
}

const clean = (i) => `${original}\nexport const edit${i} = ${i};\n`;
const bad = (i) => `import { Pool as Pool${i} } from 'pg';\n${original}\nexport const find${i} = (request: Request) => new Pool${i}().query(\`SELECT * FROM users WHERE name = '\${new URL(request.url).searchParams.get('n')}'\`);\nexport const GET = find${i};\n`;

function series(name, count, run) {
  const runs = Array.from({ length: count }, (_, i) => run(i));
  const times = runs.map(({ took }) => took).sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  const unchecked = runs.find(({ unchecked }) => unchecked)?.unchecked;
  if (unchecked) throw new Error(unchecked);
  return { name, median: at(0.5), p95: at(0.95), told: runs.filter(({ out }) => out.includes('block')).length };
}

const linter = series('ruff check, one file', 20, () => {
  const from = process.hrtime.bigint();
  spawnSync(ruff, ['check', '--no-cache', '--quiet', python], { env });
  return { took: Number(process.hrtime.bigint() - from) / 1e6, out: '' };
});
const rows = [linter];
rows.push(series('cold (alone)', Number(process.env.COLD ?? 3), (i) => hook(clean(i), ['--alone'])));
rows.push(series('first (starts the keeper)', 1, (i) => {
  // On a machine that does much else a hook may give up before the project is read; the keeper reads on.
  for (let took = 0; ;) {
    const ran = hook(clean(i));
    took += ran.took;
    if (!ran.unchecked) return { ...ran, took };
  }
}));
rows.push(series('warm, nothing found', 40, (i) => hook(clean(i))));
rows.push(series('warm, a finding with its repair', 20, (i) => hook(bad(i))));
writeFileSync(path, original);
const keeper = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).find((pid) => {
  try { return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`--keep\0${root}`); } catch { return false; }
});
const worked = () => readFileSync(`/proc/${keeper}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13).reduce((sum, ticks) => sum + Number(ticks), 0) * 10;
for (const place of inside) {
  const [name, line] = place.split(':');
  const path = join(root, name);
  const original = readFileSync(path, 'utf8');
  const lines = original.split('\n');
  const statement = (i) => `console.log('step ${i}');`;
  const edit = (i) => {
    const [old_string, new_string] = [statement(i - 1), statement(i)];
    writeFileSync(path, [...lines.slice(0, line - 1), new_string, ...lines.slice(line - 1)].join('\n'));
    const input = { session_id: 'one', cwd: root, hook_event_name: 'PostToolUse', tool_name: 'Edit', tool_input: { file_path: path, old_string, new_string }, tool_response: { filePath: path } };
    return timed(guardline, ['hook', '--client', 'claude-code'], JSON.stringify(input));
  };
  rows.push(series(`warm, first edit of ${name.split('/').pop()}`, 1, edit));
  const before = worked();
  const row = series('warm, further edits of it', 20, (i) => edit(i + 1));
  rows.push({ ...row, name: `${row.name} (${((worked() - before) / 20).toFixed(0)} ms of work)` });
  writeFileSync(path, original);
}
rows.push(series('warm, the assistant stops', 10, () => timed(guardline, ['hook'], JSON.stringify({ session_id: 's5', cwd: root, hook_event_name: 'Stop', transcript_path: '/t' }))));

const memory = keeper && /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${keeper}/status`, 'utf8'))?.[1];
timed(guardline, ['hook', '--end'], '');

for (const { name, median, p95, told } of rows) {
  console.log(`${name.padEnd(48)} median ${median.toFixed(1).padStart(8)} ms   p95 ${p95.toFixed(1).padStart(8)} ms   ${(median / linter.median).toFixed(1).padStart(6)} x ruff   blocked ${told}`);
}
if (memory) console.log(`the keeper holds ${(memory / 1024).toFixed(0)} MB`);
rmSync(join(root, '..'), { recursive: true, force: true });
rmSync(runtime, { recursive: true, force: true });
