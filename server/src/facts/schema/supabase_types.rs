//! The types that `supabase gen types typescript` prints: `Database["public"]["Tables"]["notes"]["Row"]`.
//!
//! Types do not survive lowering, and this file is printed by a program, always in the same shape: it is read as text.

use super::declared::{Declared, DeclaredColumn, DeclaredReference, DeclaredRelation, FileSchema, Site, SourceKind, Target};
use crate::text::{FileId, Name, Span};

pub(super) fn looks_like(text: &str) -> bool {
    text.contains("Tables: {") && text.contains("Row: {") && text.contains("Insert: {")
}

/// Could this part of a text be what makes all of it look like it?
pub(super) fn has_a_sign(text: &str) -> bool {
    ["Tables", "Row", "Insert"].iter().any(|word| text.contains(word))
}

/// Words, strings and signs of the file with their places.
struct Reader<'t> {
    text: &'t str,
    at: usize,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Token<'t> {
    Word(&'t str),
    Text(&'t str),
    Sign(u8),
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Option<(Token<'t>, Span)> {
        let bytes = self.text.as_bytes();
        loop {
            let byte = *bytes.get(self.at)?;
            let start = self.at;
            if byte.is_ascii_whitespace() {
                self.at += 1;
            } else if byte == b'/' && matches!(bytes.get(start + 1), Some(b'/')) {
                self.at += self.text.get(start..)?.find('\n').unwrap_or(self.text.len() - start);
            } else if byte == b'/' && matches!(bytes.get(start + 1), Some(b'*')) {
                self.at += self.text.get(start..)?.find("*/").map_or(self.text.len() - start, |end| end + 2);
            } else if byte == b'"' || byte == b'\'' {
                let length = bytes.get(start + 1..)?.iter().position(|end| *end == byte || *end == b'\n').unwrap_or(bytes.len() - start - 1);
                self.at = (start + length + 2).min(bytes.len());
                return Some((Token::Text(self.text.get(start + 1..start + 1 + length).unwrap_or("")), Span::from(start..self.at)));
            } else if byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80 {
                while bytes.get(self.at).is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || *byte >= 0x80) {
                    self.at += 1;
                }
                return Some((Token::Word(self.text.get(start..self.at)?), Span::from(start..self.at)));
            } else {
                self.at += 1;
                return Some((Token::Sign(byte), Span::from(start..self.at)));
            }
        }
    }

    /// After a `{`: each `name: value` with the place of its name; `value` is read by `read`, which stops where it likes.
    fn fields(&mut self, mut read: impl FnMut(&mut Self, Name, Span)) {
        loop {
            match self.next() {
                Some((Token::Word(name) | Token::Text(name), span)) => {
                    let at = self.at;
                    match self.next() {
                        Some((Token::Sign(b'?'), _)) => {
                            self.next();
                        }
                        Some((Token::Sign(b':'), _)) => {}
                        _ => {
                            self.at = at;
                            continue;
                        }
                    }
                    read(self, Name::from(name), span);
                }
                Some((Token::Sign(b'}'), _)) | None => return,
                Some((Token::Sign(b'{' | b'[' | b'('), _)) => self.skip_group(),
                _ => {}
            }
        }
    }

    /// After an opening bracket: to its partner.
    fn skip_group(&mut self) {
        let mut depth = 1u32;
        while let Some((token, _)) = self.next() {
            match token {
                Token::Sign(b'{' | b'[' | b'(') => depth += 1,
                Token::Sign(b'}' | b']' | b')') => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// A value that does not matter: a type up to its line's end, with everything in its brackets.
    fn open_brace(&mut self) -> bool {
        let at = self.at;
        if let Some((Token::Sign(b'{'), _)) = self.next() {
            return true;
        }
        self.at = at;
        false
    }

    /// A type: its first word, whether `null` is among its arms, whether it is a list. It ends with its line, unless a
    /// bracket is open or the next line goes on with `|`.
    fn ty(&mut self) -> (Name, bool, bool) {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let mut depth = 0u32;
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                b'{' | b'[' | b'(' => depth += 1,
                b'}' | b']' | b')' if depth == 0 => break,
                b'}' | b']' | b')' => depth -= 1,
                b';' | b',' if depth == 0 => break,
                b'\n' if depth == 0 => match self.next_arm() {
                    Some(arm) => self.at = arm,
                    None => break,
                },
                _ => {}
            }
            self.at += 1;
        }
        let written = self.text.get(start..self.at).unwrap_or("");
        let first =
            written.trim_start_matches(|c: char| c.is_whitespace() || c == '|').split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or("");
        (Name::from(first), written.contains("null"), written.contains("[]"))
    }

    /// Where the next line goes on with `|`.
    fn next_arm(&self) -> Option<usize> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let blanks = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        (rest.get(blanks) == Some(&b'|')).then_some(self.at + blanks)
    }
}

pub(super) fn read(file: &FileId, text: &str, out: &mut FileSchema) {
    let mut reader = Reader { text, at: 0 };
    let mut schema: Option<Name> = None;
    let mut last_name: Option<Name> = None;
    // `public: { Tables: { … } }`: the name before the brace in which `Tables` stands is the schema.
    while let Some((token, _)) = reader.next() {
        match token {
            Token::Word("Tables" | "Views") => {
                let at = reader.at;
                let is_tables = token == Token::Word("Tables");
                if matches!(reader.next(), Some((Token::Sign(b':'), _))) && reader.open_brace() {
                    if is_tables {
                        tables(&mut reader, file, schema.as_deref(), out);
                    } else {
                        reader.skip_group();
                    }
                } else {
                    reader.at = at;
                }
            }
            Token::Word(name) | Token::Text(name) => last_name = Some(Name::from(name)),
            Token::Sign(b'{') => schema = last_name.take(),
            Token::Sign(_) => {}
        }
    }
}

