//! Route tables of small applications: every route with its whole path, and nothing else.

use serde_json::Value;

use crate::program::Project;

/// `GET /api/notes/:id`, sorted; what stands before a route behind it.
fn table(files: &[(&str, &str)]) -> Vec<String> {
    let project = Project::of(files);
    let ran = project.run(&["facts", "--format", "json"]);
    let facts: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", ran.stdout, ran.stderr));
    let mut table: Vec<String> = walks(&facts)
        .map(|walk| {
            let route = &walk["route"];
            let methods: Vec<&str> = route["methods"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let before: Vec<&str> = route["before"].as_array().into_iter().flatten().filter_map(|before| before["name"].as_str()).collect();
            let adrift = if route["adrift"] == true { " adrift" } else { "" };
            let before = if before.is_empty() { String::new() } else { format!(" after {}", before.join(", ")) };
            format!("{} {}{before}{adrift}", if methods.is_empty() { "ANY".to_owned() } else { methods.join("|") }, route["path"].as_str().unwrap_or("?"))
        })
        .collect();
    table.sort();
    table.dedup();
    table
}

fn walks(facts: &Value) -> impl Iterator<Item = &Value> {
    facts["files"].as_array().into_iter().flatten().flat_map(|file| file["walks"].as_array().into_iter().flatten()).filter(|walk| walk["route"].is_object())
}

#[test]
fn an_express_application_that_waits_before_it_begins() {
    let index = "import express from 'express';\nimport { ready } from 'somewhere';\nimport api from './api';\nready().then(async () => {\n  const app = express();\n  app.use('/api/v1', api);\n  app.listen(3000);\n});\n";
    let api = "import { Router } from 'express';\nimport notes from './notes';\nimport { signedIn } from '../guard';\nconst api = Router();\napi.get('/status', (req, res) => res.json({}));\napi.use('/notes', signedIn(), notes);\nexport default api;\n";
    let notes = "import { Router } from 'express';\nconst notes = Router();\nnotes.delete('/:id', (req, res) => res.json({}));\nexport default notes;\n";
    let guard = "export const signedIn = () => (req, res, next) => (req.user ? next() : res.status(401).json({}));\n";
    let files = [("package.json", "{}"), ("src/index.ts", index), ("src/api/index.ts", api), ("src/api/notes.ts", notes), ("src/guard.ts", guard)];
    assert_eq!(table(&files), ["DELETE /api/v1/notes/:id after a function", "GET /api/v1/status"]);
}

#[test]
fn django_lists_that_include_lists() {
    let root = "from django.conf import settings\nfrom django.urls import include, path\nfrom shop import views\n\nurlpatterns = [path('about', views.about), path('shop/', include('shop.urls'))]\nurlpatterns = [path('', include((urlpatterns, 'all')))]\nurlpatterns += [path('late', views.about)]\nif settings.BELOW:\n    urlpatterns = [path(settings.BELOW, include(urlpatterns))]\n";
    let shop = "from django.urls import include, path\nfrom rest_framework.routers import SimpleRouter\nfrom . import views\n\nrouter = SimpleRouter()\nrouter.register('orders', views.Orders)\nitems = [path('<int:item>/', views.Item.as_view())]\nurlpatterns = [path('items/', include(items)), path('api/', include(router.urls))]\n";
    let views = "from django.views import View\nfrom rest_framework import mixins\nfrom rest_framework.decorators import action\nfrom rest_framework.viewsets import GenericViewSet\n\ndef about(request):\n    return None\n\nclass Item(View):\n    def get(self, request, item):\n        return None\n\n    def delete(self, request, item):\n        return None\n\nclass Orders(mixins.ListModelMixin, GenericViewSet):\n    lookup_field = 'number'\n\n    @action(detail=True, methods=['post', 'delete'])\n    def seal(self, request, number):\n        return None\n";
    let files = [("manage.py", ""), ("site/urls.py", root), ("shop/__init__.py", ""), ("shop/urls.py", shop), ("shop/views.py", views)];
    assert_eq!(
        table(&files),
        [
            "ANY /about",
            "ANY /late",
            "DELETE /shop/items/<int:item>/",
            "GET /shop/api/orders/",
            "GET /shop/items/<int:item>/",
            "POST|DELETE /shop/api/orders/<number>/seal/"
        ]
    );
}

#[test]
fn a_nest_application() {
    let main = "import { NestFactory } from '@nestjs/core';\nimport { VersioningType } from '@nestjs/common';\nimport { AppModule } from './app.module';\nasync function bootstrap() {\n  const probe = await NestFactory.create(AppModule);\n  await probe.close();\n  const app = await NestFactory.create(AppModule);\n  app.setGlobalPrefix('api', { exclude: ['robots.txt'] });\n  app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });\n  await app.listen(3000);\n}\nbootstrap();\n";
    let module = "import { Module, forwardRef } from '@nestjs/common';\nimport { APP_GUARD } from '@nestjs/core';\nimport { Notes } from './notes.controller';\nimport { Limits, Space } from './guards';\n@Module({ controllers: [Notes] })\nexport class NotesModule {}\n@Module({ imports: [NotesModule] })\nexport class OtherModule {}\n@Module({ imports: [NotesModule, forwardRef(() => OtherModule)], providers: [{ provide: APP_GUARD, useClass: Limits }] })\nexport class AppModule {}\n";
    let guards = "import { CanActivate, createParamDecorator, Injectable } from '@nestjs/common';\nimport { AuthGuard } from '@nestjs/passport';\nimport { ThrottlerGuard } from '@nestjs/throttler';\n@Injectable()\nexport class Limits extends ThrottlerGuard {}\nexport class Signed extends AuthGuard('jwt') {}\nexport class Space implements CanActivate {\n  async canActivate(context) {\n    const request = context.switchToHttp().getRequest();\n    request.space = { owner: request.user.id };\n    return true;\n  }\n}\nexport const Current = createParamDecorator((data, context) => context.switchToHttp().getRequest().space);\n";
    let notes = "import { Controller, Delete, Get, Param, UseGuards, Version, VERSION_NEUTRAL } from '@nestjs/common';\nimport { Current, Signed, Space } from './guards';\nimport { PrismaClient } from '@prisma/client';\nconst prisma = new PrismaClient();\n@Controller()\nexport class Notes {\n  @Get('robots.txt')\n  @Version(VERSION_NEUTRAL)\n  robots() { return ''; }\n  @Get(['notes', 'all'])\n  @Version('2')\n  all() { return []; }\n  @Delete('notes/:id')\n  @UseGuards(Signed, Space)\n  remove(@Param('id') id: string, @Current() { owner }) {\n    return prisma.note.deleteMany({ where: { id, ownerId: owner } });\n  }\n}\n";
    let files = [("package.json", "{}"), ("src/main.ts", main), ("src/app.module.ts", module), ("src/guards.ts", guards), ("src/notes.controller.ts", notes)];
    let found = table(&files);
    let paths: Vec<&str> = found.iter().map(|route| route.split(" after").next().unwrap_or_default()).collect();
    assert_eq!(paths, ["DELETE /api/v1/notes/:id", "GET /api/v2/all", "GET /api/v2/notes", "GET /robots.txt"]);
    assert!(found[0].contains("Space"), "{found:?}");
    let facts: Value = serde_json::from_str(&Project::of(&files).run(&["facts", "--format", "json"]).stdout).expect("JSON");
    let removes = walks(&facts).find(|walk| walk["route"]["methods"][0] == "DELETE").expect("the route");
    assert_eq!(removes["always"]["guards"][0]["sure"], true, "{removes:#}");
    let access = removes["events"].as_array().into_iter().flatten().find(|event| event["kind"] == "access").expect("an access");
    assert_eq!(access["filter"][1]["value"]["from"][0], "principal", "what a guard put on the request: {access:#}");
}

#[test]
fn next_folders_are_read_from_the_package() {
    let route = "import { handlers } from 'somewhere';\nexport const { GET, POST } = handlers;\n";
    let page = "export default function Page() {\n  return null;\n}\n";
    let files = [
        ("apps/web/package.json", "{ \"dependencies\": { \"next\": \"15.0.0\" } }"),
        ("apps/web/app/api/auth/[...all]/route.ts", route),
        ("apps/web/app/(redirects)/app/page.tsx", page),
    ];
    assert_eq!(table(&files), ["ANY /app", "GET /api/auth/[...all]", "POST /api/auth/[...all]"]);
}
