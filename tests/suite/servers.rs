//! Servers in JavaScript and TypeScript as they are usually laid out, in several files: which routes they have, who is let in, and
//! what is said of them.

use crate::gates::who;
use crate::program::{Project, findings};

fn said(files: &[(&str, &str)]) -> Vec<String> {
    let mut all = findings(&Project::of(files).json(&[]));
    all.retain(|told| !told.ends_with("missing-rate-limit") && !told.ends_with("missing-validation") && !told.ends_with("missing-security-headers"));
    all.sort();
    all
}

const KNEX: &str = "import knex from 'knex';\nexport const db = knex({ client: 'pg', connection: process.env.DATABASE_URL });\n";
const TABLES: &str = "export async function up(knex) {\n  await knex.schema.createTable('users', (t) => {\n    t.increments();\n    t.string('email').notNullable().unique();\n    t.string('password').notNullable();\n    t.boolean('is_admin').defaultTo(false);\n  });\n  await knex.schema.createTable('notes', (t) => {\n    t.increments();\n    t.integer('owner_id').notNullable().references('users.id');\n    t.text('body');\n  });\n}\n";

fn koa(auth: &str, notes: &str) -> Vec<(&'static str, String)> {
    vec![
        ("package.json", "{ \"type\": \"module\", \"dependencies\": { \"koa\": \"2\", \"@koa/router\": \"12\", \"knex\": \"3\" } }".to_owned()),
        ("src/db.js", KNEX.to_owned()),
        ("migrations/1_init.js", TABLES.to_owned()),
        ("src/auth.js", auth.to_owned()),
        ("src/notes.js", notes.to_owned()),
        (
            "src/app.js",
            "import Koa from 'koa';\nimport Router from '@koa/router';\nimport bodyParser from 'koa-bodyparser';\nimport { signed } from './auth.js';\nimport notes from './notes.js';\nconst app = new Koa();\nconst open = new Router();\nopen.get('/health', (ctx) => {\n  ctx.body = { ok: true };\n});\napp.use(bodyParser());\napp.use(open.routes()).use(open.allowedMethods());\napp.use(signed);\napp.use(notes.routes());\napp.listen(3000);\n".to_owned(),
        ),
    ]
}

