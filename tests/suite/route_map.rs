//! `guardline routes`: the map of an application of three frameworks.

use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use crate::program::Project;

const SCHEMA: &str = "model User {\n  id String @id\n  email String @unique\n  passwordHash String\n  role String\n}\nmodel Note {\n  id String @id\n  body String\n  ownerId String\n  owner User @relation(fields: [ownerId], references: [id])\n}\n";
const DATABASE: &str = "import { PrismaClient } from \"@prisma/client\";\nexport const prisma = new PrismaClient();\n";
const AUTH: &str = "import NextAuth from \"next-auth\";\nexport const { auth } = NextAuth({ providers: [] });\n";
const NOTE: &str = r#"import { z } from "zod";
import { auth } from "@/auth";
import { prisma } from "@/lib/db";
const Body = z.object({ body: z.string().max(1000) });

export async function GET(_: Request, { params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return Response.json(await prisma.note.findUnique({ where: { id } }));
}

export async function PATCH(request: Request, { params }: { params: Promise<{ id: string }> }) {
  const session = await auth();
  if (!session?.user?.id) return new Response(null, { status: 401 });
  const { body } = Body.parse(await request.json());
  const { id } = await params;
  await prisma.note.updateMany({ where: { id, ownerId: session.user.id }, data: { body } });
  return new Response(null, { status: 204 });
}

export async function DELETE(_: Request, { params }: { params: Promise<{ id: string }> }) {
  const session = await auth();
  if (!session?.user?.id) return new Response(null, { status: 401 });
  await prisma.note.delete({ where: { id: (await params).id } });
  return new Response(null, { status: 204 });
}
"#;
const HOOK: &str = r#"import Stripe from "stripe";
import { prisma } from "@/lib/db";
const stripe = new Stripe(process.env.STRIPE_SECRET_KEY!);

export async function POST(request: Request) {
  const event = stripe.webhooks.constructEvent(await request.text(), request.headers.get("stripe-signature")!, process.env.STRIPE_WEBHOOK_SECRET!);
  if (event.type === "checkout.session.completed") {
    await prisma.note.create({ data: { body: "paid", ownerId: event.data.object.client_reference_id } });
  }
  return new Response(null);
}
"#;
const EXPRESS: &str = r#"const express = require("express");
const passport = require("passport");
const rateLimit = require("express-rate-limit");
const mongoose = require("mongoose");

const Order = mongoose.model("Order", new mongoose.Schema({ total: Number, user: { type: mongoose.Schema.Types.ObjectId, ref: "User" } }));
const app = express();
app.use(express.json());

app.get("/health", (req, res) => res.json({ ok: true }));
app.post("/orders", rateLimit({ windowMs: 60000, max: 5 }), passport.authenticate("jwt", { session: false }), async (req, res) => {
  res.json(await Order.create({ total: req.body.total, user: req.user.id }));
});
app.delete("/orders/:id", async (req, res) => {
  await Order.findByIdAndDelete(req.params.id);
  res.end();
});
app.listen(3000);
"#;
const FASTAPI: &str = r#"from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from jose import jwt
from pydantic import BaseModel
from sqlalchemy import ForeignKey, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    hashed_password: Mapped[str]
    is_superuser: Mapped[bool]


class Invoice(Base):
    __tablename__ = "invoices"
    id: Mapped[int] = mapped_column(primary_key=True)
    total: Mapped[int]
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))


class NewInvoice(BaseModel):
    total: int


SessionLocal = sessionmaker(create_engine("sqlite://"))
oauth2 = OAuth2PasswordBearer(tokenUrl="token")
app = FastAPI()


def get_db():
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()


def get_current_user(token: str = Depends(oauth2), db: Session = Depends(get_db)) -> User:
    claims = jwt.decode(token, "k", algorithms=["HS256"])
    user = db.get(User, claims["sub"])
    if user is None:
        raise HTTPException(401)
    return user


@app.post("/invoices")
def create(invoice: NewInvoice, db: Session = Depends(get_db), current_user: User = Depends(get_current_user)):
    db.add(Invoice(total=invoice.total, owner_id=current_user.id))
    db.commit()


@app.get("/invoices/{invoice_id}")
def read(invoice_id: int, db: Session = Depends(get_db), current_user: User = Depends(get_current_user)):
    invoice = db.get(Invoice, invoice_id)
    if invoice is None or invoice.owner_id != current_user.id:
        raise HTTPException(404)
    return invoice


@app.get("/invoices")
def everything(db: Session = Depends(get_db), current_user: User = Depends(get_current_user)):
    if not current_user.is_superuser:
        raise HTTPException(403)
    return db.query(Invoice).all()
"#;

fn shop() -> Project {
    Project::of(&[
        ("package.json", "{}"),
        ("schema.prisma", SCHEMA),
        ("lib/db.ts", DATABASE),
        ("auth.ts", AUTH),
        ("app/api/notes/[id]/route.ts", NOTE),
        ("app/api/webhooks/stripe/route.ts", HOOK),
        ("orders/server.js", EXPRESS),
        ("invoices/main.py", FASTAPI),
    ])
}

fn map(project: &Project, args: &[&str]) -> Value {
    let ran = project.run(&[&["routes", "--format", "json"], args].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", ran.stdout, ran.stderr))
}

fn routes(map: &Value) -> Vec<&Value> {
    map["routes"].as_array().expect("routes").iter().collect()
}

fn route<'m>(map: &'m Value, method: &str, path: &str) -> &'m Value {
    let is_it = |route: &&Value| route["path"] == path && route["methods"][0] == method;
    routes(map).into_iter().find(is_it).unwrap_or_else(|| panic!("{method} {path} is not in {map:#}"))
}

