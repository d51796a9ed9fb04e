//! **Run without a shell**: the program gets a list of arguments, and each value is one of them, whatever is in it.

use super::edits::Edits;
use super::here::Here;
use super::use_parameter::{Part, read};
use super::{Fix, Grade};
use crate::model::{Arg, ExprId, ExprKind, PatternKind, StmtKind};
use crate::project::Project;
use crate::rules::Place;
use crate::text::{Name, Span};

/// What a shell does with a word that holds one of these, a list does not.
const MEANT_FOR_SHELLS: &[char] = &['|', '&', ';', '<', '>', '$', '*', '?', '~', '`', '(', ')', '{', '}', '[', ']', '#', '!', '\\', '\n', '='];

pub fn fix(project: &Project, call: &Place, text: &Place, client: &Name) -> Option<Fix> {
    let here = Here::at(project, text)?;
    if call.file != text.file || here.placed.start > call.span.start {
        return None;
    }
    let id = here.expression(text.span)?;
    let mut parts = Vec::new();
    read(&here.placed, id, &mut parts, 0)?;
    let words = words(&here, &parts)?;
    let call_id = here.expression(call.span)?;
    let ExprKind::Call { callee, args, .. } = here.kind(call_id) else { return None };
    if args.first().is_none_or(|arg| arg.value != id) {
        return None;
    }
    let mut edits = Edits::default();
    if here.python() {
        python(&here, *callee, args, id, &words, client, &mut edits)?
    } else {
        ecma(&here, *callee, id, &words, &mut edits)?
    }
    Some(Fix {
        title: format!("Run {} with a list of arguments", words.first()?.trim_matches(['"', '\''])),
        grade: Grade::NeedsReview,
        preferred: true,
        edits: edits.finish()?,
        note: Some("The program is run directly now. A value that begins with `-` is still read as an option by it: put `--` before such values where the program knows that.".to_owned()),
        suppresses: false,
    })
}

/// The words of the line, as code. Nothing where a shell would do more than part them.
fn words(here: &Here<'_>, parts: &[Part]) -> Option<Vec<String>> {
    let quote = super::edits::quote(&here.code.text, '"');
    let mut words: Vec<String> = Vec::new();
    let mut word: Vec<Result<String, String>> = Vec::new();
    let mut quoted: Option<char> = None;
    for part in parts {
        match part {
            Part::Hole(_, span) => word.push(Err(span.of(&here.code.text).trim().to_owned())),
            Part::Text(text) => {
                for c in text.chars() {
                    match quoted {
                        Some(open) if c == open => quoted = None,
                        None if matches!(c, '"' | '\'') => quoted = Some(c),
                        None if c == ' ' => end_word(here, &mut word, &mut words, quote)?,
                        None if MEANT_FOR_SHELLS.contains(&c) => return None,
                        Some('"') if matches!(c, '$' | '`' | '\\') => return None,
                        _ if matches!(c, '"' | '\'' | '\n' | '\\' | '`' | '{' | '}') => return None,
                        _ => match word.last_mut() {
                            Some(Ok(literal)) => literal.push(c),
                            _ => word.push(Ok(c.to_string())),
                        },
                    }
                }
            }
        }
    }
    end_word(here, &mut word, &mut words, quote)?;
    let is_literal = words.first()?.starts_with(quote);
    (quoted.is_none() && is_literal).then_some(words)
}

/// One word as an expression.
fn end_word(here: &Here<'_>, word: &mut Vec<Result<String, String>>, words: &mut Vec<String>, quote: char) -> Option<()> {
    let pieces = std::mem::take(word);
    let written = match pieces.as_slice() {
        [] => return Some(()),
        [Ok(literal)] => format!("{quote}{literal}{quote}"),
        [Err(value)] if here.python() => value.clone(),
        [Err(value)] => value.clone(),
        several => {
            let (open, close, quote) = if here.python() { ("{", "}", quote) } else { ("${", "}", '`') };
            let mut text = String::from(if here.python() { "f" } else { "" });
            text.push(quote);
            for piece in several {
                match piece {
                    Ok(literal) => text.push_str(literal),
                    Err(value) if here.python() && value.contains(['"', '\'', '\\']) => return None,
                    Err(value) => text.push_str(&format!("{open}{value}{close}")),
                }
            }
            text.push(quote);
            text
        }
    };
    words.push(written);
    Some(())
}

