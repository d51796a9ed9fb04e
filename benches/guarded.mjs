// A TypeScript project of 2,000 files whose routes all go through one guard: what `guardline hook` is slowest at.
//
//   node benches/guarded.mjs FOLDER [FILES]
//
// A quarter of the files are routes (two handlers each) that import `lib/auth.ts` and a repository; the others are repositories, helpers
// and components. The same files come out each time. Then:
//
//   node benches/hook.mjs target/fast/guardline FOLDER lib/auth.ts RUFF some.py lib/auth.ts:13 app/api/r7/route.ts:6 lib/repo7.ts:6

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const [folder, count = '2000'] = process.argv.slice(2);
if (!folder) throw new Error('usage: node benches/guarded.mjs FOLDER [FILES]');

const total = Number(count);
const quarter = Math.floor(total / 4);
const WORDS = ['note', 'invoice', 'board', 'card', 'team', 'label', 'upload', 'report', 'ticket', 'order', 'address', 'survey', 'answer'];
const word = (i) => WORDS[i % WORDS.length];
const title = (text) => text[0].toUpperCase() + text.slice(1);

const files = new Map();
files.set('package.json', JSON.stringify({ name: 'guarded', dependencies: { next: '16.0.0', '@prisma/client': '6.0.0', jose: '6.0.0', react: '19.0.0' } }, null, 2));
files.set('tsconfig.json', JSON.stringify({ compilerOptions: { strict: true, jsx: 'preserve', baseUrl: '.', paths: { '@/*': ['./*'] } } }, null, 2));
files.set('prisma/schema.prisma', `model User {\n  id String @id\n  role String\n${WORDS.map((name) => `  ${name}s ${title(name)}[]\n`).join('')}}\n${WORDS.map((name) => `model ${title(name)} {\n  id String @id\n  title String\n  ownerId String\n  owner User @relation(fields: [ownerId], references: [id])\n}\n`).join('')}`);
files.set('lib/db.ts', "import { PrismaClient } from '@prisma/client';\n\nexport const db = new PrismaClient();\n");
files.set('lib/auth.ts', `import { cookies } from 'next/headers';
import { jwtVerify } from 'jose';
import { db } from './db';

const key = new TextEncoder().encode(process.env.SESSION_SECRET);

export class Denied extends Error {}

export async function currentUser() {
  const token = (await cookies()).get('session')?.value;
  if (!token) return null;
  const { payload } = await jwtVerify(token, key);
  return db.user.findUnique({ where: { id: payload.sub } });
}

export async function requireUser() {
  const user = await currentUser();
  if (!user) throw new Denied();
  return user;
}

export async function requireAdmin() {
  const user = await requireUser();
  if (user.role !== 'admin') throw new Denied();
  return user;
}
`);

for (let i = 0; i < quarter; i++) {
  const name = word(i);
  const admin = i % 25 === 0;
  files.set(`app/api/r${i}/[id]/route.ts`, `import { NextResponse } from 'next/server';
import { ${admin ? 'requireAdmin' : 'requireUser'} } from '@/lib/auth';
import { find${i}, rename${i} } from '@/lib/repo${i}';
import { shorten${i} } from '@/lib/text${i}';

export async function GET(request: Request, { params }: { params: Promise<{ id: string }> }) {
  const user = await ${admin ? 'requireAdmin' : 'requireUser'}();
  const { id } = await params;
  const found = await find${i}(user.id, id);
  if (!found) return NextResponse.json({ error: 'There is no such ${name}.' }, { status: 404 });
  return NextResponse.json({ ...found, title: shorten${i}(found.title) });
}

export async function PATCH(request: Request, { params }: { params: Promise<{ id: string }> }) {
  const user = await ${admin ? 'requireAdmin' : 'requireUser'}();
  const { id } = await params;
  const body = await request.json();
  const title = String(body.title ?? '').slice(0, 200);
  if (title.length === 0) return NextResponse.json({ error: 'A title is needed.' }, { status: 400 });
  const { count } = await rename${i}(user.id, id, title);
  return count === 0 ? new NextResponse(null, { status: 404 }) : NextResponse.json({ ok: true });
}
`);
  files.set(`lib/repo${i}.ts`, `import { db } from './db';

export type Row${i} = { id: string; title: string; ownerId: string };

export async function find${i}(ownerId: string, id: string): Promise<Row${i} | null> {
  return db.${name}.findFirst({ where: { id, ownerId } });
}

export async function rename${i}(ownerId: string, id: string, title: string) {
  return db.${name}.updateMany({ where: { id, ownerId }, data: { title } });
}
`);
  files.set(`lib/text${i}.ts`, `const MOST = ${40 + (i % 60)};

export function shorten${i}(text: string): string {
  const clean = text.replace(/\\s+/g, ' ').trim();
  return clean.length > MOST ? clean.slice(0, MOST - 1) + '…' : clean;
}

export const plural${i} = (count: number) => (count === 1 ? '${name}' : '${name}s');
`);
}
for (let i = 0; files.size < total; i++) {
  files.set(`components/Card${i}.tsx`, `'use client';

import { useState } from 'react';
import { plural${i % quarter} } from '@/lib/text${i % quarter}';

export function Card${i}({ title, count }: { title: string; count: number }) {
  const [open, setOpen] = useState(false);
  return (
    <section className="card">
      <button onClick={() => setOpen(!open)}>{title}</button>
      {open && <p>{count} {plural${i % quarter}(count)}</p>}
    </section>
  );
}
`);
}
for (const [name, text] of files) {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
console.log(`${files.size} files in ${folder}`);
