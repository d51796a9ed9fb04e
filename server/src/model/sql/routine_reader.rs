//! Reads functions, views and `do` blocks.

use std::sync::Arc;

use super::dynamic::runs_arguments;
use super::reader::Reader;
use super::statement::{AlterFunction, CreateFunction, CreateTrigger, CreateView, FunctionArg, FunctionBody, StatementKind};
use super::token::TokenKind;
use crate::text::{Name, Span};

impl Reader<'_> {
    /// After `create [or replace] function`, `procedure`.
    pub fn create_function(&mut self) -> Option<StatementKind> {
        let name = self.object_name()?;
        let start = self.here();
        let args = self.function_args();
        let mut function = CreateFunction {
            name,
            args,
            args_span: self.since(start),
            returns: Name::default(),
            definer: false,
            search_path: None,
            language: Name::default(),
            body: None,
            options_end: 0,
        };
        while !self.is_done() {
            self.function_option(&mut function);
        }
        if function.options_end == 0 {
            function.options_end = self.since(start).end;
        }
        Some(StatementKind::CreateFunction(function))
    }

    /// After `create trigger`.
    pub fn create_trigger(&mut self) -> Option<StatementKind> {
        self.eat_if_exists();
        self.name()?;
        let mut on_update = false;
        while !self.is_done() && !self.is_word("on") {
            on_update |= self.is_word("update");
            self.next();
        }
        self.eat("on").then_some(())?;
        let table = self.object_name()?;
        while !self.is_done() && !self.eat("execute") {
            self.skip_one();
        }
        self.eat_any(&["function", "procedure"]).then_some(())?;
        Some(StatementKind::CreateTrigger(CreateTrigger { table, on_update, function: self.object_name()? }))
    }

    fn function_args(&mut self) -> Vec<FunctionArg> {
        let mut args = Vec::new();
        if !self.eat_symbol("(") {
            return args;
        }
        while !self.is_done() && !self.is_symbol(")") {
            self.eat_any(&["in", "out", "inout", "variadic"]);
            let has_name = self.peek_nth(1).is_some_and(|token| matches!(token.kind, TokenKind::Word | TokenKind::Quoted))
                && !self.is_any_word(&["double", "timestamp", "time", "character", "bit"]);
            let name = if has_name { self.name().map(|(name, _)| name).unwrap_or_default() } else { Name::default() };
            let ty = self.type_name();
            args.push(FunctionArg { name, ty });
            self.skip_to_comma();
            self.eat_symbol(",");
        }
        self.eat_symbol(")");
        args
    }

    fn function_option(&mut self, function: &mut CreateFunction) {
        let here = self.here();
        if self.eat("returns") {
            let start = self.here();
            self.eat("setof");
            if !self.eat("table") {
                self.type_name();
            } else if self.is_symbol("(") {
                self.skip_one();
            }
            function.returns = Name::from(self.since(start).of(self.text).to_ascii_lowercase());
        } else if let Some(definer) = self.security() {
            function.definer = definer;
        } else if self.eat("set") {
            if let Some(path) = self.search_path() {
                function.search_path = Some(path);
            }
        } else if self.eat("language") {
            function.language = self.name().map(|(name, _)| Name::from(name.to_ascii_lowercase())).unwrap_or_default();
        } else if self.eat("as") {
            if function.options_end == 0 {
                function.options_end = here;
            }
            self.function_body(function);
        } else if self.are_words(&["begin", "atomic"]) || self.is_word("return") {
            if function.options_end == 0 {
                function.options_end = here;
            }
            while self.next().is_some() {}
            let span = self.since(here);
            function.body = Some(FunctionBody { text: Arc::from(span.of(self.text)), span, executes: false, runs_arguments: false });
        } else {
            self.skip_one();
        }
    }

    /// `[external] security definer`.
    fn security(&mut self) -> Option<bool> {
        self.eat("external");
        if self.eat_all(&["security", "definer"]) {
            Some(true)
        } else if self.eat_all(&["security", "invoker"]) {
            Some(false)
        } else {
            None
        }
    }

    /// After `set`: `search_path = public, pg_temp`, `search_path to ''`.
    fn search_path(&mut self) -> Option<Name> {
        if !self.eat("search_path") {
            return None;
        }
        let _ = self.eat_symbol("=") || self.eat("to");
        let start = self.here();
        while let Some(token) = self.peek() {
            let is_value = matches!(token.kind, TokenKind::Text | TokenKind::Quoted)
                || token.kind == TokenKind::Word
                    && !self.is_any_word(&["as", "language", "security", "set", "begin", "return", "stable", "volatile", "immutable"]);
            if !is_value {
                break;
            }
            self.next();
            if !self.eat_symbol(",") {
                break;
            }
        }
        Some(Name::from(self.since(start).of(self.text)))
    }

    fn function_body(&mut self, function: &mut CreateFunction) {
        let Some(token) = self.next().copied() else { return };
        let (offset, text) = match token.kind {
            TokenKind::Dollar => token.body(self.text),
            TokenKind::Text => (1, token.span.of(self.text).trim_matches('\'')),
            _ => return,
        };
        let start = token.span.start + offset;
        let span = Span::new(start, start + text.len() as u32);
        function.body = Some(FunctionBody { text: Arc::from(text), span, executes: executes(text), runs_arguments: runs_arguments(text, &function.args) });
    }

    /// After `alter function`.
    pub fn alter_function(&mut self) -> Option<StatementKind> {
        let name = self.object_name()?;
        if self.is_symbol("(") {
            self.skip_one();
        }
        let mut change = AlterFunction { name, definer: None, search_path: None };
        while !self.is_done() {
            if let Some(definer) = self.security() {
                change.definer = Some(definer);
            } else if self.eat("set") {
                change.search_path = self.search_path().or(change.search_path);
            } else {
                self.skip_one();
            }
        }
        Some(StatementKind::AlterFunction(change))
    }

    /// After `create [or replace] [materialized] view`.
    pub fn create_view(&mut self, materialized: bool) -> Option<StatementKind> {
        self.eat_if_exists();
        let name = self.object_name()?;
        if self.is_symbol("(") {
            self.skip_one();
        }
        let mut security_invoker = false;
        if self.eat("with") {
            security_invoker = self.view_options().unwrap_or(false);
        }
        while !self.is_done() && !self.is_word("as") {
            self.skip_one();
        }
        let options_end = self.here();
        self.eat("as");
        let query = self.query();
        Some(StatementKind::CreateView(CreateView { name, materialized, security_invoker, query, options_end }))
    }

    /// `(security_invoker = on, …)`.
    fn view_options(&mut self) -> Option<bool> {
        let mut invoker = None;
        self.eat_symbol("(");
        while !self.is_done() && !self.is_symbol(")") {
            if self.eat("security_invoker") {
                let value = if self.eat_symbol("=") { self.next().map(|token| token.value(self.text)) } else { None };
                invoker = Some(value.is_none_or(|value| matches!(value.to_ascii_lowercase().as_str(), "on" | "true" | "1" | "yes")));
            } else {
                self.skip_one();
            }
        }
        self.eat_symbol(")");
        invoker
    }

    /// After `alter [materialized] view`.
    pub fn alter_view(&mut self) -> Option<StatementKind> {
        self.eat_if_exists();
        let name = self.object_name()?;
        let security_invoker = if self.eat("set") {
            self.view_options()
        } else if self.eat("reset") {
            self.view_options().map(|_| false)
        } else {
            None
        };
        Some(StatementKind::AlterView { name, security_invoker })
    }
}

/// True if the body of a function runs text as SQL. `execute function` belongs to triggers.
pub(super) fn executes(body: &str) -> bool {
    let tokens = super::scanner::tokens(body, &[]);
    tokens.windows(2).any(|pair| {
        let [first, second] = pair else { return false };
        first.kind == TokenKind::Word
            && first.span.of(body).eq_ignore_ascii_case("execute")
            && !["function", "procedure", "on"].iter().any(|word| second.span.of(body).eq_ignore_ascii_case(word))
            && !matches!(second.kind, TokenKind::Symbol(";" | ")" | ","))
    })
}
