//! Options of a call: those that are said get another value, those that are missing are added, as keywords or in an object.

use super::edits::Edits;
use super::literal::Code;
use super::stack::Wanted;
use super::{Fix, Grade, phrasebook};
use crate::model::{Arg, Entry, ExprId, ExprKind, Key, Placed};
use crate::project::Project;
use crate::rules::Place;
use crate::syntax::Language;
use crate::text::{Name, Span, lines};

pub fn fix(project: &Project, call: &Place, at: Option<usize>, way: &[Name], entries: &[(Name, Name)], title: &Name) -> Option<Fix> {
    let code = Code::of(project, &call.file)?;
    let placed = code.model.segment_at(call.span.start)?;
    let id = call_at(placed, call.span)?;
    let ExprKind::Call { args, .. } = &placed.segment[id].kind else { return None };
    let mut edits = Edits::default();
    let writer = Writer { code: &code, placed };
    match (code.language, at) {
        (Language::Python, _) => writer.keywords(args, call.span, entries, &mut edits)?,
        (_, Some(at)) => writer.object(args, at, call.span, way, entries, &mut edits)?,
        _ => return None,
    }
    imports(&code, entries.iter().map(|(_, value)| value), &mut edits)?;
    Some(Fix { title: title.to_string(), grade: Grade::NeedsReview, preferred: true, edits: edits.finish()?, note: note(entries), suppresses: false })
}

/// `import os`, where a value that is put in reads the environment.
pub(super) fn imports<'v>(code: &Code<'_>, mut values: impl Iterator<Item = &'v Name>, edits: &mut Edits) -> Option<()> {
    if code.language != Language::Python || !values.any(|value| value.contains("os.environ")) {
        return Some(());
    }
    let wanted = Wanted { from: "os".to_owned(), name: None };
    let imported = phrasebook::of(code.language)?.import(code, &wanted)?;
    if imported.local != "os" {
        return None;
    }
    if let Some(edit) = imported.edit {
        edits.edit(&code.file, edit);
    }
    Some(())
}

fn note(entries: &[(Name, Name)]) -> Option<String> {
    let says = |word: &str| entries.iter().any(|(_, value)| value.contains(word));
    says("CORS_ORIGINS").then(|| "Set CORS_ORIGINS at your host: the addresses of your own sites, with commas between them.".to_owned())
}

fn call_at(placed: &Placed, span: Span) -> Option<ExprId> {
    let relative = Span::new(span.start.checked_sub(placed.start)?, span.end.checked_sub(placed.start)?);
    let at = placed.segment.exprs.iter().position(|expr| expr.span == relative && matches!(expr.kind, ExprKind::Call { .. }))?;
    Some(ExprId(at as u32))
}

struct Writer<'c> {
    code: &'c Code<'c>,
    placed: &'c Placed,
}

impl Writer<'_> {
    fn span(&self, id: ExprId) -> Span {
        self.placed.absolute(self.placed.segment[id].span)
    }

    fn keywords(&self, args: &[Arg], call: Span, entries: &[(Name, Name)], edits: &mut Edits) -> Option<()> {
        if args.iter().any(|arg| arg.spread) {
            return None;
        }
        let mut new = Vec::new();
        for (name, value) in entries {
            match args.iter().find(|arg| arg.name.as_ref() == Some(name)) {
                Some(arg) => edits.replace(&self.code.file, self.span(arg.value), value.as_str()),
                None => new.push(format!("{name}={value}")),
            }
        }
        self.append(args.last().map(|arg| self.span(arg.value)), call, &new, edits)
    }

    fn object(&self, args: &[Arg], at: usize, call: Span, way: &[Name], entries: &[(Name, Name)], edits: &mut Edits) -> Option<()> {
        if args.iter().any(|arg| arg.spread) {
            return None;
        }
        match args.get(at) {
            Some(arg) => self.in_object(arg.value, way, entries, edits),
            None if args.len() == at => self.append(args.last().map(|arg| self.span(arg.value)), call, &[below(way, entries)], edits),
            None => None,
        }
    }

    fn in_object(&self, object: ExprId, way: &[Name], entries: &[(Name, Name)], edits: &mut Edits) -> Option<()> {
        let ExprKind::Object(fields) = &self.placed.segment[object].kind else { return None };
        let value_of = |name: &Name| {
            fields.iter().rev().find_map(|entry| match entry {
                Entry::Field { key: Key::Name(key), value, .. } if key == name => Some(*value),
                _ => None,
            })
        };
        if let Some((first, rest)) = way.split_first() {
            return match value_of(first) {
                Some(value) => self.in_object(value, rest, entries, edits),
                None => self.add(object, fields, &[format!("{first}: {}", below(rest, entries))], edits),
            };
        }
        let mut new = Vec::new();
        for (name, value) in entries {
            match value_of(name) {
                // `{ secure }`: the key and its value are one word.
                Some(known) if self.is_shorthand(fields, known) => edits.replace(&self.code.file, self.span(known), format!("{name}: {value}")),
                Some(known) => edits.replace(&self.code.file, self.span(known), value.as_str()),
                None => new.push(format!("{name}: {value}")),
            }
        }
        self.add(object, fields, &new, edits)
    }

    fn is_shorthand(&self, fields: &[Entry], value: ExprId) -> bool {
        fields.iter().any(|entry| matches!(entry, Entry::Field { key_span, value: of, .. } if *of == value && *key_span == self.placed.segment[value].span))
    }

    fn add(&self, object: ExprId, fields: &[Entry], new: &[String], edits: &mut Edits) -> Option<()> {
        if new.is_empty() {
            return Some(());
        }
        match fields.last() {
            Some(last) => self.append(Some(self.placed.absolute(last.span())), self.span(object), new, edits),
            None => {
                edits.replace(&self.code.file, self.span(object), format!("{{ {} }}", new.join(", ")));
                Some(())
            }
        }
    }

    /// Behind the last of several things, in the way in which they stand.
    fn append(&self, last: Option<Span>, whole: Span, new: &[String], edits: &mut Edits) -> Option<()> {
        if new.is_empty() {
            return Some(());
        }
        let text = &self.code.text;
        let Some(last) = last else {
            let at = whole.end.checked_sub(1)?;
            if text.get(at as usize..whole.end as usize)? != ")" {
                return None;
            }
            edits.insert(&self.code.file, at, new.join(", "));
            return Some(());
        };
        let stands_alone = text.get(last.end as usize..whole.end as usize)?.contains('\n') && lines::begins_line(text, self.start_of(last));
        let between = if stands_alone {
            let start = self.start_of(last);
            let indent = text.get(lines::line_start(text, start) as usize..start as usize)?;
            format!(",{}{indent}", lines::line_end(text))
        } else {
            ", ".to_owned()
        };
        let added: String = new.iter().map(|new| format!("{between}{new}")).collect();
        edits.insert(&self.code.file, last.end, added);
        Some(())
    }

    /// Where the line's code begins, if the thing stands on it: `name=value` begins with its name.
    fn start_of(&self, last: Span) -> u32 {
        let line = lines::line_start(&self.code.text, last.start);
        let before = Span::new(line, last.start).of(&self.code.text);
        let indent = before.len() - before.trim_start().len();
        let is_keyword = before.trim().strip_suffix('=').is_some_and(|name| name.chars().all(|c| c.is_alphanumeric() || c == '_'));
        if is_keyword { line + indent as u32 } else { last.start }
    }
}

