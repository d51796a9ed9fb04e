//! Tags of a page, as far as it takes to find its scripts. Linear: nothing is looked for twice that was not found.

/// A start tag.
pub(super) struct Tag<'t> {
    /// Empty if the tag was never finished.
    pub name: &'t str,
    /// Names and values, without quotes.
    pub attributes: Vec<(&'t str, &'t str)>,
    /// `{token}`, `{...rest}`, with their braces.
    pub bare: Vec<&'t str>,
    /// `<script />`
    pub closes_itself: bool,
}

impl<'t> Tag<'t> {
    /// The value of an attribute, empty if it has none.
    pub fn attribute(&self, name: &str) -> Option<&'t str> {
        self.attributes.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }
}

pub(super) struct Markup<'t> {
    text: &'t str,
    at: usize,
    /// Attributes may be expressions in braces.
    braces: bool,
    /// What a server runs ends somewhere.
    closes: bool,
}

/// Strings longer than this are not skipped.
const LONGEST_STRING: usize = 1024;

impl<'t> Markup<'t> {
    pub fn new(text: &'t str, at: usize, braces: bool) -> Self {
        Markup { text, at, braces, closes: true }
    }

    /// Behind what was read last.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The next start tag that is not in a comment.
    pub fn next_tag(&mut self) -> Option<Tag<'t>> {
        loop {
            self.at += self.rest().find('<')?;
            let rest = self.rest();
            let second = rest.as_bytes().get(1).copied().unwrap_or_default();
            if rest.starts_with("<!--") {
                // `<!-->` is a whole comment.
                self.at += 2;
                self.at += self.rest().find("-->")? + 3;
            } else if matches!(second, b'?' | b'%') && self.closes {
                let close = if second == b'?' { "?>" } else { "%>" };
                let end = rest.find(close);
                self.closes = end.is_some();
                self.at += end.unwrap_or_default() + 2;
            } else if second.is_ascii_alphabetic() {
                return self.tag();
            } else {
                self.at += 1;
            }
        }
    }

    /// What stands before the end tag of an element whose content is text, to the end of the file if there is none. Goes on behind.
    pub fn content(&mut self, name: &str) -> (usize, usize) {
        let start = self.at;
        let is_end = |at: usize| {
            let name_at = start + at + 2;
            let tag = self.text.as_bytes().get(name_at..name_at + name.len());
            let behind = self.text.as_bytes().get(name_at + name.len());
            tag.is_some_and(|tag| tag.eq_ignore_ascii_case(name.as_bytes()))
                && behind.is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'))
        };
        let end = self.rest().match_indices("</").map(|(at, _)| at).find(|at| is_end(*at)).map_or(self.text.len(), |at| start + at);
        self.at = end;
        (start, end)
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take_while(&mut self, keep: impl Fn(u8) -> bool) -> &'t str {
        let start = self.at;
        while self.byte().is_some_and(&keep) {
            self.at += 1;
        }
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn tag(&mut self) -> Option<Tag<'t>> {
        self.at += 1;
        let name = self.take_while(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b'/' | b'>' | b'<'));
        let (mut attributes, mut bare) = (Vec::new(), Vec::new());
        let mut closes_itself = false;
        loop {
            self.take_while(|byte| byte.is_ascii_whitespace());
            let start = self.at;
            match self.byte()? {
                b'>' => {
                    self.at += 1;
                    return Some(Tag { name, attributes, bare, closes_itself });
                }
                // The tag before was never finished.
                b'<' => return Some(Tag { name: "", attributes, bare, closes_itself }),
                b'/' => {
                    self.at += 1;
                    closes_itself = self.byte() == Some(b'>');
                }
                b'{' if self.skip_braces() => bare.extend(self.text.get(start..self.at)),
                _ => attributes.push(self.attribute()),
            }
        }
    }

    fn attribute(&mut self) -> (&'t str, &'t str) {
        let start = self.at;
        self.at += 1;
        self.take_while(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b'=' | b'>' | b'/' | b'<'));
        let name = self.text.get(start..self.at).unwrap_or_default();
        let behind = self.at;
        self.take_while(|byte| byte.is_ascii_whitespace());
        if self.byte() != Some(b'=') {
            self.at = behind;
            return (name, "");
        }
        self.at += 1;
        self.take_while(|byte| byte.is_ascii_whitespace());
        let start = self.at;
        match self.byte() {
            Some(quote @ (b'"' | b'\'')) => {
                let inside = self.text.get(start + 1..).unwrap_or_default();
                // A quote that nothing closes would take the rest of the file.
                let Some(len) = inside.find(char::from(quote)) else {
                    self.at += 1;
                    return (name, "");
                };
                self.at = start + len + 2;
                (name, inside.get(..len).unwrap_or_default())
            }
            Some(b'{') if self.skip_braces() => (name, ""),
            _ => (name, self.take_while(|byte| !byte.is_ascii_whitespace() && byte != b'>')),
        }
    }

    /// Goes behind the brace that closes this one. Once one is open to the end they are no longer looked for.
    fn skip_braces(&mut self) -> bool {
        if !self.braces {
            return false;
        }
        let bytes = self.text.as_bytes();
        let (mut at, mut depth) = (self.at, 0usize);
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'{' => depth += 1,
                b'}' => depth -= 1,
                b'"' | b'\'' | b'`' => at = string_end(bytes, at),
                _ => {}
            }
            at += 1;
            if depth == 0 {
                self.at = at;
                return true;
            }
        }
        self.braces = false;
        false
    }
}

/// The quote that closes the string which begins here, or this quote itself if none does on its line.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let quote = bytes.get(start);
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at).filter(|_| at < start + LONGEST_STRING) {
        match byte {
            b'\n' | b'\r' => break,
            b'\\' => at += 1,
            _ if Some(byte) == quote => return at,
            _ => {}
        }
        at += 1;
    }
    start
}
