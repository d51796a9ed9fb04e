//! What stands before whole groups of routes without being registered with them: which routes are behind it, and who gets
//! through.

use serde_json::Value;

use crate::program::Project;

/// `GET /api/notes: signed in`, sorted: what is always known of who is asking when a handler begins.
fn who(files: &[(&str, &str)]) -> Vec<String> {
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
            let who = if is_signed_in { "signed in" } else if guards().next().is_some() { "maybe" } else { "anybody" };
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
