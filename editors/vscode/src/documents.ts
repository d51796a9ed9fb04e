// Which documents the server is shown.

import type { DocumentSelector } from 'vscode-languageclient/node';

const LANGUAGES = [
  'typescript',
  'typescriptreact',
  'javascript',
  'javascriptreact',
  'python',
  'json',
  'jsonc',
  'yaml',
  'toml',
  'dotenv',
  'sql',
  'prisma',
  'html',
  'vue',
  'svelte',
  'astro',
  'jinja',
  'jinja-html',
  'django-html',
  'nunjucks',
  'ejs',
  'handlebars',
  'jade',
  'pug',
  'firestorerules',
  'dockerfile',
  'shellscript',
];

/** Files whose language id differs between editor versions, or needs another extension to exist. */
const PATTERNS = [
  '**/.env*',
  '**/*.env',
  '**/.dev.vars*',
  '**/.npmrc',
  '**/.pypirc',
  '**/.netrc',
  '**/*.{md,mdx,mdc,markdown,rst,adoc,txt}',
  '**/{.cursorrules,.windsurfrules,.clinerules}',
  '**/*.toml',
  '**/*.prisma',
  '**/*.rules',
  '**/.guardline/queries/*.scm',
  '**/*.vue',
  '**/*.svelte',
  '**/*.astro',
  '**/*.{jinja,jinja2,j2,njk,nunjucks}',
  '**/*.ejs',
  '**/*.{hbs,handlebars,mustache}',
  '**/*.{pug,jade}',
  '**/*.ipynb',
];

export const DOCUMENTS: DocumentSelector = [
  ...LANGUAGES.flatMap((language) => [
    { scheme: 'file', language },
    { scheme: 'untitled', language },
  ]),
  ...PATTERNS.map((pattern) => ({ scheme: 'file', pattern })),
];
