//! SQL that a function's body puts together: may a caller's text become part of the statement that is run?

use rustc_hash::FxHashSet;

use super::FunctionArg;
use super::scanner::tokens;
use super::token::{Token, TokenKind};

/// Types whose values are text of the caller's choice. Numbers, ids, dates and names of tables that exist cannot carry SQL.
const TEXTS: [&str; 8] = ["text", "varchar", "character varying", "character", "char", "json", "jsonb", "citext"];
/// What makes a text one value, or one name, of a statement.
const QUOTERS: [&str; 4] = ["quote_ident", "quote_literal", "quote_nullable", "to_regclass"];

/// True if the body runs a text that an argument is, or is put into unquoted.
pub(super) fn runs_arguments(body: &str, args: &[FunctionArg]) -> bool {
    let is_text = |arg: &&FunctionArg| TEXTS.iter().any(|known| arg.ty.strip_prefix(known).is_some_and(|rest| !rest.starts_with(char::is_alphabetic)));
    let texts = args.iter().enumerate().filter(|(_, arg)| is_text(arg));
    let mut names: FxHashSet<String> = FxHashSet::default();
    let mut numbers: FxHashSet<u32> = FxHashSet::default();
    for (index, arg) in texts {
        names.insert(arg.name.to_ascii_lowercase());
        numbers.insert(index as u32 + 1);
    }
    names.remove("");
    let tokens = tokens(body, &[]);
    let mut said = Said { body, names, numbers };
    tokens.split(|token| token.kind == TokenKind::Symbol(";")).any(|statement| said.runs(statement))
}

struct Said<'b> {
    body: &'b str,
    /// Names that hold the caller's text, in lower case.
    names: FxHashSet<String>,
    numbers: FxHashSet<u32>,
}

impl Said<'_> {
    fn word(&self, token: Option<&Token>) -> String {
        token
            .filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::Quoted))
            .map_or_else(String::new, |token| token.value(self.body).to_ascii_lowercase())
    }

    /// Learns what the statement assigns; true if it runs what a caller wrote.
    fn runs(&mut self, statement: &[Token]) -> bool {
        let assigned = statement.iter().position(|token| self.body.get(token.span.start as usize..).is_some_and(|rest| rest.starts_with(":=")));
        if let Some(at) = assigned.filter(|at| *at > 0)
            && self.holds_argument(statement.get(at + 1..).unwrap_or_default())
        {
            let name = self.word(statement.get(at - 1));
            self.names.insert(name);
        }
        statement.iter().enumerate().any(|(at, token)| {
            let is_run = token.kind == TokenKind::Word && self.word(Some(token)) == "execute";
            let rest = statement.get(at + 1..).unwrap_or_default();
            let ends = rest.iter().position(|token| matches!(self.word(Some(token)).as_str(), "using" | "into")).unwrap_or(rest.len());
            is_run && !matches!(self.word(rest.first()).as_str(), "function" | "procedure" | "on") && self.holds_argument(rest.get(..ends).unwrap_or_default())
        })
    }

    /// Does the expression have the caller's text in it, not quoted by a function made for that?
    fn holds_argument(&self, expression: &[Token]) -> bool {
        // Whether what stands in each open parenthesis is quoted.
        let mut quoted: Vec<bool> = Vec::new();
        for (at, token) in expression.iter().enumerate() {
            match token.kind {
                TokenKind::Symbol("(") => {
                    let callee = at.checked_sub(1).map(|before| self.word(expression.get(before))).unwrap_or_default();
                    let is_quoter = QUOTERS.contains(&callee.as_str());
                    let formats = callee == "format"
                        && expression.get(at + 1).is_some_and(|first| first.kind == TokenKind::Text && !has_plain_hole(first.span.of(self.body)));
                    quoted.push(is_quoter || formats || quoted.last().copied().unwrap_or(false));
                }
                TokenKind::Symbol(")") => {
                    quoted.pop();
                }
                TokenKind::Numbered(number) if self.numbers.contains(&number) && !quoted.last().copied().unwrap_or(false) => return true,
                TokenKind::Word | TokenKind::Quoted if !quoted.last().copied().unwrap_or(false) && self.names.contains(&self.word(Some(token))) => return true,
                _ => {}
            }
        }
        false
    }
}

/// `%s` puts a text in as it is; `%I` and `%L` quote it.
fn has_plain_hole(format: &str) -> bool {
    format.contains("%s") || format.contains("$s") || format.contains("%-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(body: &str) -> bool {
        let arg = |name: &str, ty: &str| FunctionArg { name: name.into(), ty: ty.into() };
        runs_arguments(body, &[arg("query", "text"), arg("n", "int"), arg("tbl", "regclass"), arg("who", "varchar(20)")])
    }

    #[test]
    fn what_a_caller_wrote_is_run() {
        for body in [
            "begin execute query; end",
            "begin return query execute query; end",
            "begin return query execute 'select * from a where b = ''' || who || ''''; end",
            "begin execute format('select * from %s', query); end",
            "declare s text; begin s := 'delete from a where b = ' || QUERY; execute s; end",
            "begin execute $1; end",
            "begin execute (query) into n; end",
        ] {
            assert!(runs(body), "{body}");
        }
    }

    #[test]
    fn quoted_bound_and_fixed_texts_are_not() {
        for body in [
            "begin execute format('select * from %I where a = %L', query, who); end",
            "begin execute 'select * from a where b = $1' using query; end",
            "begin execute 'select * from a where b = ' || quote_literal(who); end",
            "begin execute format('select * from %s limit %s', tbl, n); end",
            "begin execute 'refresh materialized view m'; end",
            "create trigger t before insert on a for each row execute function query();",
            "begin return query select * from a where b = query; end",
            "",
            "execute",
        ] {
            assert!(!runs(body), "{body}");
        }
    }
}
