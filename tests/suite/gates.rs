//! What stands before whole groups of routes without being registered with them: which routes are behind it, and who gets
//! through.

use serde_json::Value;

use crate::program::Project;

/// `GET /api/notes: signed in`, sorted: what is always known of who is asking when a handler begins.
pub fn who(files: &[(&str, &str)]) -> Vec<String> {
    let project = Project::of(files);
    let ran = project.run(&["facts", "--format", "json"]);
    let facts: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", ran.stdout, ran.stderr));
    let walks = facts["files"].as_array().into_iter().flatten().flat_map(|file| file["walks"].as_array().into_iter().flatten());
    let mut told: Vec<String> = walks
        .filter(|walk| walk["route"].is_object())
        .map(|walk| {
            let route = &walk["route"];
            let methods: Vec<&str> = route["methods"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let always = &walk["always"];
            let guards = || always["guards"].as_array().into_iter().flatten().filter(|guard| guard["kind"] == "identity" || guard["kind"] == "role");
            let is_signed_in = always["principals"].as_array().is_some_and(|known| !known.is_empty()) || guards().any(|guard| guard["sure"] == true);
            let who = if is_signed_in {
                "signed in"
            } else if guards().next().is_some() {
                "maybe"
            } else {
                "anybody"
            };
            let methods = if methods.is_empty() { "ANY".to_owned() } else { methods.join("|") };
            format!("{methods} {}: {who}", route["path"].as_str().unwrap_or("?"))
        })
        .collect();
    told.sort();
    told.dedup();
    told
}

const ROUTE: &str = "export async function GET(request: Request) {\n  return Response.json({});\n}\n";
const PAGE: &str = "export default function Page() {\n  return null;\n}\n";

fn next(middleware: &str, more: &[(&str, &str)]) -> Vec<String> {
    let mut files = vec![
        ("package.json", "{ \"dependencies\": { \"next\": \"15.0.0\" } }"),
        ("middleware.ts", middleware),
        ("app/api/notes/route.ts", ROUTE),
        ("app/api/notes/[id]/route.ts", ROUTE),
        ("app/api/health/route.ts", ROUTE),
        ("app/dashboard/page.tsx", PAGE),
        ("app/login/page.tsx", PAGE),
    ];
    files.extend_from_slice(more);
    who(&files)
}

#[test]
fn a_matcher_says_for_which_paths_a_middleware_runs() {
    let middleware = "import { getToken } from 'next-auth/jwt';\nimport { NextResponse } from 'next/server';\nexport async function middleware(req) {\n  const token = await getToken({ req });\n  if (!token) return NextResponse.redirect(new URL('/login', req.url));\n  return NextResponse.next();\n}\nexport const config = { matcher: ['/dashboard/:path*', '/api/notes/:id'] };\n";
    assert_eq!(
        next(middleware, &[]),
        ["ANY /dashboard: signed in", "ANY /login: anybody", "GET /api/health: anybody", "GET /api/notes/[id]: signed in", "GET /api/notes: anybody"]
    );
}

#[test]
fn a_matcher_that_leaves_out_and_paths_that_the_function_lets_through() {
    let middleware = "import { createServerClient } from '@supabase/ssr';\nimport { NextResponse, type NextRequest } from 'next/server';\nconst PUBLIC = ['/login', '/api/health'];\nasync function updateSession(request: NextRequest) {\n  let response = NextResponse.next({ request });\n  const supabase = createServerClient(process.env.URL!, process.env.KEY!, { cookies: {} });\n  const { data: { user } } = await supabase.auth.getUser();\n  if (!user && !PUBLIC.some((path) => request.nextUrl.pathname.startsWith(path))) {\n    const url = request.nextUrl.clone();\n    url.pathname = '/login';\n    return NextResponse.redirect(url);\n  }\n  return response;\n}\nexport async function middleware(request: NextRequest) {\n  return await updateSession(request);\n}\nexport const config = { matcher: ['/((?!_next/static|_next/image|favicon.ico|.*\\\\.(?:svg|png|jpg)$).*)'] };\n";
    assert_eq!(
        next(middleware, &[]),
        ["ANY /dashboard: signed in", "ANY /login: anybody", "GET /api/health: anybody", "GET /api/notes/[id]: signed in", "GET /api/notes: signed in"]
    );
    let without_api = middleware.replace("(?!_next", "(?!api|_next");
    assert_eq!(
        next(&without_api, &[]),
        ["ANY /dashboard: signed in", "ANY /login: anybody", "GET /api/health: anybody", "GET /api/notes/[id]: anybody", "GET /api/notes: anybody"]
    );
}

#[test]
fn clerk_protects_what_the_matchers_of_the_project_say() {
    let middleware = "import { clerkMiddleware, createRouteMatcher } from '@clerk/nextjs/server';\nconst isPublic = createRouteMatcher(['/login(.*)', '/api/health']);\nexport default clerkMiddleware(async (auth, req) => {\n  if (!isPublic(req)) await auth.protect();\n});\n";
    let all = ["ANY /dashboard: signed in", "ANY /login: anybody", "GET /api/health: anybody", "GET /api/notes/[id]: signed in", "GET /api/notes: signed in"];
    assert_eq!(next(middleware, &[]), all);
    let by_hand = "import { clerkMiddleware, createRouteMatcher } from '@clerk/nextjs/server';\nconst isProtected = createRouteMatcher(['/dashboard(.*)', '/api/notes(.*)']);\nexport default clerkMiddleware(async (auth, req) => {\n  const { userId, redirectToSignIn } = await auth();\n  if (!userId && isProtected(req)) return redirectToSignIn();\n});\n";
    assert_eq!(next(by_hand, &[]), all);
    let nothing = "import { clerkMiddleware } from '@clerk/nextjs/server';\nexport default clerkMiddleware();\n";
    assert!(next(nothing, &[]).iter().all(|route| route.ends_with("anybody")));
}

#[test]
fn auth_js_asks_a_callback_or_nobody() {
    let open = "export { auth as middleware } from './auth';\n";
    let bare = "import NextAuth from 'next-auth';\nexport const { auth, handlers } = NextAuth({ providers: [] });\n";
    assert!(next(open, &[("auth.ts", bare)]).iter().all(|route| route.ends_with("anybody")));
    let asks = "import NextAuth from 'next-auth';\nconst config = { providers: [], callbacks: { authorized({ auth, request: { nextUrl } }) {\n  const isLoggedIn = !!auth?.user;\n  if (nextUrl.pathname.startsWith('/dashboard')) return isLoggedIn;\n  return true;\n} } };\nexport const { auth, handlers } = NextAuth(config);\n";
    assert_eq!(
        next(open, &[("auth.ts", asks)]),
        ["ANY /dashboard: signed in", "ANY /login: anybody", "GET /api/health: anybody", "GET /api/notes/[id]: anybody", "GET /api/notes: anybody"]
    );
    let wrapped = "import { auth } from './auth';\nexport default auth((req) => {\n  if (!req.auth && req.nextUrl.pathname !== '/login') return Response.redirect(new URL('/login', req.nextUrl.origin));\n});\nexport const config = { matcher: ['/((?!api|_next).*)'] };\n";
    assert_eq!(
        next(wrapped, &[("auth.ts", bare)]),
        ["ANY /dashboard: signed in", "ANY /login: anybody", "GET /api/health: anybody", "GET /api/notes/[id]: anybody", "GET /api/notes: anybody"]
    );
    let older = "export { default } from 'next-auth/middleware';\nexport const config = { matcher: ['/dashboard', '/api/notes'] };\n";
    assert_eq!(
        next(older, &[]),
        ["ANY /dashboard: signed in", "ANY /login: anybody", "GET /api/health: anybody", "GET /api/notes/[id]: anybody", "GET /api/notes: signed in"]
    );
    let with = "import { withAuth } from 'next-auth/middleware';\nexport default withAuth(function middleware(req) {\n  return null;\n}, { callbacks: { authorized: ({ token, req }) => req.nextUrl.pathname === '/login' || !!token } });\nexport const config = { matcher: ['/dashboard', '/login'] };\n";
    assert_eq!(
        next(with, &[]),
        ["ANY /dashboard: signed in", "ANY /login: anybody", "GET /api/health: anybody", "GET /api/notes/[id]: anybody", "GET /api/notes: anybody"]
    );
}

#[test]
fn a_cookie_that_is_there_says_nothing_and_what_cannot_be_read_says_maybe() {
    let cookie = "import { NextResponse } from 'next/server';\nexport function middleware(request) {\n  if (!request.cookies.has('session')) return NextResponse.redirect(new URL('/login', request.url));\n  return NextResponse.next();\n}\n";
    assert!(next(cookie, &[]).iter().all(|route| route.ends_with("anybody")));
    let unread = "import { getToken } from 'next-auth/jwt';\nimport { NextResponse } from 'next/server';\nimport { paths } from 'somewhere';\nexport async function middleware(req) {\n  const token = await getToken({ req });\n  if (!token && !paths.isOpen(req.nextUrl.pathname)) return new NextResponse(null, { status: 401 });\n}\n";
    assert!(next(unread, &[]).iter().all(|route| route.ends_with("maybe")), "{:?}", next(unread, &[]));
    let computed = "import { withAuth } from 'next-auth/middleware';\nimport { paths } from 'somewhere';\nexport default withAuth({});\nexport const config = { matcher: paths };\n";
    assert!(next(computed, &[]).iter().all(|route| route.ends_with("maybe")));
}

#[test]
fn djangos_settings_stand_before_all_views() {
    let settings = "MIDDLEWARE = [\n    'django.middleware.security.SecurityMiddleware',\n    'django.contrib.auth.middleware.LoginRequiredMiddleware',\n]\n";
    let urls = "from django.urls import path\nfrom shop import views\n\nurlpatterns = [path('orders', views.orders), path('about', views.about), path('api', views.Api.as_view())]\n";
    let views = "from django.contrib.auth.decorators import login_not_required\nfrom rest_framework.views import APIView\n\ndef orders(request):\n    return None\n\n@login_not_required\ndef about(request):\n    return None\n\nclass Api(APIView):\n    def get(self, request):\n        return None\n";
    let files = |settings| [("manage.py", ""), ("site/settings.py", settings), ("site/urls.py", urls), ("shop/__init__.py", ""), ("shop/views.py", views)];
    assert_eq!(who(&files(settings)), ["ANY /about: anybody", "ANY /orders: signed in", "GET /api: anybody"]);
    let rest = "MIDDLEWARE = ['shop.guards.Signed']\nREST_FRAMEWORK = {'DEFAULT_PERMISSION_CLASSES': ['rest_framework.permissions.IsAuthenticated']}\n";
    let guards = "from django.http import HttpResponseForbidden\n\nclass Signed:\n    def __init__(self, get_response):\n        self.get_response = get_response\n\n    def __call__(self, request):\n        if request.path.startswith('/orders') and not request.user.is_authenticated:\n            return HttpResponseForbidden()\n        return self.get_response(request)\n";
    let mut all = files(rest).to_vec();
    all.push(("shop/guards.py", guards));
    assert_eq!(who(&all), ["ANY /about: anybody", "ANY /orders: signed in", "GET /api: signed in"]);
}

#[test]
fn hooks_and_server_middleware() {
    let hooks = "import { redirect } from '@sveltejs/kit';\nimport { sequence } from '@sveltejs/kit/hooks';\nconst first = async ({ event, resolve }) => resolve(event);\nconst guard = async ({ event, resolve }) => {\n  if (event.url.pathname.startsWith('/app') && !event.locals.user) redirect(303, '/login');\n  return resolve(event);\n};\nexport const handle = sequence(first, guard);\n";
    let server = "import { json } from '@sveltejs/kit';\nexport async function POST({ request }) {\n  return json(await request.json());\n}\n";
    let files = [
        ("package.json", "{ \"dependencies\": { \"@sveltejs/kit\": \"2\" } }"),
        ("src/hooks.server.ts", hooks),
        ("src/routes/app/save/+server.ts", server),
        ("src/routes/join/+server.ts", server),
    ];
    assert_eq!(who(&files), ["POST /app/save: signed in", "POST /join: anybody"]);
    let middleware =
        "export default defineEventHandler(async (event) => {\n  if (!event.path.startsWith('/api/admin')) return;\n  await requireUserSession(event);\n});\n";
    let handler = "export default defineEventHandler(async (event) => {\n  return await readBody(event);\n});\n";
    let files = [
        ("package.json", "{ \"dependencies\": { \"nuxt\": \"3\" } }"),
        ("server/middleware/auth.ts", middleware),
        ("server/api/admin/users.post.ts", handler),
        ("server/api/join.post.ts", handler),
    ];
    assert_eq!(who(&files), ["POST /api/admin/users: signed in", "POST /api/join: anybody"]);
}

#[test]
fn flask_asks_before_each_request() {
    let app = "from flask import Blueprint, Flask, abort, request\nfrom flask_login import current_user\n\napp = Flask(__name__)\nadmin = Blueprint('admin', __name__, url_prefix='/admin')\n\n@admin.before_request\ndef only_signed_in():\n    if not current_user.is_authenticated:\n        abort(401)\n\n@admin.route('/users')\ndef users():\n    return {}\n\n@app.route('/about')\ndef about():\n    return {}\n\napp.register_blueprint(admin)\n";
    assert_eq!(who(&[("app.py", app)]), ["GET /about: anybody", "GET /admin/users: signed in"]);
    let exempt = "from flask import Flask, abort, request\nfrom flask_login import current_user\n\napp = Flask(__name__)\n\n@app.before_request\ndef only_signed_in():\n    if request.endpoint in ('about', 'static'):\n        return\n    if not current_user.is_authenticated:\n        abort(401)\n\n@app.route('/users')\ndef users():\n    return {}\n\n@app.route('/about')\ndef about():\n    return {}\n";
    assert_eq!(who(&[("app.py", exempt)]), ["GET /about: maybe", "GET /users: maybe"]);
}

#[test]
fn fastapis_dependencies_stand_before_and_what_describes_does_not() {
    let main = "from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request\nfrom pydantic import BaseModel\n\nclass Note(BaseModel):\n    id: int\n\ndef signed_in(request: Request):\n    if not request.user:\n        raise HTTPException(401)\n\napp = FastAPI()\nclosed = APIRouter(prefix='/closed')\n\n@closed.get('/notes', response_model=list[Note], status_code=200, tags=['notes'])\ndef notes():\n    return []\n\n@app.get('/open', response_model=list[Note], summary='All')\ndef all_notes():\n    return []\n\napp.include_router(closed, dependencies=[Depends(signed_in)], tags=['closed'])\n";
    assert_eq!(who(&[("main.py", main)]), ["GET /closed/notes: signed in", "GET /open: anybody"]);
    let whole = main.replace("app = FastAPI()", "app = FastAPI(dependencies=[Depends(signed_in)])");
    assert_eq!(who(&[("main.py", &whole)]), ["GET /closed/notes: signed in", "GET /open: signed in"]);
}

#[test]
fn routers_that_a_loop_mounts() {
    let router = |name: &str| format!("{name} = APIRouter()\n\n@{name}.get('/{name}')\ndef show_{name}():\n    return []\n\n");
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
    let routers: String = names.iter().map(|name| router(name)).collect();
    let head = "from fastapi import APIRouter, FastAPI\n\napp = FastAPI()\n";
    let listed = format!("{head}{routers}for router in [{}]:\n    app.include_router(router, prefix='/api')\n", names.join(", "));
    let paths = |told: Vec<String>| told.into_iter().map(|route| route.replace(": anybody", "")).collect::<Vec<_>>();
    let all: Vec<String> = names.iter().map(|name| format!("GET /api/{name}")).collect();
    assert_eq!(paths(who(&[("main.py", &listed)])), all);
    let pairs: Vec<String> = names.iter().map(|name| format!("'/{name}{name}': {name}")).collect();
    let dict =
        format!("{head}{routers}ROUTERS = {{{}}}\nfor prefix, router in ROUTERS.items():\n    app.include_router(router, prefix=prefix)\n", pairs.join(", "));
    assert_eq!(paths(who(&[("main.py", &dict)])), names.iter().map(|name| format!("GET /{name}{name}/{name}")).collect::<Vec<_>>());
    let express: String = names.iter().map(|name| format!("const {name} = Router();\n{name}.get('/{name}', (req, res) => res.json({{}}));\n")).collect();
    let each = format!(
        "import express, {{ Router }} from 'express';\nconst app = express();\n{express}[{}].forEach((router) => app.use('/api', router));\n",
        names.join(", ")
    );
    assert_eq!(paths(who(&[("package.json", "{}"), ("main.ts", &each)])), all);
}