fn below(way: &[Name], entries: &[(Name, Name)]) -> String {
    let inside: Vec<String> = entries.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    way.iter().rev().fold(format!("{{ {} }}", inside.join(", ")), |inside, name| format!("{{ {name}: {inside} }}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixes::testing::{after, file, project};

    fn fixed(name: &str, text: &str, at: Option<usize>, way: &[&str], entries: &[(&str, &str)]) -> Option<String> {
        let known = project(&[(name, text)]);
        let start = text.find("f(").expect("a call");
        let end = text.rfind(')').expect("its end") + 1;
        let call = Place { file: file(name), span: Span::from(start..end) };
        let way: Vec<Name> = way.iter().map(|name| Name::from(*name)).collect();
        let entries: Vec<(Name, Name)> = entries.iter().map(|(name, value)| (Name::from(*name), Name::from(*value))).collect();
        let fix = fix(&known, &call, at, &way, &entries, &"Set".into())?;
        after(&known, &fix, &[name]).pop()
    }

    #[test]
    fn options_are_put_where_they_stand() {
        for (before, expected) in [
            ("f();", "f({ a: 1 });"),
            ("f({});", "f({ a: 1 });"),
            ("f({ a: 2 });", "f({ a: 1 });"),
            ("f({ b: 2 });", "f({ b: 2, a: 1 });"),
            ("f({\n  b: 2,\n});", "f({\n  b: 2,\n  a: 1,\n});"),
            ("f({ ...rest });", "f({ ...rest, a: 1 });"),
        ] {
            assert_eq!(fixed("a.ts", before, Some(0), &[], &[("a", "1")]).as_deref(), Some(expected), "{before}");
        }
        assert_eq!(fixed("a.ts", "f(rest);", Some(0), &[], &[("a", "1")]), None);
        assert_eq!(fixed("a.ts", "f(x);", Some(2), &[], &[("a", "1")]), None);
        assert_eq!(fixed("a.ts", "f({ k: 1 });", Some(0), &["c"], &[("a", "1")]).as_deref(), Some("f({ k: 1, c: { a: 1 } });"));
        assert_eq!(fixed("a.ts", "f({ c: { b: 2 } });", Some(0), &["c"], &[("a", "1")]).as_deref(), Some("f({ c: { b: 2, a: 1 } });"));
    }

    #[test]
    fn keywords_are_put_behind_the_others() {
        for (before, expected) in
            [("f()\n", "f(a=True)\n"), ("f(x, a=False)\n", "f(x, a=True)\n"), ("f(\n    x,\n    b=2,\n)\n", "f(\n    x,\n    b=2,\n    a=True,\n)\n")]
        {
            assert_eq!(fixed("a.py", before, None, &[], &[("a", "True")]).as_deref(), Some(expected), "{before}");
        }
        assert_eq!(fixed("a.py", "f(**x)\n", None, &[], &[("a", "True")]), None);
    }
}
