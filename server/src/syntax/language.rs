//! Which kind of file it is, by its name.

use crate::text::FileId;

/// The kinds of text Guardline reads. Code has a grammar; the others have readers of their own, and some of them hold code:
/// see [`super::Document::code_language`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum Language {
    TypeScript,
    Tsx,
    JavaScript,
    Jsx,
    Python,
    Env,
    Json,
    Yaml,
    Toml,
    Sql,
    Prisma,
    Html,
    Vue,
    Svelte,
    Astro,
    /// Pages that a server fills in: Jinja, Django and Nunjucks where the name says so, EJS, Handlebars.
    Jinja,
    Ejs,
    Handlebars,
    Pug,
    /// Who may read and write what: `firestore.rules`, `storage.rules`.
    AccessRules,
    /// A Jupyter notebook.
    Notebook,
    Dockerfile,
    Shell,
    /// Read as plain text: notes and documentation, `.npmrc`, `.pypirc`, `.netrc`, key files, ignore files, `requirements.txt`, `_headers`,
    /// a project's own rules.
    Text,
}

/// The grammar a language is parsed with. JavaScript is read by the TSX grammar, which is a superset for our purposes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Grammar {
    TypeScript,
    Tsx,
    Python,
}

impl Language {
    /// By file name; `None` for files Guardline does not read.
    pub fn of(file: &FileId) -> Option<Language> {
        let name = file.file_name();
        if is_env_name(name) {
            return Some(Language::Env);
        }
        if name == "Dockerfile" || name.starts_with("Dockerfile.") || name == "Containerfile" || file.extension().eq_ignore_ascii_case("dockerfile") {
            return Some(Language::Dockerfile);
        }
        // Hooks of git have no ending.
        if file.folder().ends_with("/.husky") && file.extension().is_empty() {
            return Some(Language::Shell);
        }
        let is_own_rules = file.extension() == "scm" && file.folder().ends_with("/.guardline/queries");
        if matches!(name, ".npmrc" | ".pypirc" | ".netrc" | "id_rsa" | "id_ed25519" | "id_ecdsa")
            || is_plain_manifest(name)
            || is_told_assistants(name)
            || is_own_rules
        {
            return Some(Language::Text);
        }
        if matches!(name, "Pipfile" | "poetry.lock" | "uv.lock") {
            return Some(Language::Toml);
        }
        if matches!(name, "Pipfile.lock" | "bun.lock") {
            return Some(Language::Json);
        }
        Some(match file.extension() {
            "ts" | "mts" | "cts" => Language::TypeScript,
            "tsx" => Language::Tsx,
            "js" | "mjs" | "cjs" => Language::JavaScript,
            "jsx" => Language::Jsx,
            "py" | "pyi" => Language::Python,
            "json" | "jsonc" | "json5" => Language::Json,
            "yaml" | "yml" => Language::Yaml,
            "toml" => Language::Toml,
            "sql" => Language::Sql,
            "prisma" | "zmodel" => Language::Prisma,
            "html" | "htm" => Language::Html,
            "vue" => Language::Vue,
            "svelte" => Language::Svelte,
            "astro" => Language::Astro,
            "jinja" | "jinja2" | "j2" | "njk" | "nunjucks" => Language::Jinja,
            "ejs" => Language::Ejs,
            "hbs" | "handlebars" | "mustache" => Language::Handlebars,
            "pug" | "jade" => Language::Pug,
            "rules" => Language::AccessRules,
            "ipynb" => Language::Notebook,
            "sh" | "bash" | "zsh" => Language::Shell,
            // Certificates and the keys to them, templates of configuration, configuration of other programs, and copies of
            // files that somebody kept.
            "pem" | "key" | "tpl" | "tmpl" | "gotmpl" | "tf" | "tfvars" | "hcl" | "ini" | "cfg" | "conf" | "properties" | "bak" | "old" | "orig" | "xml" => {
                Language::Text
            }
            // Source maps. Only those that are served are read.
            "map" => Language::Text,
            // What is written for people, and for assistants.
            "md" | "mdx" | "mdc" | "markdown" | "rst" | "adoc" | "txt" => Language::Text,
            _ => return None,
        })
    }

    /// By the language id that editors send, for documents without a telling name (`untitled:`).
    pub fn of_editor_id(id: &str) -> Option<Language> {
        Some(match id {
            "typescript" => Language::TypeScript,
            "typescriptreact" => Language::Tsx,
            "javascript" => Language::JavaScript,
            "javascriptreact" => Language::Jsx,
            "python" => Language::Python,
            "dotenv" | "env" | "properties" => Language::Env,
            "json" | "jsonc" => Language::Json,
            "yaml" => Language::Yaml,
            "toml" => Language::Toml,
            "sql" => Language::Sql,
            "prisma" => Language::Prisma,
            "html" => Language::Html,
            "vue" => Language::Vue,
            "svelte" => Language::Svelte,
            "astro" => Language::Astro,
            "jinja" | "jinja-html" | "jinja2" | "htmldjango" | "django-html" | "nunjucks" => Language::Jinja,
            "ejs" => Language::Ejs,
            "handlebars" | "mustache" => Language::Handlebars,
            "pug" | "jade" => Language::Pug,
            "firestorerules" | "firerules" | "firestore" => Language::AccessRules,
            "jupyter" => Language::Notebook,
            "dockerfile" => Language::Dockerfile,
            "shellscript" => Language::Shell,
            _ => return None,
        })
    }

