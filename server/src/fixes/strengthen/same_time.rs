//! **Compare in the same time always**, so that the time tells nothing.

use super::super::edits::Edits;
use super::super::literal::Code;
use super::names::{bring, bring_module};
use super::{Done, Here};
use crate::model::{BinaryOp, ExprKind};
use crate::rules::Place;

pub(super) fn compared(code: &Code<'_>, at: &Place, sent: &Place) -> Option<Done> {
    let here = Here::at(code, at.span)?;
    let ExprKind::Binary { op, left, right } = here.kind() else { return None };
    let (left, right) = (here.of(*left), here.of(*right));
    let (sent, secret) = if left.span() == sent.span { (left, right) } else { (right, left) };
    let differs = *op == BinaryOp::Ne;
    let mut edits = Edits::default();
    let (text, brought) = if here.is_python() {
        let hmac = bring_module(code, "hmac")?;
        // What is missing equals nothing.
        let sent = if secret.text().ends_with(".digest()") { sent.text().to_owned() } else { format!("str({})", sent.text()) };
        let call = format!("{}.compare_digest({sent}, {})", hmac.text, secret.text());
        (if differs { format!("not {call}") } else { call }, hmac)
    } else {
        // Each is named twice, so both must be names.
        if !matches!(sent.kind(), ExprKind::Name(_)) || !matches!(secret.kind(), ExprKind::Name(_)) {
            return None;
        }
        let equal = bring(code, &["crypto", "node:crypto"], "timingSafeEqual")?;
        let (sent, secret) = (sent.text(), secret.text());
        let call = format!("{sent}?.length === {secret}.length && {}(Buffer.from({sent}), Buffer.from({secret}))", equal.text);
        (if differs { format!("!({call})") } else { format!("({call})") }, equal)
    };
    edits.replace(&code.file, here.span(), text);
    brought.edit.into_iter().for_each(|edit| edits.edit(&code.file, edit));
    Some(Done { title: "Compare in the same time always".to_owned(), edits, is_safe: false, note: None })
}
