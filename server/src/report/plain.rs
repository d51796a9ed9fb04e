//! Words for readers who do not build software: what a text of a rule says in the words of programmers is said in others, and
//! the words that have to stay are explained where they first occur.

use super::prose::{Piece, pieces};

/// The words of programmers, and what everybody calls the same. Longer ones first.
const OTHERWISE: &[(&str, &str)] = &[
    ("which drops keys that it does not name", "which leaves out fields that it does not name"),
    ("document query", "database query"),
    ("answer 429 past a limit", "refuse more than a fixed number"),
    ("The fallback of", "The stand-in value of"),
    ("fallback", "stand-in value"),
    ("The quick-fix", "The ready fix"),
    ("the quick-fix", "the ready fix"),
    ("callers", "visitors"),
    ("caller", "visitor"),
    ("endpoints", "addresses"),
    ("endpoint", "address"),
    ("becomes markup of the page as it is", "becomes part of the page's code as it is"),
    ("becomes markup of the page", "becomes part of the page's code"),
    ("becomes markup of a page", "becomes part of a page's code"),
    ("from the query string", "from the address (behind the question mark)"),
    ("the query does not", "the question to the database does not"),
    ("put into the query as it is", "put into the question to the database as it is"),
    ("Nobody checks who answers", "The server does not check whom it talks to"),
    ("handlers in this file ask", "addresses that this file answers ask"),
    ("handler in this file asks", "address that this file answers asks"),
    ("other handlers in", "other addresses in"),
    ("who is calling", "who is asking"),
    ("who calls", "who asks"),
    ("whoever calls", "whoever asks for"),
];

/// With a capital letter, as it stands at the beginning of a line.
pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A text in plain words. Code stays as it is.
pub(super) fn plain(text: &str) -> String {
    let piece = |piece: Piece<'_>| match piece {
        Piece::Words(words) => OTHERWISE.iter().fold(words.to_owned(), |words, (from, to)| replaced(&words, from, to)),
        // That any method is answered says nothing to whoever does not build software.
        Piece::Code(code) => format!("`{}`", code.strip_prefix("ANY ").filter(|path| path.starts_with('/')).unwrap_or(code)),
    };
    pieces(text).into_iter().map(piece).collect()
}

/// Whole words only.
fn replaced(text: &str, from: &str, to: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(from) {
        let (before, after) = (rest.get(..at).unwrap_or_default(), rest.get(at + from.len()..).unwrap_or_default());
        let is_whole = !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric);
        out.push_str(before);
        out.push_str(if is_whole { to } else { from });
        rest = after;
    }
    out + rest
}

/// Words that a report cannot do without, by the forms they occur in.
const WORDS: &[(&str, &[&str], &str)] = &[
    ("address", &["addresses"], "what a browser or a program asks your app for, such as `/api/orders`; it can be asked for without any page of yours"),
    ("route", &["route", "routes"], "an address that the app answers; programs can ask for it without any page of yours"),
    ("query", &["query", "queries"], "a question to the database: read, add, change or delete"),
    ("token", &["token", "tokens"], "a secret text that is sent along to show who or what is asking: somebody who is signed in, or a form of your own"),
    (
        "200, 403 and such numbers",
        &["200", "302", "400", "401", "403", "404", "405", "429", "500"],
        "what a server answers with: 200 to 204 done, 302 sent on to another page, 400 not understood, 401 sign in first, 403 not allowed, 404 not there, 429 too often, \
         500 it failed",
    ),
    ("row level security", &["row level security"], "the lock of a database that shows everybody only the rows that are theirs"),
    ("CSRF", &["csrf"], "a form that another website sends in the name of somebody who is signed in to yours"),
    ("handler", &["handler", "handlers"], "the code behind an address"),
    ("cookie", &["cookie", "cookies"], "a small text that the browser keeps and sends along with every request"),
    ("session", &["session", "sessions"], "what is remembered of somebody who is signed in"),
    ("schema", &["schema", "schemas"], "a list of the fields that are allowed, and of what each may hold"),
    ("header", &["header", "headers"], "a line that is sent along with a page or a request, and that nobody sees"),
    ("hash", &["hash", "hashed", "hashes"], "a one-way form of a password: it can be checked, and not turned back"),
    ("environment variable, env file", &["environment variable", "env file", "env files"], "a setting that is kept beside the code and not in it"),
    ("stack trace", &["stack trace", "trace"], "the way through the code that led to an error"),
    ("middleware", &["middleware"], "code that runs before every request is answered"),
    ("webhook", &["webhook", "webhooks"], "an address at which another service tells your app that something has happened"),
    ("SQL", &["SQL"], "the language in which databases are asked"),
];

/// Knows which words were explained already.
#[derive(Default)]
pub(super) struct Glossary {
    told: Vec<&'static str>,
}

impl Glossary {
    /// `Cookie: a small text. Token: ...` for the words that occur in these texts for the first time.
    pub fn new_in<'t>(&mut self, texts: impl IntoIterator<Item = &'t str>) -> Option<String> {
        let words: String = texts
            .into_iter()
            .flat_map(pieces)
            .filter_map(|piece| if let Piece::Words(words) = piece { Some(words) } else { None })
            .collect::<Vec<_>>()
            .join(" ");
        let lower = words.to_lowercase();
        let mut new = Vec::new();
        for (word, forms, means) in WORDS {
            if !self.told.contains(word) && forms.iter().any(|form| has(&lower, &form.to_lowercase())) {
                self.told.push(word);
                new.push(format!("{word}: {means}"));
            }
        }
        (!new.is_empty()).then(|| new.join(". ") + ".")
    }
}

fn has(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at + word.len()..).unwrap_or_default());
        !before.ends_with(|c: char| c.is_alphanumeric() || c == '-') && !after.starts_with(|c: char| c.is_alphanumeric() || c == '-')
    })
}

/// What is said of a related place, without a route's code name.
pub(super) fn related(message: &str) -> String {
    let Some((_, path)) = message.strip_prefix("reached from ").and_then(|title| title.split_once(' ')) else { return plain(message) };
    match path {
        "/" | "?" => "anybody can reach the app here".to_owned(),
        path => format!("requests to `{}` arrive here", path.replace('`', "'")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_programmers_are_said_otherwise_and_code_stays() {
        assert_eq!(plain("A caller, `caller`, and two callers; recaller."), "A visitor, `caller`, and two visitors; recaller.");
        assert_eq!(plain("The fallback of `KEY`"), "The stand-in value of `KEY`");
        assert_eq!(related("reached from ANY /api/a"), "requests to `/api/a` arrive here");
        assert_eq!(related("reached from ANY /"), "anybody can reach the app here");
        assert_eq!(related("asked for by a caller"), "asked for by a visitor");
    }

    #[test]
    fn a_word_is_explained_once() {
        let mut glossary = Glossary::default();
        let first = glossary.new_in(["The cookie `token` is read.", "Routes"]).expect("words");
        assert!(first.contains("cookie: a small text") && first.contains("route: ") && !first.contains("token:"), "{first}");
        assert_eq!(glossary.new_in(["cookies"]), None);
    }
}
