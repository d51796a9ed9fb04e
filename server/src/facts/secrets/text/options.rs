//! What commands are told in a script: `curl -u name:password`, `mysql --password=...`, `sshpass -p ...`.

use super::Reading;
use crate::facts::secrets::context::{Names, is_about};

/// Options that take a login, `name:password`, and the commands they belong to.
const LOGINS: [(&str, &[&str]); 4] =
    [("curl", &["-u", "--user", "--proxy-user", "-U"]), ("http", &["-a", "--auth"]), ("https", &["-a", "--auth"]), ("xh", &["-a", "--auth"])];
/// Short options that are a password, of these commands.
const PASSWORDS: [(&str, &str); 2] = [("sshpass", "-p"), ("rabbitmqadmin", "-p")];
/// Long ones end in such a word.
const ENDS: [&str; 8] = ["password", "passwd", "passphrase", "secret", "token", "api-key", "apikey", "secret-key"];

/// A word of the line with its place, quotes and all.
struct Word<'l> {
    text: &'l str,
    start: usize,
}

/// `command`: the one that the line goes on with, and afterwards the one that the next line does.
pub(super) fn read<'t>(start: usize, line: &'t str, command: &mut &'t str, reading: &mut Reading) {
    let goes_on = line.trim_end().ends_with('\\');
    let mut expected = command.is_empty();
    let mut before = "";
    for word in words(line) {
        let at = start + word.start;
        let inside = word.text.rsplit_once("$(").map(|(_, inside)| inside).or_else(|| word.text.strip_prefix('`'));
        if let Some(name) = inside.or(expected.then_some(word.text)) {
            *command = name.rsplit('/').next().unwrap_or(name);
        }
        // `A=b curl`, `sudo curl`, `a | curl`: it is still to come.
        let is_set = word.text.split_once('=').is_some_and(|(name, _)| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'));
        expected = matches!(word.text, "|" | "&&" | "||" | ";" | "do" | "then" | "sudo" | "exec" | "time" | "if" | "!")
            || expected && is_set
            || word.text.ends_with(';');
        if let Some((option, value)) = word.text.split_once('=').filter(|(option, _)| is_password_option(option)) {
            told(reading, option, value, at + option.len() + 1);
        } else if is_password_option(before) && !word.text.starts_with('-') {
            told(reading, before, word.text, at);
        } else if PASSWORDS.contains(&(*command, before)) {
            told(reading, "password", word.text, at);
        } else if LOGINS.iter().any(|(name, options)| name == command && options.contains(&before)) {
            login(reading, word.text, at);
        }
        before = word.text;
    }
    if !goes_on {
        *command = "";
    }
}

/// `--temporary-password`; but `--password-file` and `--no-password` have none.
fn is_password_option(word: &str) -> bool {
    let Some(name) = word.strip_prefix("--") else { return false };
    let name = name.to_ascii_lowercase();
    ENDS.iter().any(|end| name == *end || name.strip_suffix(end).is_some_and(|rest| rest.ends_with('-'))) && !is_about(&name)
}

fn told(reading: &mut Reading, option: &str, value: &str, at: usize) {
    let quoted = value.len() >= 2 && value.starts_with(['"', '\'']) && value.ends_with(['"', '\'']);
    let is_read = reading.entries.iter().rev().take(8).any(|entry| entry.literal.contains(&at));
    if !is_read && !value.is_empty() && !value.trim_start_matches(['"', '\'']).starts_with(['$', '`', '<']) {
        reading.entry(Names::of(option.trim_start_matches('-')), at..at + value.len(), quoted, OWN_GROUP);
    }
}

/// A group apart: what else the script sets is not beside it.
const OWN_GROUP: usize = 1;

/// The second half of `name:password`.
fn login(reading: &mut Reading, value: &str, at: usize) {
    let inside = value.trim_matches(['"', '\'']);
    let Some((user, password)) = inside.split_once(':') else { return };
    let is_worked_out = |part: &str| part.is_empty() || part.contains(['$', '`', '<', '{']);
    if is_worked_out(user) || is_worked_out(password) || user.eq_ignore_ascii_case(password) {
        return;
    }
    let begin = at + value.find(inside).unwrap_or(0) + user.len() + 1;
    reading.entry(Names::of("password"), begin..begin + password.len(), false, OWN_GROUP);
}

/// Split at blanks outside of quotes. What a comment says behind the command is left out.
fn words(line: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut begin: Option<usize> = None;
    let mut quote: Option<char> = None;
    for (at, c) in line.char_indices() {
        match quote {
            Some(open) => quote = quote.filter(|_| c != open),
            None if c.is_whitespace() => {
                if let Some(start) = begin.take() {
                    words.push(Word { text: line.get(start..at).unwrap_or(""), start });
                }
                continue;
            }
            None if c == '#' && begin.is_none() => return words,
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None => {}
        }
        begin.get_or_insert(at);
    }
    if let Some(start) = begin {
        words.push(Word { text: line.get(start..).unwrap_or(""), start });
    }
    words
}
