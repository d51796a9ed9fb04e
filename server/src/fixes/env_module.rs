//! A module of the project that reads all variables and checks them once: pydantic's `BaseSettings`, `createEnv`. Where
//! one is in use, a new variable is declared there and read from there.

use super::TextEdit;
use super::ask_who::relative;
use super::edits::Edits;
use super::env_name::EnvName;
use super::literal::Code;
use super::package::Package;
use super::settings_class;
use super::stack::{Wanted, imports};
use crate::model::{CallKind, Class, Entry, ExprId, ExprKind, FileModel, Key, PatternKind, Placed, Segment, StmtKind};
use crate::project::Project;
use crate::syntax::Language;
use crate::text::{FileId, Name, Span, lines};

/// How a variable is read from the module.
pub struct Declared {
    pub text: String,
    pub import: Wanted,
}

/// Declares the variable in the package's module, if it has exactly one and other files import it in a way that this
/// one can follow.
pub fn declare(project: &Project, code: &Code, package: &Package, name: &EnvName, edits: &mut Edits) -> Option<Declared> {
    let find = if code.language == Language::Python { settings } else { checked };
    let mut found = project
        .files()
        .filter(|(file, known)| {
            let same_family = (known.document.language == Language::Python) == (code.language == Language::Python);
            same_family && **file != code.file && file.folder().starts_with(&package.folder)
        })
        .filter_map(|(file, known)| Some((file, known.document.text(), find(known.model.as_deref().filter(|_| known.document.language.is_code())?)?)));
    let (file, text, module) = found.next()?;
    if found.next().is_some() {
        return None;
    }
    let import = Wanted { from: specifier(project, code, file, &module.exported)?.to_string(), name: Some(module.exported.to_string()) };
    let (declarations, read) = (module.declare)(&text, &module, name)?;
    for declaration in declarations {
        edits.edit(file, declaration);
    }
    if let Some(class) = module.class {
        settings_class::names_env_file(project, file, &class.name, edits);
    }
    Some(Declared { text: read, import })
}

type Declare = fn(&str, &Module, &EnvName) -> Option<(Vec<TextEdit>, String)>;

struct Module<'m> {
    placed: &'m Placed,
    /// What other files import.
    exported: Name,
    /// What is written behind the exported name before a member: `()` for a function.
    call: &'static str,
    class: Option<&'m Class>,
    options: Option<ExprId>,
    declare: Declare,
}

/// How a module is named where it is imported: as this file does, else as any other file does, unless that is relative.
fn specifier(project: &Project, code: &Code, module: &FileId, exported: &str) -> Option<Name> {
    let stem = module.file_name().split('.').next().unwrap_or("");
    let names = |model: &FileModel, relative: bool| {
        imports(model)
            .filter(|import| relative || !import.source.starts_with('.'))
            .filter(|import| import.names.iter().any(|name| name.imported == exported && !name.type_only))
            .map(|import| import.source.clone())
            .find(|source| {
                let last = source.rsplit('/').next().unwrap_or(source);
                // `@/env.js` and `app.core.config` both end in the module's own name.
                last.split('.').next() == Some(stem) || last.rsplit('.').next() == Some(stem)
            })
    };
    let other = || {
        let mut all: Vec<Name> = project.files().filter_map(|(_, known)| names(known.model.as_deref()?, false)).collect();
        all.sort();
        all.into_iter().next()
    };
    // Of Python it is not known from where the program is started.
    let is_ecma = code.language != Language::Python;
    names(code.model, true).or_else(other).or_else(|| is_ecma.then(|| beside(code, module)))
}

/// `../env`: how a file names a module by its place.
fn beside(code: &Code, module: &FileId) -> Name {
    let path = relative(&code.file, module);
    // Where other imports name the file that will be run, this one does as well.
    let says_js = imports(code.model).any(|import| import.source.starts_with('.') && import.source.ends_with(".js"));
    Name::from(if says_js { format!("{path}.js") } else { path })
}

