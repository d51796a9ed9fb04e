//! A client that may do everything runs where strangers are, or its key stands in the source.

use super::exposed::{FileCx, audience, reader, use_twin};
use super::secret_client_exposed::brought_along;
use super::{Audience, Confidence, Finding, FixPlan, Impact, Risk, RuleId, RuleMeta};
use crate::facts::browser::BROWSER;
use crate::facts::exposure::{EXPOSURE, VendorCall};

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("service-role-exposed"),
    title: "An administrator's client or key is within reach of strangers",
    risk: Risk::Secrets,
    impact: Impact::Critical,
    audience: Audience::Everyday,
    cwe: &[200, 269],
    page: include_str!("../../../queries/rules/service-role-exposed.md"),
};

/// What is said beside the keys in the source, which `secret_hardcoded` finds.
pub fn check(cx: &FileCx<'_>, calls: &[VendorCall], out: &mut Vec<Finding>) {
    for call in calls {
        let (Some(gives), Some((way, confidence))) = (gives(call), cx.ships(call.item)) else { continue };
        let (callee, variable) = (&call.callee, &call.variable);
        let (rating, message) = if BROWSER.shows(variable) {
            let message = format!("`{callee}` is given `{variable}`; {} {gives}", reader(way.surface));
            ((Impact::Critical, confidence), message)
        } else if confidence == Confidence::Proven {
            let who = audience(way.surface);
            let message = format!(
                "`{callee}` is given `{variable}` in code that goes to {who}: it is empty there, so this will not work, and under a published name any of them could {gives}"
            );
            ((Impact::Medium, Confidence::Likely), message)
        } else {
            continue;
        };
        let mut finding = cx.finding(&META, "client", rating, cx.place(call.key), message);
        finding.related = cx.chain(&way);
        if !way.steps.is_empty() && !BROWSER.shows(variable) {
            finding.plans.push(FixPlan::ServerOnly { file: cx.file.clone() });
        }
        finding.plans.extend(use_twin(cx.place(call.key), EXPOSURE.twins_of_variable(BROWSER.unpublished(variable))));
        out.push(finding);
    }
    brought_along(cx, &META, true, out);
}

fn gives(call: &VendorCall) -> Option<&'static str> {
    match (call.admin, call.vendor) {
        (Some(admin), _) => Some(&admin.gives),
        (None, Some(vendor)) if vendor.privileged => Some(&vendor.gives),
        _ => None,
    }
}
