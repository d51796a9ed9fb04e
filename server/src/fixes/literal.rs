//! The literal that holds a secret: where it stands, how it is written, what it is worth.

use crate::model::around;
use crate::model::string_token::{Token, tokens};
use crate::model::{BinaryOp, CallKind, Expr, ExprId, ExprKind, FileModel, Placed, Segment, StmtKind, TemplatePart, TypeRef};
use crate::project::Project;
use crate::syntax::{Document, Language};
use crate::text::{FileId, Span, lines};

/// A file of code with its text at hand. Of a file that embeds code, that is the code alone.
pub struct Code<'p> {
    pub file: FileId,
    pub text: String,
    pub language: Language,
    pub model: &'p FileModel,
    /// Where the code begins. `None` if it takes no imports: a plain script of a page.
    pub head: Option<u32>,
}

impl<'p> Code<'p> {
    pub fn of(project: &'p Project, file: &FileId) -> Option<Code<'p>> {
        let known = project.file(file)?;
        let model = known.model.as_deref()?;
        let text = known.document.code().to_string();
        let head = head(&known.document, model, &text);
        Some(Code { file: file.clone(), text, language: model.language, model, head })
    }
}

fn head(document: &Document, model: &FileModel, text: &str) -> Option<u32> {
    let Some(embedded) = document.embedded() else { return Some((text.len() - lines::without_bom(text).len()) as u32) };
    match document.language {
        language if language.is_markup() => None,
        Language::Notebook => model.segments.first().map(|first| lines::line_start(text, first.start)),
        _ => {
            let start = embedded.parts().first()?.span.start;
            let stop = lines::line_stop(text, start);
            let is_line = Span::new(start, stop).of(text).trim().is_empty();
            Some(if is_line { lines::next_line(text, start) } else { start })
        }
    }
}

/// A secret in code.
pub struct Literal<'c> {
    pub code: &'c Code<'c>,
    pub placed: &'c Placed,
    /// The string, template or sum of strings.
    pub id: ExprId,
    /// Of the whole expression, in the file.
    pub span: Span,
    /// What of it is the secret.
    pub extent: Extent,
    pub value: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Extent {
    Whole,
    /// This stretch of the file, inside the quotes.
    Part(Span),
}

impl<'c> Literal<'c> {
    /// The literal at a place: a whole literal with or without its quotes, or a stretch inside of one. `None` where no
    /// expression could stand instead.
    pub fn at(code: &'c Code<'c>, place: Span) -> Option<Literal<'c>> {
        let placed = code.model.segment_at(place.start)?;
        let segment = &placed.segment;
        let relative = Span::new(place.start.checked_sub(placed.start)?, place.end.checked_sub(placed.start)?);
        let id = *around::expressions(segment, relative).iter().find(|id| segment[**id].span == relative || is_text(&segment[**id]))?;
        let span = placed.absolute(segment[id].span);
        let (extent, value) = extent(code, segment, id, span, place)?;
        let literal = Literal { code, placed, id, span, extent, value };
        (!literal.is_fixed()).then_some(literal)
    }

    /// Every literal of the file that is worth the same, in order, this one among them.
    pub fn alike(&self) -> Vec<Literal<'c>> {
        Literal::worth(self.code, &self.value)
    }

    /// Every literal of a file with this value, in order.
    pub fn worth(code: &'c Code<'c>, value: &str) -> Vec<Literal<'c>> {
        let mut found = Vec::new();
        for placed in &code.model.segments {
            let segment = &placed.segment;
            for id in (0..segment.exprs.len() as u32).map(ExprId).filter(|id| is_text(&segment[*id])) {
                let span = placed.absolute(segment[id].span);
                let place = match span.of(&code.text).find(value) {
                    Some(at) => Span::from(span.start as usize + at..span.start as usize + at + value.len()),
                    None if constant(segment, id, 0).as_deref() == Some(value) => span,
                    None => continue,
                };
                found.extend(Literal::at(code, place).filter(|literal| literal.value == value && literal.span == span));
            }
        }
        found.sort_by_key(|literal| literal.span);
        found.dedup_by_key(|literal| literal.span);
        found
    }

    pub fn segment(&self) -> &'c Segment {
        &self.placed.segment
    }

    pub fn expr(&self) -> &'c Expr {
        &self.segment()[self.id]
    }

    /// The expressions around it, the innermost first.
    pub fn around(&self) -> Vec<ExprId> {
        around::expressions(self.segment(), self.expr().span).into_iter().filter(|id| *id != self.id).collect()
    }

    pub fn absolute(&self, id: ExprId) -> Span {
        self.placed.absolute(self.segment()[id].span)
    }

    pub fn text_of(&self, id: ExprId) -> &'c str {
        self.absolute(id).of(&self.code.text)
    }

    /// The string tokens it is written with.
    pub fn tokens(&self) -> Vec<Token> {
        let holes: Vec<Span> = match &self.expr().kind {
            ExprKind::Template(parts) => parts
                .iter()
                .filter_map(|part| match part {
                    TemplatePart::Hole(_, span) => Some(self.placed.absolute(*span)),
                    TemplatePart::Text(..) => None,
                })
                .collect(),
            _ => Vec::new(),
        };
        tokens(&self.code.text, self.span, &holes)
    }

    /// True where a value is part of the program's form: directives and docstrings, types, patterns, templates that a
    /// tag reads, `as const`.
    fn is_fixed(&self) -> bool {
        let segment = self.segment();
        let is_statement = segment.stmts.iter().any(|stmt| matches!(stmt.kind, StmtKind::Expr(id) if id == self.id));
        let is_tagged = segment.exprs.iter().any(|expr| match &expr.kind {
            ExprKind::Call { kind: CallKind::Tagged, args, .. } => args.iter().any(|arg| arg.value == self.id),
            _ => false,
        });
        is_statement || is_tagged || self.is_in_type() || self.is_pattern() || self.is_const() || self.is_enum_member()
    }

    fn is_enum_member(&self) -> bool {
        let segment = self.segment();
        self.code.language.is_typescript()
            && around::statements(segment, self.expr().span).into_iter().any(|id| {
                let text = self.placed.absolute(segment[id].span).of(&self.code.text);
                text.split_whitespace().find(|word| !matches!(*word, "export" | "declare" | "const" | "default")) == Some("enum")
            })
    }

    fn is_in_type(&self) -> bool {
        let span = self.expr().span;
        let holds = |ty: &Option<TypeRef>| ty.as_ref().is_some_and(|ty| ty.span.contains(span));
        let segment = self.segment();
        segment.stmts.iter().any(|stmt| matches!(&stmt.kind, StmtKind::Let { ty, .. } if holds(ty)))
            || segment.functions.iter().any(|function| holds(&function.returns) || function.params.iter().any(|param| holds(&param.ty)))
            || segment.classes.iter().any(|class| class.fields.iter().any(|field| holds(&field.ty)))
    }

    /// `case "x":` in Python takes literals only.
    fn is_pattern(&self) -> bool {
        let line = lines::line_start(&self.code.text, self.span.start);
        let before = Span::new(line, self.span.start).of(&self.code.text).trim_start();
        self.code.language == Language::Python && before.starts_with("case ") && !before.contains(':')
    }

    fn is_const(&self) -> bool {
        let behind = self.code.text.get(self.span.end as usize..).unwrap_or("").trim_start();
        self.code.language.is_typescript()
            && behind.strip_prefix("as").is_some_and(|rest| rest.trim_start().starts_with("const") && rest.starts_with(char::is_whitespace))
    }
}

