//! Reads a file line by line: the language has one declaration on each.

use super::{Attribute, Block, BlockKind, Field, Key, PrismaFile, RelationAttribute};
use crate::text::{Name, Span};

pub fn schema(text: &str) -> PrismaFile {
    let mut reader = Reader { file: PrismaFile::default(), open: Open::Nothing };
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len() as u32;
        reader.line(line, start);
    }
    reader.close(at, false);
    reader.file
}

struct Reader {
    file: PrismaFile,
    open: Open,
}

/// The block whose lines are being read.
enum Open {
    Nothing,
    Datasource,
    Other,
    Block(Box<Block>),
}

impl Reader {
    fn line(&mut self, line: &str, start: u32) {
        let (mut rest, mut start) = (without_comment(line), start);
        // `model A { id Int @id }` on one line.
        while let Some(inside) = self.begins_block(rest, start) {
            start += inside;
            rest = rest.get(inside as usize..).unwrap_or("");
        }
        let trimmed = rest.trim();
        if trimmed.is_empty() {
            return;
        }
        let offset = start + (rest.len() - rest.trim_start().len()) as u32;
        if trimmed.starts_with('}') {
            return self.close(offset + 1, true);
        }
        match &mut self.open {
            Open::Block(block) => block_line(block, trimmed, offset),
            Open::Datasource => self.datasource_line(trimmed, offset),
            Open::Nothing | Open::Other => {}
        }
        if trimmed.ends_with('}') && !trimmed.contains('{') {
            self.close(offset + trimmed.len() as u32, true);
        }
    }

    /// `model Note {`, also when the block before it has no end yet. Gives where its inside begins.
    fn begins_block(&mut self, line: &str, start: u32) -> Option<u32> {
        let (head, _) = line.split_once('{')?;
        let offset = start + (head.len() - head.trim_start().len()) as u32;
        let mut words = head.split_whitespace();
        let (mut keyword, mut name) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        if keyword == "abstract" {
            (keyword, name) = ("type", words.next().unwrap_or(""));
        }
        let kind = match keyword {
            "model" => Some(BlockKind::Model),
            "view" => Some(BlockKind::View),
            "type" | "mixin" => Some(BlockKind::Type),
            "enum" => Some(BlockKind::Enum),
            "datasource" | "generator" | "plugin" | "auth" => None,
            _ => return None,
        };
        if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
            return None;
        }
        let inside = head.len() as u32 + 1;
        self.close(offset, false);
        let Some(kind) = kind else {
            self.open = if keyword == "datasource" { Open::Datasource } else { Open::Other };
            return Some(inside);
        };
        let name_start = start + (name.as_ptr() as usize - head.as_ptr() as usize) as u32;
        let extends = words.skip_while(|word| !matches!(*word, "extends" | "with")).skip(1);
        self.open = Open::Block(Box::new(Block {
            kind,
            name: Name::from(name),
            name_span: Span::new(name_start, name_start + name.len() as u32),
            fields: Vec::new(),
            values: Vec::new(),
            map: None,
            schema: None,
            keys: Vec::new(),
            extends: extends.flat_map(|word| word.split(',')).filter(|word| !word.is_empty()).map(Name::from).collect(),
            attributes: Vec::new(),
            span: Span::at(offset),
            closed: false,
        }));
        Some(inside)
    }

    fn close(&mut self, end: u32, closed: bool) {
        if let Open::Block(mut block) = std::mem::replace(&mut self.open, Open::Nothing) {
            block.span.end = end.max(block.span.start);
            block.closed = closed;
            self.file.blocks.push(*block);
        }
    }

    fn datasource_line(&mut self, line: &str, offset: u32) {
        let Some((key, value)) = line.split_once('=') else { return };
        let written = value.trim();
        let start = offset + (line.len() - value.trim_start().len()) as u32;
        match key.trim() {
            "provider" => self.file.provider = string(written),
            "url" => self.file.url = Some((Name::from(written), Span::new(start, start + written.len() as u32))),
            _ => {}
        }
    }
}

/// Cuts `//` off, unless it stands in a string.
fn without_comment(line: &str) -> &str {
    let (mut in_string, mut escaped) = (false, false);
    let bytes = line.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'/' if !in_string && bytes.get(at + 1) == Some(&b'/') => return line.get(..at).unwrap_or(""),
            _ => {}
        }
    }
    line.trim_end_matches(['\n', '\r'])
}

