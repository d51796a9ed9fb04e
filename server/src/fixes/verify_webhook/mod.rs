//! **Check the signature**: what a message says is believed after its sender's signature was compared with the raw body's.

mod raw;
mod signed;
mod stripe;

use super::edits::Edits;
use super::here::Here;
use super::{Fix, Grade};
use crate::project::Project;
use crate::rules::Place;
use crate::text::{Name, lines};

pub fn fix(project: &Project, handler: &Place, read: Option<&Place>, framework: &Name, vendor: &Name) -> Option<Fix> {
    let found = if read.is_none() { raw::read_in(project, handler) } else { None };
    let read = read.or(found.as_ref())?;
    if vendor == "Stripe"
        && framework == "next-route"
        && let Some(fix) = stripe::in_route(project, read)
    {
        return Some(fix);
    }
    let here = Here::at(project, read)?;
    let mut edits = Edits::default();
    let raw = raw::of(project, &here, read, framework, &mut edits)?;
    let (check, note) = if vendor == "Stripe" { stripe::check(&here, &raw, &mut edits) } else { signed::check(&here, &raw, vendor, &mut edits) }?;
    let statement = here.statement(read.span)?;
    let indent = lines::indentation(&here.code.text, statement.start).to_owned();
    let end = lines::line_end(&here.code.text);
    let text: String = raw.before.iter().chain(&check).map(|line| format!("{}{end}{indent}", here.quoted(line))).collect();
    edits.insert(&read.file, statement.start, text);
    reviewed(vendor, edits, note)
}

fn reviewed(vendor: &str, edits: Edits, note: &str) -> Option<Fix> {
    Some(Fix {
        title: format!("Check {vendor}'s signature before believing the event"),
        grade: Grade::NeedsReview,
        preferred: true,
        edits: edits.finish()?,
        note: Some(note.to_owned()),
        suppresses: false,
    })
}

#[cfg(test)]
mod tests {
    use super::fix;
    use crate::fixes::testing::{after, file, project};
    use crate::rules::Place;

    fn fixed(files: &[(&str, &str)], part: &str, framework: &str, vendor: &str) -> Option<Vec<String>> {
        let (name, text) = files[0];
        let project = project(files);
        let start = text.find(part).expect("the part");
        let handler = Place { file: file(name), span: (start..start + part.len()).into() };
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        Some(after(&project, &fix(&project, &handler, None, &framework.into(), &vendor.into())?, &names))
    }

    const ROUTER: &str = "import { Router } from 'express';\nexport const hooks = Router();\nhooks.post('/github', (req, res) => {\n  const { action } = req.body;\n  save(action);\n});\n";

    #[test]
    fn express_keeps_the_raw_body_where_it_reads_bodies() {
        let app = "import express from 'express';\nconst app = express();\napp.use(express.json({ limit: '1mb' }));\n";
        let texts = fixed(&[("hooks.js", ROUTER), ("app.js", app)], "(req, res)", "express", "GitHub").expect("a fix");
        assert!(texts[0].contains("createHmac('sha256', process.env.GITHUB_WEBHOOK_SECRET).update(req.rawBody ?? '').digest('hex')"), "{}", texts[0]);
        assert!(texts[0].contains("    return res.status(400).send('Bad signature');\n  }\n  const { action } = req.body;\n"), "{}", texts[0]);
        assert!(texts[1].contains("express.json({ limit: '1mb', verify: (req, res, raw) => { Object.assign(req, { rawBody: raw }); } })"), "{}", texts[1]);
        // Another repair has done so already.
        let files: Vec<(&str, &str)> = vec![("hooks.js", ROUTER), ("app.js", texts[1].as_str())];
        assert_eq!(fixed(&files, "(req, res)", "express", "GitHub").expect("a fix")[1], texts[1]);
        // Which of the two reads this body cannot be seen.
        assert_eq!(fixed(&[("hooks.js", ROUTER), ("app.js", app), ("other.js", app)], "(req, res)", "express", "GitHub"), None);
    }

    #[test]
    fn files_without_modules_ask_where_they_need_it() {
        let text = "const express = require(\"express\");\nconst app = express();\napp.use(express.json());\napp.post(\"/hook\", (req, res) => {\n  save(req.body);\n});\n";
        let texts = fixed(&[("app.js", text)], "(req, res)", "express", "GitHub").expect("a fix");
        assert!(texts[0].contains("require(\"node:crypto\").createHmac(\"sha256\""), "{}", texts[0]);
        let text = format!("const stripe = require(\"stripe\")(process.env.STRIPE_SECRET_KEY);\n{text}");
        let texts = fixed(&[("app.js", text.as_str())], "(req, res)", "express", "Stripe").expect("a fix");
        assert!(
            texts[0].contains("stripe.webhooks.constructEvent(req.rawBody ?? \"\", req.get(\"stripe-signature\"), process.env.STRIPE_WEBHOOK_SECRET);"),
            "{}",
            texts[0]
        );
    }

    #[test]
    fn python_with_a_library_and_by_hand() {
        let text = "import stripe\nfrom flask import request\n\n\n@app.post(\"/hook\")\ndef hook():\n    event = request.json\n    save(event)\n";
        let stripe = fixed(&[("a.py", text)], "hook()", "flask", "Stripe").expect("a fix");
        assert!(
            stripe[0].contains("        stripe.Webhook.construct_event(request.get_data(), request.headers.get(\"Stripe-Signature\", \"\"), webhook_secret)\n    except Exception:\n        return \"Bad signature\", 400\n    event = request.json\n"),
            "{}",
            stripe[0]
        );
        let shopify = fixed(&[("a.py", text)], "hook()", "flask", "Shopify").expect("a fix");
        assert!(
            shopify[0].contains("    if not hmac.compare_digest(expected.encode(), request.headers.get(\"X-Shopify-Hmac-Sha256\", \"\").encode()):\n"),
            "{}",
            shopify[0]
        );
        assert_eq!(fixed(&[("a.py", text)], "hook()", "flask", "Twilio"), None);
    }
}