fn tables(reader: &mut Reader<'_>, file: &FileId, schema: Option<&str>, out: &mut FileSchema) {
    reader.fields(|reader, name, span| {
        if !reader.open_brace() {
            return;
        }
        let mut model = Declared::new(SourceKind::SupabaseTypes, name.clone(), Site { file: file.clone(), span });
        model.table = Some(name);
        model.schema = schema.filter(|schema| *schema != "public").map(Name::from);
        reader.fields(|reader, part, _| match part.as_str() {
            "Row" if reader.open_brace() => reader.fields(|reader, name, span| {
                let (ty, optional, list) = reader.ty();
                let column = DeclaredColumn { ty, optional, list, db_name: Some(name.clone()), ..DeclaredColumn::new(name, Site { file: file.clone(), span }) };
                model.columns.push(column);
            }),
            "Relationships" => relationships(reader, &mut model),
            _ => {
                if reader.open_brace() {
                    reader.skip_group();
                }
            }
        });
        if let Some(id) = model.column_mut("id") {
            id.primary = true;
        }
        out.models.push(model);
    });
}

/// `[{ foreignKeyName: "x"; columns: ["team_id"]; isOneToOne: false; referencedRelation: "teams"; referencedColumns: ["id"] }]`
fn relationships(reader: &mut Reader<'_>, model: &mut Declared) {
    let (mut key, mut columns, mut targets, mut table) = (Name::default(), Vec::new(), Vec::new(), None);
    let mut depth = 0u32;
    while let Some((token, _)) = reader.next() {
        match token {
            Token::Sign(b'[' | b'{') => {
                depth += 1;
                if token == Token::Sign(b'{') {
                    (columns, targets, table) = (Vec::new(), Vec::new(), None);
                }
            }
            Token::Sign(b'}') => {
                depth = depth.saturating_sub(1);
                relate(model, &columns, &targets, table.take());
            }
            Token::Sign(b']') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return;
                }
            }
            Token::Word(word) => key = Name::from(word),
            Token::Text(text) => match key.as_str() {
                "columns" => columns.push(Name::from(text)),
                "referencedColumns" => targets.push(Name::from(text)),
                "referencedRelation" => table = Some(Name::from(text)),
                _ => {}
            },
            Token::Sign(_) => {}
        }
    }
}

fn relate(model: &mut Declared, columns: &[Name], targets: &[Name], table: Option<Name>) {
    let Some(table) = table else { return };
    for (position, name) in columns.iter().enumerate() {
        let Some(column) = model.column_mut(name).filter(|column| column.references.is_none()) else { continue };
        let target = Target::Table { schema: None, name: table.clone() };
        column.references = Some(DeclaredReference { column: targets.get(position).cloned(), ..DeclaredReference::to(target.clone()) });
        let site = column.site.clone();
        model.relations.push(DeclaredRelation { name: table.clone(), target, columns: vec![name.clone()], list: false, site });
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::schema::testing::link;

    const TYPES: &str = r#"export type Json = string | number | { [key: string]: Json | undefined } | Json[]

export type Database = {
  __InternalSupabase: { PostgrestVersion: "12.2.3 (519615d)" }
  public: {
    Tables: {
      notes: {
        Row: {
          id: string
          team_id: string | null
          tags: string[]
          meta: Json | null
        }
        Insert: {
          id?: string
        }
        Update: { id?: string }
        Relationships: [
          {
            foreignKeyName: "notes_team_id_fkey"
            columns: ["team_id"]
            isOneToOne: false
            referencedRelation: "teams"
            referencedColumns: ["id"]
          },
        ]
      }
      teams: {
        Row: { id: string
          user_id: string }
        Insert: { id?: string }
        Relationships: []
      }
    }
    Views: { v: { Row: { id: string | null }; Relationships: [] } }
    Functions: { [_ in never]: never }
  }
}
"#;

    #[test]
    fn printed_types_are_tables() {
        for text in [TYPES.to_owned(), TYPES.replace('\n', "\r\n")] {
            let schema = link(&[("/p/database.types.ts", &text)]);
            assert_eq!(schema.models().len(), 2);
            assert_eq!(schema.columns_of("notes"), "id team_id->teams.id tags meta");
            let column = schema.expect("notes").column("team_id").unwrap();
            assert!(column.optional && column.site.span.of(&text) == "team_id");
            assert_eq!(schema.owners_of("notes"), "teams.user_id (Owner of ?, by name)");
        }
    }

    #[test]
    fn the_migrations_know_what_the_types_do_not() {
        let schema = link(&[
            ("/p/database.types.ts", TYPES),
            (
                "/p/supabase/migrations/1.sql",
                "create table teams (id uuid primary key, user_id uuid references auth.users); alter table teams enable row level security;",
            ),
        ]);
        assert_eq!(schema.owners_of("notes"), "teams.user_id (Owner of users)");
        assert_eq!(schema.expect("teams").sources.len(), 2);
        assert_eq!(schema.expect("teams").row_security.enabled, Some(true));
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_strange(text in "[a-z{}\\[\\]:;\"'?|,\\n /*é]{0,200}") {
            let text = format!("Tables: {{ a: {{ Row: {{ {text} Insert: {{");
            link(&[("/p/a.ts", &text)]);
        }
    }
}