/// `class Settings(BaseSettings)` with `settings = Settings()` or `def get_settings()` beside it.
fn settings(model: &FileModel) -> Option<Module<'_>> {
    let (placed, class) = model.segments.iter().find_map(|placed| {
        let is_settings = |class: &&Class| {
            class.bases.iter().any(|base| match &placed.segment[*base].kind {
                ExprKind::Name(name) | ExprKind::Member { name, .. } => name == "BaseSettings",
                _ => false,
            })
        };
        placed.segment.classes.iter().find(is_settings).map(|class| (placed, class))
    })?;
    let makes = |segment: &Segment, id: ExprId| match &segment[id].kind {
        ExprKind::Call { callee, .. } => matches!(&segment[*callee].kind, ExprKind::Name(name) if *name == class.name),
        _ => false,
    };
    let found = model.segments.iter().find_map(|other| {
        let segment = &other.segment;
        match &segment[*segment.body.first()?].kind {
            StmtKind::Expr(expr) => match &segment[*expr].kind {
                ExprKind::Assign { target, op: None, value } if makes(segment, *value) => match &segment[*target].kind {
                    PatternKind::Name(name) => Some((name.clone(), "")),
                    _ => None,
                },
                _ => None,
            },
            StmtKind::Function(id) => {
                let function = &segment[*id];
                let gives = |id: &crate::model::StmtId| matches!(segment[*id].kind, StmtKind::Return(Some(value)) if makes(segment, value));
                (function.params.is_empty() && function.body.last().is_some_and(gives)).then(|| (function.name.clone(), "()"))
            }
            _ => None,
        }
    });
    let (exported, call) = found?;
    Some(Module { placed, exported, call, class: Some(class), options: None, declare: declare_field })
}

/// What checks the whole environment in one place.
fn checked(model: &FileModel) -> Option<Module<'_>> {
    created(model).or_else(|| parsed(model))
}

/// `export const env = createEnv({ server: {…}, runtimeEnv: {…} })`.
fn created(model: &FileModel) -> Option<Module<'_>> {
    model.segments.iter().find_map(|placed| {
        let segment = &placed.segment;
        let StmtKind::Export { stmt, default: false } = segment[*segment.body.first()?].kind else { return None };
        let StmtKind::Let { pattern, value: Some(value), .. } = segment[stmt].kind else { return None };
        let ExprKind::Call { callee, args, kind: CallKind::Plain, .. } = &segment[value].kind else { return None };
        let (PatternKind::Name(name), ExprKind::Name(called)) = (&segment[pattern].kind, &segment[*callee].kind) else { return None };
        let options = args.first().map(|arg| arg.value);
        (called == "createEnv").then(|| Module { placed, exported: name.clone(), call: "", class: None, options, declare: declare_check })
    })
}

/// `export const env = z.object({ … }).parse(process.env)`, with the schema by itself above it or not, and envalid's `cleanEnv`.
fn parsed(model: &FileModel) -> Option<Module<'_>> {
    model.segments.iter().find_map(|placed| {
        let segment = &placed.segment;
        let StmtKind::Export { stmt, default: false } = segment[*segment.body.first()?].kind else { return None };
        let StmtKind::Let { pattern, value: Some(value), .. } = segment[stmt].kind else { return None };
        let (PatternKind::Name(name), ExprKind::Call { callee, args, .. }) = (&segment[pattern].kind, &segment[value].kind) else { return None };
        let is_environment = |id: ExprId| matches!(&segment[id].kind, ExprKind::Member { base, name, .. } if name == "env" && matches!(&segment[*base].kind, ExprKind::Name(base) if base == "process"));
        if !args.first().is_some_and(|arg| is_environment(arg.value)) {
            return None;
        }
        let module = |placed, options| Module { placed, exported: name.clone(), call: "", class: None, options: Some(options), declare: declare_in_schema };
        match &segment[*callee].kind {
            ExprKind::Name(called) if called == "cleanEnv" => Some(module(placed, args.get(1)?.value)),
            ExprKind::Member { base, name: called, .. } if called == "parse" => match &segment[*base].kind {
                ExprKind::Name(schema) => model.segments.iter().find_map(|other| Some(module(other, schema_of(&other.segment, schema)?))),
                _ => Some(module(placed, fields_of(segment, *base)?)),
            },
            _ => None,
        }
    })
}

/// The fields of `const schema = z.object({ … })`.
fn schema_of(segment: &Segment, name: &Name) -> Option<ExprId> {
    let stmt = match segment[*segment.body.first()?].kind {
        StmtKind::Export { stmt, .. } => stmt,
        _ => *segment.body.first()?,
    };
    let StmtKind::Let { pattern, value: Some(value), .. } = segment[stmt].kind else { return None };
    matches!(&segment[pattern].kind, PatternKind::Name(known) if known == name).then(|| fields_of(segment, value)).flatten()
}