    /// The grammar, for the languages that are lowered to the program model.
    pub fn grammar(self) -> Option<Grammar> {
        match self {
            Language::TypeScript => Some(Grammar::TypeScript),
            Language::Tsx | Language::JavaScript | Language::Jsx => Some(Grammar::Tsx),
            Language::Python => Some(Grammar::Python),
            _ => None,
        }
    }

    pub fn is_code(self) -> bool {
        self.grammar().is_some()
    }

    /// HTML and components, which are markup with scripts in it.
    pub fn is_page(self) -> bool {
        self.is_markup() || matches!(self, Language::Vue | Language::Svelte | Language::Astro)
    }

    /// HTML, or what becomes HTML when a server has filled it in.
    pub fn is_markup(self) -> bool {
        matches!(self, Language::Html | Language::Jinja | Language::Ejs | Language::Handlebars)
    }

    /// TypeScript, TSX, JavaScript or JSX.
    pub fn is_ecma(self) -> bool {
        matches!(self.grammar(), Some(Grammar::TypeScript | Grammar::Tsx))
    }

    /// True where type annotations and `!` may be written.
    pub fn is_typescript(self) -> bool {
        matches!(self, Language::TypeScript | Language::Tsx)
    }

    /// What a fence in Markdown calls it.
    pub fn fence(self) -> &'static str {
        match self {
            Language::TypeScript => "ts",
            Language::Tsx => "tsx",
            Language::JavaScript => "js",
            Language::Jsx => "jsx",
            Language::Python => "py",
            Language::Env => "env",
            Language::Json => "json",
            Language::Yaml => "yaml",
            Language::Toml => "toml",
            Language::Sql => "sql",
            Language::Prisma => "prisma",
            Language::Html => "html",
            Language::Vue => "vue",
            Language::Svelte => "svelte",
            Language::Astro => "astro",
            Language::Jinja => "jinja",
            Language::Ejs => "ejs",
            Language::Handlebars => "hbs",
            Language::Pug => "pug",
            Language::AccessRules => "rules",
            Language::Notebook => "ipynb",
            Language::Dockerfile => "dockerfile",
            Language::Shell => "sh",
            Language::Text => "text",
        }
    }
}

/// Files that are there to hold secrets on one machine: env files, and what Streamlit reads its secrets from.
pub fn keeps_secrets(file: &FileId) -> bool {
    Language::of(file) == Some(Language::Env) || file.as_str().ends_with("/.streamlit/secrets.toml")
}

/// Written for people or assistants: what looks like an assignment in it is part of a sentence or of an example.
pub fn is_prose(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    matches!(extension, "md" | "mdx" | "mdc" | "markdown" | "rst" | "adoc" | "txt" | "cursorrules" | "windsurfrules" | "clinerules" | "goosehints")
}

/// `.env`, `.env.local`, `.env.example`, `.dev.vars`, `example.env`: files of `NAME=value` lines.
fn is_env_name(name: &str) -> bool {
    let is_sample = || name.strip_prefix("env.").or_else(|| name.strip_prefix(".env-")).or_else(|| name.strip_prefix(".env_"));
    matches!(name, ".env" | ".dev.vars" | ".envrc")
        || name.starts_with(".env.")
        || name.starts_with(".dev.vars.")
        || name.ends_with(".env")
        || is_sample().is_some_and(|what| matches!(what, "example" | "sample" | "template" | "dist" | "local" | "production" | "development"))
}

/// What a project tells the assistants that work in it.
fn is_told_assistants(name: &str) -> bool {
    matches!(name, ".cursorrules" | ".windsurfrules" | ".clinerules" | ".goosehints" | ".rules")
}

/// Lists of a line each, which say what is ignored, depended on or run.
fn is_plain_manifest(name: &str) -> bool {
    matches!(
        name,
        ".gitignore"
            | ".dockerignore"
            | ".vercelignore"
            | ".python-version"
            | "_headers"
            | "_redirects"
            | "yarn.lock"
            | "Makefile"
            | "makefile"
            | "GNUmakefile"
            | "justfile"
            | "Procfile"
    ) || name.starts_with("requirements") && (name.ends_with(".txt") || name.ends_with(".in"))
}
