//! The comments of a file. Code has them in its model; other files are scanned by the comment signs of their language.

use aho_corasick::AhoCorasick;

use crate::model::FileModel;
use crate::syntax::{Document, Language};
use crate::text::Span;

/// A comment with its signs still on, at its place in the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Comment {
    pub span: Span,
    pub text: String,
}

/// The comments that contain one of the words, in order.
pub fn containing(words: &AhoCorasick, document: &Document, model: Option<&FileModel>) -> Vec<Comment> {
    let in_code = model.into_iter().flat_map(FileModel::comments).filter(|(_, comment)| words.is_match(&comment.text));
    let mut found: Vec<Comment> = in_code.map(|(span, comment)| Comment { span, text: comment.text.clone() }).collect();
    let text = match (model, document.embedded()) {
        _ if document.language == Language::Notebook => return found,
        (Some(_), Some(embedded)) => embedded.rest().to_string(),
        (Some(_), None) => return found,
        (None, _) => document.text(),
    };
    // Most files have none, and this is asked at each keystroke.
    if !words.is_match(&text) {
        return found;
    }
    let spans = scan(&text, signs(document.language));
    found.extend(spans.into_iter().filter(|span| words.is_match(span.of(&text))).map(|span| Comment { span, text: span.of(&text).to_owned() }));
    found.sort_by_key(|comment| comment.span);
    found
}

/// How a language writes comments.
#[derive(Clone, Copy)]
pub struct Signs {
    pub line: &'static [&'static str],
    pub block: &'static [(&'static str, &'static str)],
    /// What strings begin and end with: signs inside of them are text.
    quotes: &'static [char],
}

const C_BLOCK: (&str, &str) = ("/*", "*/");

/// The comment signs of a language.
pub const fn signs(language: Language) -> Signs {
    match language {
        Language::TypeScript | Language::Tsx | Language::JavaScript | Language::Jsx => Signs { line: &["//"], block: &[C_BLOCK], quotes: &['"', '\'', '`'] },
        Language::Json | Language::Prisma => Signs { line: &["//"], block: &[C_BLOCK], quotes: &['"'] },
        Language::Sql => Signs { line: &["--", "#"], block: &[C_BLOCK], quotes: &['\''] },
        Language::AccessRules => Signs { line: &["//"], block: &[C_BLOCK], quotes: &['"', '\''] },
        Language::Pug => Signs { line: &["//", "//-"], block: &[], quotes: &[] },
        Language::Jinja => Signs { line: &["//"], block: &[("<!--", "-->"), ("{#", "#}"), C_BLOCK], quotes: &[] },
        Language::Ejs | Language::Handlebars | Language::Html | Language::Vue | Language::Svelte | Language::Astro => {
            Signs { line: &["//"], block: &[("<!--", "-->"), C_BLOCK], quotes: &[] }
        }
        Language::Text => Signs { line: &["#", ";"], block: &[("<!--", "-->")], quotes: &[] },
        Language::Python | Language::Notebook | Language::Env | Language::Yaml | Language::Toml | Language::Dockerfile | Language::Shell => {
            Signs { line: &["#"], block: &[], quotes: &['"', '\''] }
        }
    }
}

fn scan(text: &str, signs: Signs) -> Vec<Span> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let Some(first) = rest.chars().next() else { break };
        if let Some((open, close)) = signs.block.iter().find(|(open, _)| rest.starts_with(open)) {
            let end = rest.get(open.len()..).and_then(|inside| inside.find(close)).map_or(text.len(), |i| at + open.len() + i + close.len());
            found.push(Span::from(at..end));
            at = end;
        } else if starts_word(text, at) && signs.line.iter().any(|sign| rest.starts_with(sign)) {
            let end = rest.find(['\n', '\r']).map_or(text.len(), |i| at + i);
            found.push(Span::from(at..end));
            at = end;
        } else if signs.quotes.contains(&first) && starts_value(text, at) {
            at += quoted(rest, first);
        } else {
            at += first.len_utf8();
        }
    }
    found
}

/// `https://` and `colour#1` begin no comment: the sign stands at the start of a line or after a blank.
fn starts_word(text: &str, at: usize) -> bool {
    text.get(..at)
        .and_then(|before| before.chars().next_back())
        .is_none_or(|before| before.is_whitespace() || matches!(before, ';' | '{' | '}' | ',' | '\u{feff}'))
}

/// An apostrophe inside a word begins no string.
fn starts_value(text: &str, at: usize) -> bool {
    text.get(..at).and_then(|before| before.chars().next_back()).is_none_or(|before| !before.is_alphanumeric())
}

/// The length of the string that begins here; of the quote alone if it does not end on its line.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (i, c) in text.char_indices().skip(1) {
        match c {
            '\n' | '\r' => break,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return i + c.len_utf8(),
            _ => {}
        }
    }
    quote.len_utf8()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::FileId;

    fn comments(name: &str, text: &str) -> Vec<String> {
        let file = FileId::new(name);
        let language = Language::of(&file).expect("a language");
        containing(&AhoCorasick::new(["mark"]).expect("a word"), &Document::new(file, language, 0, text), None)
            .into_iter()
            .map(|comment| comment.text)
            .collect()
    }

    #[test]
    fn each_language_has_its_signs() {
        assert_eq!(comments(".env", "# mark 1\nA=\"# mark no\" # mark 2\nB=x#mark no\n"), ["# mark 1", "# mark 2"]);
        assert_eq!(comments("a.yaml", "a: it's so # mark 1\nb: 'x' # mark 2"), ["# mark 1", "# mark 2"]);
        assert_eq!(comments("a.sql", "-- mark 1\nselect '-- mark no'; /* mark\n2 */ select 1;-- mark 3"), ["-- mark 1", "/* mark\n2 */", "-- mark 3"]);
        assert_eq!(comments("a.html", "<a href=\"https://mark.no\"><!-- mark 1\n--><script>f(); // mark 2\n</script>"), ["<!-- mark 1\n-->", "// mark 2"]);
        assert_eq!(comments("a.jsonc", "{ // mark 1\n \"a\": \"// mark no\" /* mark 2 */ }"), ["// mark 1", "/* mark 2 */"]);
        assert_eq!(comments("schema.prisma", "/// mark 1\nmodel A {}"), ["/// mark 1"]);
        assert_eq!(comments(".npmrc", "; mark 1\n# mark 2\na=b"), ["; mark 1", "# mark 2"]);
    }

    #[test]
    fn a_page_has_those_of_its_markup_and_of_its_scripts() {
        let text = "<!-- mark 1 --><script>let a = '// mark no'; /* mark 2 */</script><style>/* mark 3 */</style>";
        let document = Document::new(FileId::new("/a.vue"), Language::Vue, 0, text);
        let model = crate::model::lower::lower(&document, None).expect("code");
        let found = containing(&AhoCorasick::new(["mark"]).expect("a word"), &document, Some(&model));
        assert_eq!(found.iter().map(|comment| comment.text.as_str()).collect::<Vec<_>>(), ["<!-- mark 1 -->", "/* mark 2 */", "/* mark 3 */"]);
    }

    #[test]
    fn what_never_ends_ends_with_the_file() {
        assert_eq!(comments("a.html", "<!-- mark"), ["<!-- mark"]);
        assert_eq!(comments("a.sql", "select 'mark"), Vec::<String>::new());
        assert_eq!(comments("a.sql", "select '\n-- mark é"), ["-- mark é"]);
    }
}