/// `z.object({ … })`
fn fields_of(segment: &Segment, id: ExprId) -> Option<ExprId> {
    let ExprKind::Call { callee, args, .. } = &segment[id].kind else { return None };
    matches!(&segment[*callee].kind, ExprKind::Member { name, .. } if name == "object").then(|| args.first().map(|arg| arg.value)).flatten()
}

fn declare_in_schema(text: &str, module: &Module, name: &EnvName) -> Option<(Vec<TextEdit>, String)> {
    let segment = &module.placed.segment;
    let ExprKind::Object(fields) = &segment[module.options?].kind else { return None };
    let read = format!("{}.{name}", module.exported);
    if fields.iter().any(|entry| matches!(entry, Entry::Field { key: Key::Name(key), .. } if key == name.as_str())) {
        return Some((Vec::new(), read));
    }
    let check = match text {
        text if text.contains("z.string()") => "z.string().min(1)",
        text if text.contains("str()") => "str()",
        _ => return None,
    };
    Some((vec![another(text, module.placed, fields, &format!("{name}: {check}"))?], read))
}

fn declare_field(text: &str, module: &Module, name: &EnvName) -> Option<(Vec<TextEdit>, String)> {
    let class = module.class?;
    let written = module.placed.absolute(class.span).of(text);
    // Another prefix or a strict case means that the field would read another variable.
    if written.contains("env_prefix") || written.contains("case_sensitive") {
        return None;
    }
    let field = name.lower();
    let hidden = written.contains("SecretStr");
    let read = format!("{}{}.{field}{}", module.exported, module.call, if hidden { ".get_secret_value()" } else { "" });
    if let Some(known) = class.fields.iter().find(|known| known.name.eq_ignore_ascii_case(&field)) {
        let is_secret = known.ty.as_ref().is_some_and(|ty| ty.name == "SecretStr");
        return Some((Vec::new(), format!("{}{}.{}{}", module.exported, module.call, known.name, if is_secret { ".get_secret_value()" } else { "" })));
    }
    let last = class.fields.iter().rfind(|field| field.ty.is_some())?;
    let span = module.placed.absolute(last.span);
    if !lines::begins_line(text, span.start) {
        return None;
    }
    let (indent, end) = (lines::indentation(text, span.start), lines::line_end(text));
    let at = lines::line_stop(text, span.end);
    let ty = if hidden { "SecretStr" } else { "str" };
    Some((vec![TextEdit { span: Span::at(at), text: format!("{end}{indent}{field}: {ty}") }], read))
}

fn declare_check(text: &str, module: &Module, name: &EnvName) -> Option<(Vec<TextEdit>, String)> {
    let segment = &module.placed.segment;
    let ExprKind::Object(options) = &segment[module.options?].kind else { return None };
    let read = format!("{}.{name}", module.exported);
    let server = entries(segment, options, "server")?;
    if server.iter().any(|entry| matches!(entry, Entry::Field { key: Key::Name(key), .. } if key == name.as_str())) {
        return Some((Vec::new(), read));
    }
    if !text.contains("z.string()") {
        return None;
    }
    let mut edits = vec![another(text, module.placed, server, &format!("{name}: z.string().min(1)"))?];
    if let Some(runtime) = entries(segment, options, "runtimeEnv") {
        edits.push(another(text, module.placed, runtime, &format!("{name}: process.env.{name}"))?);
    }
    Some((edits, read))
}

/// The entries of the object under a key.
fn entries<'s>(segment: &'s Segment, options: &[Entry], wanted: &str) -> Option<&'s [Entry]> {
    options.iter().find_map(|option| match option {
        Entry::Field { key: Key::Name(key), value, .. } if key == wanted => match &segment[*value].kind {
            ExprKind::Object(entries) => Some(entries.as_slice()),
            _ => None,
        },
        _ => None,
    })
}

/// One more entry behind the last one, written as the others are.
pub(super) fn another(text: &str, placed: &Placed, entries: &[Entry], entry: &str) -> Option<TextEdit> {
    let last = placed.absolute(entries.last()?.span());
    let rest = text.get(last.end as usize..)?;
    let comma = rest.trim_start().starts_with(',').then(|| last.end + (rest.len() - rest.trim_start().len()) as u32 + 1);
    let on_own_line = lines::begins_line(text, last.start);
    let gap = if on_own_line { format!("{}{}", lines::line_end(text), lines::indentation(text, last.start)) } else { " ".to_owned() };
    Some(match comma {
        Some(at) => TextEdit { span: Span::at(at), text: format!("{gap}{entry},") },
        None => TextEdit { span: Span::at(last.end), text: format!(",{gap}{entry}") },
    })
}