fn block_line(block: &mut Block, line: &str, offset: u32) {
    let line = line.strip_suffix('}').map_or(line, str::trim_end);
    if block.kind == BlockKind::Enum {
        block.values.extend(line.split_whitespace().next().filter(|word| !word.starts_with('@')).map(Name::from));
        return;
    }
    if line.starts_with("@@") {
        for attribute in attributes(line, offset) {
            block_attribute(block, &attribute);
            block.attributes.push(attribute);
        }
        return;
    }
    let name: &str = line.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or("");
    let after = line.get(name.len()..).unwrap_or("");
    let written = after.trim_start();
    let type_length = written.find(|c: char| c.is_whitespace() || c == '@' || c == '(').unwrap_or(written.len());
    let mut ty = written.get(..type_length).unwrap_or("");
    if name.is_empty() || ty.is_empty() {
        return;
    }
    let at = name.len() + after.len() - written.len() + type_length;
    let mut field = Field { name: Name::from(name), name_span: Span::new(offset, offset + name.len() as u32), ..Field::default() };
    field.span = Span::new(offset, offset + line.len() as u32);
    // `user supabase:auth.AuthUser`
    ty = ty.rsplit_once(':').map_or(ty, |(_, ty)| ty);
    field.optional = ty.ends_with('?');
    field.list = ty.contains("[]");
    field.ty = Name::from(ty.trim_end_matches(['?', '[', ']', '!']));
    for attribute in attributes(line.get(at..).unwrap_or(""), offset + at as u32) {
        field_attribute(&mut field, &attribute);
        field.attributes.push(attribute);
    }
    block.fields.push(field);
}

fn block_attribute(block: &mut Block, attribute: &Attribute) {
    match attribute.name.as_str() {
        "map" => block.map = argument(&attribute.args, "name").and_then(string),
        "schema" => block.schema = argument(&attribute.args, "map").and_then(string),
        "id" | "unique" => {
            let fields = argument(&attribute.args, "fields").map(names).unwrap_or_default();
            block.keys.push(Key { primary: attribute.name == "id", fields });
        }
        _ => {}
    }
}

fn field_attribute(field: &mut Field, attribute: &Attribute) {
    match attribute.name.as_str() {
        "id" => field.id = true,
        "unique" => field.unique = true,
        "default" => field.default = Some(attribute.args.clone()),
        "map" => field.map = argument(&attribute.args, "name").and_then(string),
        "relation" => {
            field.relation = Some(RelationAttribute {
                name: argument(&attribute.args, "name").and_then(string),
                fields: named(&attribute.args, "fields").map(names).unwrap_or_default(),
                references: named(&attribute.args, "references").map(names).unwrap_or_default(),
                cascades: named(&attribute.args, "onDelete") == Some("Cascade"),
            });
        }
        name => {
            if let Some(native) = name.strip_prefix("db.") {
                field.native = Some(Name::from(native));
            }
        }
    }
}

/// `@id @default(uuid()) @map("x")`
fn attributes(text: &str, offset: u32) -> Vec<Attribute> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find('@')).map(|n| at + n) {
        let name_start = start + text.get(start..).map_or(0, |rest| rest.len() - rest.trim_start_matches('@').len());
        let name_len = text.get(name_start..).map_or(0, |rest| rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(rest.len()));
        let name_end = name_start + name_len;
        let after = text.get(name_end..).unwrap_or("");
        let args_len = if after.starts_with('(') { balanced(after) } else { 0 };
        let args = after.get(1..args_len.saturating_sub(1)).unwrap_or("");
        at = (name_end + args_len).max(start + 1);
        found.push(Attribute {
            name: Name::from(text.get(name_start..name_end).unwrap_or("")),
            args: Name::from(args),
            span: Span::new(offset + start as u32, offset + at as u32),
        });
    }
    found
}

/// The length of a parenthesis from its `(` to its `)`, or of everything if it has no end.
fn balanced(text: &str) -> usize {
    let (mut depth, mut in_string) = (0u32, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => in_string = !in_string,
            b'(' if !in_string => depth += 1,
            b')' if !in_string => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    text.len()
}

/// The arguments of an attribute, split at the commas of the outermost level.
fn arguments(args: &str) -> Vec<&str> {
    let (mut depth, mut in_string, mut from) = (0u32, false, 0);
    let mut found = Vec::new();
    for (at, byte) in args.bytes().enumerate() {
        match byte {
            b'"' => in_string = !in_string,
            b'(' | b'[' if !in_string => depth += 1,
            b')' | b']' if !in_string => depth = depth.saturating_sub(1),
            b',' if !in_string && depth == 0 => {
                found.extend(args.get(from..at).map(str::trim));
                from = at + 1;
            }
            _ => {}
        }
    }
    found.extend(args.get(from..).map(str::trim));
    found
}

/// `fields: [a]`
fn named<'t>(args: &'t str, name: &str) -> Option<&'t str> {
    arguments(args).into_iter().find_map(|arg| arg.split_once(':').filter(|(key, _)| key.trim() == name).map(|(_, value)| value.trim()))
}

