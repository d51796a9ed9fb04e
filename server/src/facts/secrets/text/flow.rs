//! What a YAML file writes on one line between brackets: `{ key: NAME, value: x }`, `["NAME=x", "--option", "y"]`.

use super::Reading;
use super::arguments::{self, Said};
use crate::facts::secrets::context::{Names, lists, singular};
use crate::text::Name;

/// Deeper than this nothing is looked at.
const DEEPEST: usize = 8;

pub(super) struct Flow<'t, 'r> {
    pub text: &'t str,
    pub end: usize,
    pub reading: &'r mut Reading,
    /// How many objects there are already.
    pub groups: &'r mut usize,
}

impl Flow<'_, '_> {
    /// From an opening bracket on. Returns where it ends.
    pub(super) fn read(&mut self, at: usize, key: &str, outer: &str, depth: usize) -> usize {
        let group = *self.groups;
        *self.groups += 1;
        match self.byte(at) {
            _ if depth > DEEPEST => self.end,
            Some(b'{') => self.object(at + 1, key, group, depth),
            Some(b'[') => self.list(at + 1, key, outer, group, depth),
            _ => self.end,
        }
    }

    fn object(&mut self, mut at: usize, outer: &str, group: usize, depth: usize) -> usize {
        let mut named: Option<Name> = None;
        loop {
            at = self.blanks(at);
            match self.byte(at) {
                None => return self.end,
                Some(b'}') => return at + 1,
                Some(b',') => at += 1,
                Some(_) => {
                    let end = self.scalar_end(at, b":,}").max(at + 1);
                    let key = self.plain(at, end).to_owned();
                    at = self.blanks(end);
                    if self.byte(at) != Some(b':') {
                        continue;
                    }
                    at = self.blanks(at + 1);
                    if matches!(self.byte(at), Some(b'{' | b'[')) {
                        at = self.read(at, &key, outer, depth + 1);
                        continue;
                    }
                    let end = self.scalar_end(at, b",}");
                    let mut own = Name::from(key.as_str());
                    if lists().name_fields.contains(key.as_str()) {
                        named = Some(Name::from(self.plain(at, end)));
                    } else if key == "value" {
                        own = named.clone().unwrap_or(own);
                    }
                    self.entry(Names { own, outer: outer.into(), ..Names::default() }, at, end, group);
                    at = end;
                }
            }
        }
    }

    fn list(&mut self, mut at: usize, key: &str, outer: &str, group: usize, depth: usize) -> usize {
        let mut option: Option<Name> = None;
        loop {
            at = self.blanks(at);
            match self.byte(at) {
                None => return self.end,
                Some(b']') => return at + 1,
                Some(b',') => at += 1,
                Some(b'{' | b'[') => at = self.read(at, &singular(key), outer, depth + 1),
                Some(_) => {
                    let end = self.scalar_end(at, b",]").max(at + 1);
                    let plain = self.plain(at, end).to_owned();
                    let inside = at + usize::from(matches!(self.byte(at), Some(b'"' | b'\'')));
                    if let super::env::Line::Assigned { name, value } = super::env::assignment(&plain) {
                        let names = Names { own: name.trim_start_matches('-').into(), ..Names::default() };
                        self.entry(names, inside + value, inside + plain.len(), group);
                        option = None;
                    } else {
                        let said = if arguments::is_list(key) { arguments::said(option.take().as_deref(), &plain) } else { Said::Other };
                        match said {
                            Said::Option(name) => option = Some(name),
                            Said::Value(own, value) => {
                                self.entry(Names { own, outer: outer.into(), ..Names::default() }, inside + value.start, inside + value.end, group);
                            }
                            Said::Other => self.entry(Names { own: singular(key), outer: outer.into(), ..Names::default() }, at, end, group),
                        }
                    }
                    at = end;
                }
            }
        }
    }

    fn entry(&mut self, names: Names, start: usize, end: usize, group: usize) {
        let quoted = end >= start + 2 && matches!(self.byte(start), Some(b'"' | b'\''));
        let value = if quoted { start + 1..end - 1 } else { start..end };
        if start < end && !self.reading.stand_in(self.text, value, group) {
            self.reading.entry(names, start..end, quoted, group);
        }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied().filter(|_| at < self.end)
    }

    fn blanks(&self, mut at: usize) -> usize {
        while self.byte(at).is_some_and(|byte| byte.is_ascii_whitespace()) {
            at += 1;
        }
        at
    }

    /// Without its quotes.
    fn plain(&self, start: usize, end: usize) -> &str {
        self.text.get(start..end).unwrap_or("").trim().trim_matches(['"', '\''])
    }

    /// Behind a text in quotes, or before one of `ends`. What `${` opens is part of the text.
    fn scalar_end(&self, start: usize, ends: &[u8]) -> usize {
        if let Some(quote @ (b'"' | b'\'')) = self.byte(start) {
            let mut at = start + 1;
            while let Some(byte) = self.byte(at) {
                match byte {
                    b'\\' if quote == b'"' => at += 1,
                    byte if byte == quote => return at + 1,
                    _ => {}
                }
                at += 1;
            }
            return self.end;
        }
        let (mut at, mut open) = (start, 0usize);
        while let Some(byte) = self.byte(at) {
            match byte {
                b'{' => open += 1,
                b'}' if open > 0 => open -= 1,
                // `a:b` is a text; the colon of a key has a blank or a quote before or behind it.
                b':' if ends.contains(&b':') && !self.byte(at + 1).is_none_or(|next| next.is_ascii_whitespace()) => {}
                byte if open == 0 && ends.contains(&byte) => break,
                _ => {}
            }
            at += 1;
        }
        let text = self.text.get(start..at).unwrap_or("");
        start + text.trim_end().len()
    }
}