fn is_text(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Str(_) | ExprKind::Bytes(_) | ExprKind::Template(_))
}

/// Which part of the literal is the secret, and its value.
fn extent(code: &Code, segment: &Segment, id: ExprId, span: Span, place: Span) -> Option<(Extent, String)> {
    let whole = constant(segment, id, 0);
    let tokens = tokens(&code.text, span, &[]);
    let content = match tokens.as_slice() {
        [only] => only.content,
        [] => span,
        _ => Span::at(span.start),
    };
    let has_lines = place.of(&code.text).contains('\n') || place.of(&code.text).contains("\\n");
    let told = if has_lines { without_ends(&code.text, content) } else { content };
    if let Some(value) = whole.as_ref().filter(|_| place.contains(told) && !told.is_empty() || place.contains(span)) {
        if let Some(part) = behind_scheme(&code.text, content, value) {
            return Some((Extent::Part(part), part.of(&code.text).to_owned()));
        }
        return Some((Extent::Whole, value.replace("\r\n", "\n")));
    }
    let raw = place.of(&code.text);
    let is_plain = !raw.is_empty() && !raw.contains(['\\', '\n', '\r', '"', '\'', '`', '{', '}']);
    // In the hole of a template it is code, whatever it looks like.
    let is_inside = match &segment[id].kind {
        ExprKind::Template(parts) => parts.iter().any(|part| {
            let TemplatePart::Text(_, within) = part else { return false };
            Span::new(span.start + within.start - segment[id].span.start, span.start + within.end - segment[id].span.start).contains(place)
        }),
        _ => true,
    };
    (is_text(&segment[id]) && span.contains(place) && is_plain && is_inside).then(|| (Extent::Part(place), raw.to_owned()))
}

/// What stands between the quotes without white space and ends of lines on either side, which belong to the literal and not to a key in PEM form.
fn without_ends(text: &str, content: Span) -> Span {
    let raw = content.of(text);
    let mut rest = raw;
    while let Some(next) = BLANKS.iter().find_map(|blank| rest.strip_prefix(blank)) {
        rest = next;
    }
    let start = content.start + (raw.len() - rest.len()) as u32;
    while let Some(next) = BLANKS.iter().find_map(|blank| rest.strip_suffix(blank)) {
        rest = next;
    }
    Span::new(start, start + rest.len() as u32)
}

/// A backslash before the end of a line joins it with the next one.
const BLANKS: [&str; 8] = ["\\n", "\\r", "\\\r\n", "\\\n", "\n", "\r", "\t", " "];

/// The key in `"Bearer key"`: the scheme is no secret.
fn behind_scheme(text: &str, content: Span, value: &str) -> Option<Span> {
    let scheme = ["Bearer ", "bearer ", "Token ", "token ", "Bot "].iter().find(|scheme| value.starts_with(**scheme))?;
    let part = Span::new(content.start + scheme.len() as u32, content.end);
    let raw = part.of(text);
    (content.of(text).starts_with(scheme) && raw.len() >= 8 && !raw.contains(|c: char| c.is_whitespace() || c == '\\')).then_some(part)
}

/// The value of an expression made of literals only.
fn constant(segment: &Segment, id: ExprId, depth: u32) -> Option<String> {
    match &segment[id].kind {
        ExprKind::Str(text) | ExprKind::Bytes(text) => Some(text.to_string()),
        ExprKind::Template(parts) => parts
            .iter()
            .map(|part| match part {
                TemplatePart::Text(text, _) => Some(&**text),
                TemplatePart::Hole(..) => None,
            })
            .collect(),
        ExprKind::Binary { op: BinaryOp::Add, left, right } if depth < 64 => {
            Some(constant(segment, *left, depth + 1)? + &constant(segment, *right, depth + 1)?)
        }
        _ => None,
    }
}