/// The argument called so, or the first one without a name.
fn argument<'t>(args: &'t str, name: &str) -> Option<&'t str> {
    named(args, name).or_else(|| arguments(args).into_iter().next().filter(|arg| !arg.is_empty() && (arg.starts_with(['"', '[']) || !arg.contains(':'))))
}

fn string(written: &str) -> Option<Name> {
    written.strip_prefix('"').map(|rest| Name::from(rest.split('"').next().unwrap_or("")))
}

/// `[a, b(sort: Desc)]`
fn names(list: &str) -> Vec<Name> {
    let inner = list.trim_start_matches('[').trim_end_matches(']');
    arguments(inner).into_iter().map(|name| Name::from(name.split('(').next().unwrap_or("").trim())).filter(|name| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SCHEMA: &str = r#"
generator client { provider = "prisma-client-js" }
datasource db {
  provider = "postgresql" // the database
  url      = env("DATABASE_URL")
}

/// A note: see https://x.test/{id}
model Note {
  id       String   @id @default(cuid()) @db.Uuid
  title    String   @default("a // b")
  tags     Tag[]
  ownerId  String?  @map("owner_id")
  owner    User?    @relation("Owned", fields: [ownerId], references: [id], onDelete: Cascade)
  createdAt DateTime @default(now())

  @@unique([ownerId, title(sort: Desc)])
  @@index([ownerId])
  @@map("notes")
  @@schema("app")
}

enum Role { USER
  ADMIN @map("admin")
}
type Address { street String }
model Tag extends Base { noteId String @id }
"#;

    #[test]
    fn blocks_fields_and_attributes() {
        let file = schema(SCHEMA);
        assert_eq!(file.provider.as_deref(), Some("postgresql"));
        let (url, span) = file.url.clone().unwrap();
        assert_eq!((url.as_str(), span.of(SCHEMA)), ("env(\"DATABASE_URL\")", "env(\"DATABASE_URL\")"));
        assert_eq!(file.blocks.iter().map(|block| block.name.as_str()).collect::<Vec<_>>(), ["Note", "Role", "Address", "Tag"]);
        let note = &file.blocks[0];
        assert!(note.closed && note.span.of(SCHEMA).starts_with("model Note") && note.span.of(SCHEMA).ends_with('}'));
        assert_eq!((note.map.as_deref(), note.schema.as_deref()), (Some("notes"), Some("app")));
        assert_eq!(note.keys, [Key { primary: false, fields: vec!["ownerId".into(), "title".into()] }]);
        let id = &note.fields[0];
        assert!(id.id && id.native.as_deref() == Some("Uuid") && id.default.as_deref() == Some("cuid()"));
        assert_eq!(note.fields[1].default.as_deref(), Some("\"a // b\""));
        assert!(note.fields[2].list && note.fields[2].ty == "Tag");
        let owner_id = &note.fields[3];
        assert!(owner_id.optional && owner_id.map.as_deref() == Some("owner_id") && owner_id.name_span.of(SCHEMA) == "ownerId");
        let relation = note.fields[4].relation.as_ref().unwrap();
        assert_eq!((relation.name.as_deref(), relation.fields.as_slice(), relation.cascades), (Some("Owned"), ["ownerId".into()].as_slice(), true));
        assert_eq!(file.blocks[1].values, ["USER", "ADMIN"]);
        assert_eq!(file.blocks[3].extends, ["Base"]);
        assert!(file.blocks[3].closed && file.blocks[3].fields[0].id);
    }

    #[test]
    fn windows_line_ends_change_nothing() {
        let windows = schema(&SCHEMA.replace('\n', "\r\n"));
        let unix = schema(SCHEMA);
        assert_eq!(windows.blocks.len(), unix.blocks.len());
        for (a, b) in windows.blocks.iter().zip(&unix.blocks) {
            assert_eq!((a.fields.len(), &a.map, &a.keys, a.closed), (b.fields.len(), &b.map, &b.keys, b.closed));
        }
    }

    #[test]
    fn half_typed_files_give_what_is_there() {
        let file = schema("model A {\n  id Int @id\n  own\n  owner User @relation(fields: [own\n\nmodel B {\n  id Int\n}\nmodel");
        assert_eq!(file.blocks.len(), 2);
        assert!(!file.blocks[0].closed && file.blocks[1].closed);
        assert_eq!(file.blocks[0].fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>(), ["id", "owner"]);
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in "[a-z@{}()\\[\\]:\"?,.\\n\\r /é]{0,300}") {
            for block in schema(&text).blocks {
                assert!(text.get(block.span.range()).is_some());
            }
        }
    }
}