fn of<'a>(files: &'a [(&'static str, String)]) -> Vec<(&'static str, &'a str)> {
    files.iter().map(|(path, text)| (*path, text.as_str())).collect()
}

const OWN: &str = "import Router from '@koa/router';\nimport { db } from './db.js';\nconst router = new Router({ prefix: '/notes' });\nconst mine = (ctx) => db('notes').where({ id: ctx.params.id, owner_id: ctx.state.user.id });\nrouter.get('/:id', async (ctx) => {\n  const note = await db('notes as n').where('n.id', ctx.params.id).andWhere('n.owner_id', ctx.state.user.id).first();\n  ctx.assert(note, 404);\n  ctx.body = note;\n});\nrouter.del('/:id', async (ctx) => {\n  ctx.status = (await mine(ctx).del()) ? 204 : 404;\n});\nexport default router;\n";
const ANYBODYS: &str = "import Router from '@koa/router';\nimport { db } from './db.js';\nconst router = new Router({ prefix: '/notes' });\nrouter.get('/', async (ctx) => {\n  ctx.body = await db('notes').where('owner_id', ctx.state.user.id).orderByRaw(`${ctx.query.sort} desc`);\n});\nrouter.del('/:id', async (ctx) => {\n  await db('notes').where('id', ctx.params.id).del();\n  ctx.status = 204;\n});\nexport default router;\n";

#[test]
fn koa_lets_in_whom_its_middleware_knows() {
    let by_library = "import jwt from 'koa-jwt';\nexport const signed = jwt({ secret: process.env.SECRET });\n";
    let by_hand = "import jwt from 'jsonwebtoken';\nexport async function signed(ctx, next) {\n  const token = (ctx.get('Authorization') || '').replace('Bearer ', '');\n  try {\n    ctx.state.user = jwt.verify(token, process.env.SECRET);\n  } catch (err) {\n    ctx.throw(401, 'Sign in first');\n  }\n  await next();\n}\n";
    let by_passport = "import passport from 'koa-passport';\nexport const signed = passport.authenticate('jwt', { session: false });\n";
    let by_session = "export const signed = async (ctx, next) => {\n  if (!ctx.session.userId) {\n    ctx.status = 401;\n    ctx.body = { error: 'Sign in first' };\n    return;\n  }\n  ctx.state.user = { id: ctx.session.userId };\n  return next();\n};\n";
    for auth in [by_library, by_hand, by_passport, by_session] {
        let files = koa(auth, OWN);
        assert_eq!(who(&of(&files)), ["DELETE /notes/:id: signed in", "GET /health: anybody", "GET /notes/:id: signed in"], "{auth}");
        assert_eq!(said(&of(&files)), [""; 0], "{auth}");
        let files = koa(auth, ANYBODYS);
        assert_eq!(said(&of(&files)), ["src/notes.js missing-ownership", "src/notes.js sql-injection"], "{auth}");
    }
    let all_but_some = "import jwt from 'koa-jwt';\nexport const signed = jwt({ secret: process.env.SECRET }).unless({ path: [/^\\/public/] });\n";
    assert!(!said(&of(&koa(all_but_some, OWN))).iter().any(|told| told.ends_with("missing-auth")));
}

const PRISMA: &str = "model User {\n  id String @id @default(cuid())\n  email String @unique\n  passwordHash String\n  role String @default(\"user\")\n  notes Note[]\n}\nmodel Note {\n  id String @id @default(cuid())\n  title String\n  ownerId String\n  owner User @relation(fields: [ownerId], references: [id])\n}\n";
const CACHED: &str = "import { PrismaClient } from '@prisma/client';\ndeclare global {\n  var __db__: PrismaClient | undefined;\n}\nlet prisma: PrismaClient;\nif (process.env.NODE_ENV === 'production') {\n  prisma = new PrismaClient();\n} else {\n  if (!global.__db__) global.__db__ = new PrismaClient();\n  prisma = global.__db__;\n}\nexport { prisma };\n";
const KEPT: &str = "import { PrismaClient } from '@prisma/client';\nexport const prisma = (globalThis.__db ??= new PrismaClient());\n";
const SESSION: &str = "import { createCookieSessionStorage, redirect } from '@remix-run/node';\nconst storage = createCookieSessionStorage({ cookie: { name: '__session', secrets: [process.env.SESSION_SECRET!], httpOnly: true, secure: true, sameSite: 'lax' } });\nexport async function requireUserId(request: Request) {\n  const session = await storage.getSession(request.headers.get('Cookie'));\n  const userId = session.get('userId');\n  if (!userId || typeof userId !== 'string') throw redirect('/login');\n  return userId;\n}\n";

fn remix(database: &str, route: &str) -> Vec<String> {
    said(&[
        ("package.json", "{ \"dependencies\": { \"@remix-run/node\": \"2\", \"@prisma/client\": \"5\" } }"),
        ("prisma/schema.prisma", PRISMA),
        ("app/db.server.ts", database),
        ("app/session.server.ts", SESSION),
        ("app/routes/notes.$noteId.tsx", route),
    ])
}

#[test]
fn loaders_and_actions_of_remix_are_routes() {
    let own = "import { json, redirect, type ActionFunctionArgs, type LoaderFunctionArgs } from '@remix-run/node';\nimport invariant from 'tiny-invariant';\nimport { prisma } from '~/db.server';\nimport { requireUserId } from '~/session.server';\nexport const loader = async ({ params, request }: LoaderFunctionArgs) => {\n  const userId = await requireUserId(request);\n  invariant(params.noteId, 'noteId not found');\n  const note = await prisma.note.findFirst({ where: { id: params.noteId, ownerId: userId } });\n  if (!note) throw new Response('Not Found', { status: 404 });\n  return json({ note });\n};\nexport const action = async ({ params, request }: ActionFunctionArgs) => {\n  const userId = await requireUserId(request);\n  await prisma.note.deleteMany({ where: { id: params.noteId, ownerId: userId } });\n  return redirect('/notes');\n};\nexport default function Note() {\n  return null;\n}\n";
    let anybodys = "import { json } from '@remix-run/node';\nimport { prisma } from '~/db.server';\nimport { requireUserId } from '~/session.server';\nexport async function loader({ params, request }) {\n  await requireUserId(request);\n  return json(await prisma.note.findUnique({ where: { id: params.noteId } }));\n}\nexport async function action({ params }) {\n  await prisma.note.delete({ where: { id: params.noteId } });\n  return null;\n}\n";
    for database in [KEPT, CACHED] {
        assert_eq!(remix(database, own), [""; 0]);
        assert_eq!(remix(database, anybodys), ["app/routes/notes.$noteId.tsx missing-auth", "app/routes/notes.$noteId.tsx missing-ownership"]);
    }
}

const EXPRESS_APP: &str = "const express = require('express');\nconst { protect } = require('./middleware/auth');\nconst app = express();\napp.use(express.json());\napp.use('/api/notes', protect, require('./routes/notes'));\nrequire('./routes/status')(app);\napp.listen(3000);\n";
const EXPRESS_AUTH: &str = "const jwt = require('jsonwebtoken');\nconst User = require('../models/User');\nexports.protect = async (req, res, next) => {\n  const header = req.headers.authorization;\n  if (!header || !header.startsWith('Bearer ')) return res.status(401).json({ message: 'Not authorized' });\n  try {\n    const decoded = jwt.verify(header.split(' ')[1], process.env.JWT_SECRET);\n    req.user = await User.findById(decoded.id).select('-password');\n    if (!req.user) return res.status(401).json({ message: 'Not authorized' });\n    next();\n  } catch (error) {\n    res.status(401).json({ message: 'Not authorized' });\n  }\n};\n";
const EXPRESS_USER: &str = "const mongoose = require('mongoose');\nconst schema = new mongoose.Schema({ email: String, password: String });\nmodule.exports = mongoose.model('User', schema);\n";
const EXPRESS_NOTE: &str = "const mongoose = require('mongoose');\nconst schema = new mongoose.Schema({ user: { type: mongoose.Schema.Types.ObjectId, ref: 'User', required: true }, body: String });\nmodule.exports = mongoose.model('Note', schema);\n";
const EXPRESS_STATUS: &str = "module.exports = (app) => {\n  app.get('/status', (req, res) => res.json({ ok: true }));\n};\n";
const EXPRESS_ROUTES: &str = "const router = require('express').Router();\nconst notes = require('../controllers/notes');\nrouter.route('/').get(notes.list).post(notes.add);\nrouter.route('/:id').get(notes.one).delete(notes.remove);\nmodule.exports = router;\n";

fn express(controller: &'static str) -> [(&'static str, &'static str); 8] {
    [
        ("package.json", "{ \"dependencies\": { \"express\": \"4\", \"mongoose\": \"8\" } }"),
        ("server.js", EXPRESS_APP),
        ("middleware/auth.js", EXPRESS_AUTH),
        ("models/User.js", EXPRESS_USER),
        ("models/Note.js", EXPRESS_NOTE),
        ("routes/status.js", EXPRESS_STATUS),
        ("routes/notes.js", EXPRESS_ROUTES),
        ("controllers/notes.js", controller),
    ]
}

#[test]
fn routers_that_are_required_where_they_are_mounted() {
    let own = "const Note = require('../models/Note');\nexports.list = async (req, res) => res.json(await Note.find({ user: req.user._id }));\nexports.add = async (req, res) => res.status(201).json(await Note.create({ user: req.user._id, body: String(req.body.body) }));\nexports.one = async (req, res) => {\n  const note = await Note.findById(req.params.id);\n  if (!note || note.user.toString() !== req.user._id.toString()) return res.status(404).end();\n  res.json(note);\n};\nexports.remove = async (req, res) => {\n  await Note.deleteOne({ _id: req.params.id, user: req.user._id });\n  res.status(204).end();\n};\n";
    let anybodys = "const Note = require('../models/Note');\nexports.list = async (req, res) => res.json(await Note.find({ user: req.user._id }));\nexports.add = async (req, res) => res.status(201).json(await Note.create({ user: req.user._id, body: String(req.body.body) }));\nexports.one = async (req, res) => res.json(await Note.findOne({ _id: req.params.id, user: req.user._id }));\nexports.remove = async (req, res) => {\n  await Note.findByIdAndDelete(req.params.id);\n  res.status(204).end();\n};\n";
    let routes = [
        "DELETE /api/notes/:id: signed in",
        "GET /api/notes/:id: signed in",
        "GET /api/notes: signed in",
        "GET /status: anybody",
        "POST /api/notes: signed in",
    ];
    assert_eq!(who(&express(own)), routes);
    assert_eq!(said(&express(own)), [""; 0]);
    assert_eq!(said(&express(anybodys)), ["controllers/notes.js missing-ownership"]);
}

const NEST_MAIN: &str = "import { NestFactory } from '@nestjs/core';\nimport { ValidationPipe } from '@nestjs/common';\nimport { AppModule } from './app.module';\nasync function bootstrap() {\n  const app = await NestFactory.create(AppModule);\n  app.useGlobalPipes(new ValidationPipe({ whitelist: true }));\n  await app.listen(3000);\n}\nbootstrap();\n";
const NEST_MODULE: &str = "import { Module } from '@nestjs/common';\nimport { TypeOrmModule } from '@nestjs/typeorm';\nimport { NotesController } from './notes.controller';\nimport { NotesService } from './notes.service';\nimport { Note } from './note.entity';\nimport { User } from './user.entity';\n@Module({ imports: [TypeOrmModule.forFeature([Note, User])], controllers: [NotesController], providers: [NotesService] })\nexport class AppModule {}\n";
const NEST_USER: &str = "import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';\n@Entity()\nexport class User {\n  @PrimaryGeneratedColumn('uuid') id: string;\n  @Column() email: string;\n  @Column() passwordHash: string;\n  @Column({ default: 'user' }) role: string;\n}\n";
const NEST_NOTE: &str = "import { Column, Entity, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';\nimport { User } from './user.entity';\n@Entity()\nexport class Note {\n  @PrimaryGeneratedColumn('uuid') id: string;\n  @Column() title: string;\n  @Column() userId: string;\n  @ManyToOne(() => User) user: User;\n}\n";
const NEST_CONTROLLER: &str = "import { Body, Controller, Delete, Get, Param, Patch, Req, UseGuards } from '@nestjs/common';\nimport { AuthGuard } from '@nestjs/passport';\nimport { IsString } from 'class-validator';\nimport { NotesService } from './notes.service';\nclass EditNote {\n  @IsString() title: string;\n}\n@Controller('notes')\n@UseGuards(AuthGuard('jwt'))\nexport class NotesController {\n  constructor(private readonly notes: NotesService) {}\n  @Get(':id')\n  one(@Param('id') id: string, @Req() req) {\n    return this.notes.one(id, req.user.id);\n  }\n  @Patch(':id')\n  edit(@Param('id') id: string, @Req() req, @Body() body: EditNote) {\n    return this.notes.edit(id, req.user.id, body);\n  }\n  @Delete(':id')\n  remove(@Param('id') id: string, @Req() req) {\n    return this.notes.remove(id, req.user.id);\n  }\n}\n";

fn nest(controller: &str, service: &str) -> Vec<String> {
    said(&[
        ("package.json", "{ \"dependencies\": { \"@nestjs/core\": \"10\", \"typeorm\": \"0.3\" } }"),
        ("src/main.ts", NEST_MAIN),
        ("src/app.module.ts", NEST_MODULE),
        ("src/user.entity.ts", NEST_USER),
        ("src/note.entity.ts", NEST_NOTE),
        ("src/notes.controller.ts", controller),
        ("src/notes.service.ts", service),
    ])
}

#[test]
fn repositories_of_nest_know_whose_rows_they_give() {
    let own = "import { Injectable, NotFoundException } from '@nestjs/common';\nimport { InjectRepository } from '@nestjs/typeorm';\nimport { Repository } from 'typeorm';\nimport { Note } from './note.entity';\n@Injectable()\nexport class NotesService {\n  constructor(@InjectRepository(Note) private readonly notes: Repository<Note>) {}\n  async one(id: string, userId: string) {\n    const note = await this.notes.findOne({ where: { id, userId } });\n    if (!note) throw new NotFoundException();\n    return note;\n  }\n  async edit(id: string, userId: string, body: { title: string }) {\n    const note = await this.one(id, userId);\n    return this.notes.save({ ...note, title: body.title });\n  }\n  async remove(id: string, userId: string) {\n    await this.notes.createQueryBuilder().delete().where('id = :id AND \"userId\" = :userId', { id, userId }).execute();\n  }\n}\n";
    assert_eq!(nest(NEST_CONTROLLER, own), [""; 0]);
    let injected_by_type = own.replace("@InjectRepository(Note) private", "private");
    assert_eq!(nest(NEST_CONTROLLER, &injected_by_type), [""; 0]);
    let anybodys = "import { Injectable } from '@nestjs/common';\nimport { InjectRepository } from '@nestjs/typeorm';\nimport { Repository } from 'typeorm';\nimport { Note } from './note.entity';\n@Injectable()\nexport class NotesService {\n  constructor(@InjectRepository(Note) private readonly notes: Repository<Note>) {}\n  one(id: string, userId: string) {\n    return this.notes.findOneBy({ id, userId });\n  }\n  edit(id: string, userId: string, body: any) {\n    return this.notes.update({ id, userId }, body);\n  }\n  remove(id: string, userId: string) {\n    return this.notes.delete(id);\n  }\n}\n";
    assert_eq!(nest(NEST_CONTROLLER, anybodys), ["src/notes.service.ts missing-ownership"]);
    let untyped = NEST_CONTROLLER.replace("body: EditNote", "body: any");
    assert_eq!(nest(&untyped, anybodys), ["src/notes.service.ts mass-assignment", "src/notes.service.ts missing-ownership"]);
    let built = anybodys.replace("return this.notes.delete(id);", "return this.notes.query(`delete from note where id = '${id}' and \"userId\" = $1`, [userId]);");
    assert_eq!(nest(NEST_CONTROLLER, &built), ["src/notes.service.ts sql-injection"]);
}