/// `who signed-in/role/object/machine validated/limited/signature`.
fn told(route: &Value) -> String {
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let callers = &route["callers"];
    format!(
        "{} {}/{}/{}/{} {}/{}/{}",
        word(&callers["who"]),
        word(&callers["signedIn"]),
        word(&callers["role"]),
        word(&callers["object"]),
        word(&callers["machine"]),
        word(&route["validated"]),
        word(&route["limited"]),
        word(&route["signature"]),
    )
}

#[test]
fn the_map_says_who_may_call_what() {
    let project = shop();
    let map = map(&project, &[]);
    assert_eq!(map["version"], 1);
    let all: Vec<String> = routes(&map)
        .iter()
        .map(|route| format!("{} {} {}", route["methods"][0].as_str().unwrap_or("ANY"), route["path"].as_str().unwrap_or("?"), told(route)))
        .collect();
    let expected = [
        "DELETE /api/notes/[id] signed-in yes/no/no/no -/no/no",
        "GET /api/notes/[id] anyone no/no/no/no -/no/no",
        "PATCH /api/notes/[id] object yes/no/yes/no yes/no/no",
        "POST /api/webhooks/stripe machine no/no/no/yes -/no/yes",
        "GET /health anyone no/no/no/no -/no/no",
        "GET /invoices role yes/yes/no/no -/no/no",
        "POST /invoices signed-in yes/no/no/no yes/no/no",
        "GET /invoices/{invoice_id} object yes/no/yes/no -/no/no",
        "POST /orders signed-in yes/no/no/no no/yes/no",
        "DELETE /orders/:id anyone no/no/no/no -/no/no",
    ];
    assert_eq!(all, expected, "{all:#?}");
}

#[test]
fn the_map_says_whose_data_is_touched_and_where_that_is_proven() {
    let project = shop();
    let map = map(&project, &[]);
    let note = route(&map, "PATCH", "/api/notes/[id]");
    assert_eq!((note["at"]["file"].as_str(), note["at"]["line"].as_u64()), (Some("app/api/notes/[id]/route.ts"), Some(11)));
    assert_eq!((note["data"][0]["model"].as_str(), note["data"][0]["privacy"].as_str()), (Some("Note"), Some("private")));
    assert_eq!(
        (note["data"][0]["writes"].as_bool(), note["data"][0]["reads"].as_bool(), note["data"][0]["rows"][0].as_str()),
        (Some(true), Some(false), Some("own"))
    );
    assert_eq!(note["callers"]["proof"]["at"]["line"], 16, "the access that asks for the owner: {note:#}");
    let open = route(&map, "GET", "/api/notes/[id]");
    assert_eq!(
        (open["callers"]["proof"]["at"]["line"].as_u64(), open["data"][0]["rows"][0].as_str()),
        (Some(8), Some("chosen")),
        "what anybody can do: {open:#}"
    );
    let checked = route(&map, "DELETE", "/api/notes/[id]");
    assert_eq!(checked["callers"]["proof"]["at"]["line"], 22, "the condition that asks: {checked:#}");
    let guarded = route(&map, "POST", "/orders");
    assert_eq!(guarded["callers"]["proof"]["at"]["line"], 11, "the guard in front: {guarded:#}");
    let role = route(&map, "GET", "/invoices");
    assert_eq!((role["callers"]["proof"]["at"]["line"].as_u64(), role["data"][0]["rows"][0].as_str()), (Some(69), Some("all")), "the condition: {role:#}");
    let depends = route(&map, "POST", "/invoices");
    assert_eq!(
        (depends["callers"]["proof"]["name"].as_str(), depends["callers"]["proof"]["at"]["line"].as_u64()),
        (Some("get_current_user"), Some(45)),
        "{depends:#}"
    );
    assert_eq!(depends["data"][0]["rows"][0], "new");
}

#[test]
fn only_what_is_named_is_told_and_tests_are_not() {
    let project = shop();
    project.write("tests/server.js", EXPRESS.as_bytes());
    assert_eq!(routes(&map(&project, &["orders"])).len(), 3);
    assert_eq!(routes(&map(&project, &[])).len(), 10);
    assert_eq!(routes(&map(&project, &["--include-tests"])).len(), 13);
    assert_eq!(project.run(&["routes", "nowhere"]).code, Some(2));
}

#[test]
fn the_table_is_no_wider_than_the_window() {
    let project = shop();
    for width in [40, 60, 84, 100] {
        let ran = project.command(&["routes"]).env("COLUMNS", width.to_string()).output().expect("the program runs");
        let text = String::from_utf8(ran.stdout).expect("UTF-8");
        for line in text.lines().filter(|line| !line.ends_with('.')) {
            assert!(line.width() <= width, "{width}: {line}\n{text}");
        }
        assert!(text.contains("10 routes: 3 open to anyone"), "{text}");
        assert!(text.contains("/orders/"), "{text}");
    }
}

#[test]
fn of_what_was_not_seen_nothing_is_said_to_be_missing() {
    let lost = "import express from \"express\";\nimport { handler, guard } from \"./nowhere\";\nconst app = express();\napp.post(\"/lost\", guard, handler);\napp.listen(1);\n";
    let project = Project::of(&[("package.json", "{}"), ("server.ts", lost)]);
    let map = map(&project, &[]);
    let lost = route(&map, "POST", "/lost");
    assert_eq!((told(lost).as_str(), lost["complete"].as_bool()), ("unknown unknown/unknown/unknown/unknown -/unknown/unknown", Some(false)), "{lost:#}");
    assert_eq!(Project::of(&[("package.json", "{}")]).run(&["routes"]).stdout, "No routes were found.\n");
}