/// `exec(line)` becomes `execFile("program", [..])`.
fn ecma(here: &Here<'_>, callee: ExprId, id: ExprId, words: &[String], edits: &mut Edits) -> Option<()> {
    let (name, span): (Name, Span) = match here.kind(callee) {
        ExprKind::Name(name) => (name.clone(), here.span(callee)),
        ExprKind::Member { name, name_span, .. } => (name.clone(), here.placed.absolute(*name_span)),
        _ => return None,
    };
    let other = match name.as_str() {
        "exec" => "execFile",
        "execSync" => "execFileSync",
        _ => {
            let promised = promised(here, &name)?;
            let local = here.member("child_process", "execFile", edits)?;
            edits.replace(&here.code.file, span, format!("{promised}({local})"));
            return listed(here, id, words, edits);
        }
    };
    if matches!(here.kind(callee), ExprKind::Name(_)) {
        let local = here.member("child_process", other, edits)?;
        edits.replace(&here.code.file, span, local);
    } else {
        edits.replace(&here.code.file, span, other);
    }
    listed(here, id, words, edits)
}

fn listed(here: &Here<'_>, id: ExprId, words: &[String], edits: &mut Edits) -> Option<()> {
    let (program, rest) = words.split_first()?;
    edits.replace(&here.code.file, here.span(id), format!("{program}, [{}]", rest.join(", ")));
    Some(())
}

/// `promisify`, as the file names it, where `const run = promisify(exec)` made this function.
fn promised(here: &Here<'_>, name: &Name) -> Option<String> {
    here.code.model.segments.iter().find_map(|placed| {
        let segment = &placed.segment;
        let text = |id: ExprId| placed.absolute(segment[id].span).of(&here.code.text);
        segment.stmts.iter().find_map(|stmt| {
            let StmtKind::Let { pattern, value: Some(value), .. } = &stmt.kind else { return None };
            let ExprKind::Call { callee, args, .. } = &segment[*value].kind else { return None };
            let [made] = args.as_slice() else { return None };
            let is_it = matches!(&segment[*pattern].kind, PatternKind::Name(known) if known == name);
            let makes = text(*callee).rsplit('.').next() == Some("promisify") && text(made.value).rsplit('.').next() == Some("exec");
            (is_it && makes).then(|| text(*callee).to_owned())
        })
    })
}

/// `subprocess.run(line, shell=True)` becomes `subprocess.run([..])`.
fn python(here: &Here<'_>, callee: ExprId, args: &[Arg], id: ExprId, words: &[String], client: &Name, edits: &mut Edits) -> Option<()> {
    let list = format!("[{}]", words.join(", "));
    if client == "argv" {
        let at = args.iter().position(|arg| arg.name.as_ref().is_some_and(|name| name == "shell"))?;
        let (before, shell) = (args.get(at.checked_sub(1)?)?, args.get(at)?);
        edits.replace(&here.code.file, here.span(id), list);
        let from = here.placed.absolute(before.span).end;
        edits.replace(&here.code.file, Span::new(from, here.placed.absolute(shell.span).end), "");
        return Some(());
    }
    if here.text(callee) == "os.system" && args.len() == 1 {
        let run = here.member("subprocess", "run", edits).filter(|run| run.starts_with("subprocess") || run == "run")?;
        edits.replace(&here.code.file, here.span(callee), run);
        edits.replace(&here.code.file, here.span(id), list);
        return Some(());
    }
    None
}
