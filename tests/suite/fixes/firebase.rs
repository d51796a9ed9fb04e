//! Keys in Cloud Functions: secrets of Secret Manager where the project has them, variables of the environment elsewhere.

use guardline::fixes::Fix;

use super::Case;

const PACKAGE: (&str, &str) = ("functions/package.json", r#"{"dependencies":{"firebase-functions":"6","stripe":"18"}}"#);
const OTHER: (&str, &str) =
    ("functions/src/mail.ts", "import { defineSecret } from \"firebase-functions/params\";\n\nexport const mailKey = defineSecret(\"MAIL_KEY\");\n");

fn fixes(others: &[(&str, &str)], text: &str) -> (Case, Vec<Fix>) {
    let mut files = vec![PACKAGE];
    files.extend(others);
    files.push(("functions/src/index.ts", text));
    let case = Case::new(&files);
    let fixes = case.fixes("STRIPE_SECRET_KEY");
    fixes.iter().for_each(|fix| case.verify(fix));
    (case, fixes)
}

fn becomes(others: &[(&str, &str)], before: &str, after: &str) {
    let (case, fixes) = fixes(others, before);
    assert!(fixes[0].title.contains("Secret Manager"), "{}", fixes[0].title);
    assert_eq!(fixes.iter().filter(|fix| fix.preferred).count(), 1);
    assert_eq!(case.after(&fixes[0], "functions/src/index.ts"), after);
}

#[test]
fn a_function_asks_for_one_more_secret() {
    becomes(
        &[],
        "import { onRequest } from \"firebase-functions/v2/https\";\nimport { defineSecret } from \"firebase-functions/params\";\n\nconst hook = defineSecret(\"HOOK_SECRET\");\n\nexport const pay = onRequest({ secrets: [hook] }, async (request, response) => {\n  response.json(await new Stripe(«\"{{key}}\"»).charges.list());\n});\n",
        "import { onRequest } from \"firebase-functions/v2/https\";\nimport { defineSecret } from \"firebase-functions/params\";\n\nconst hook = defineSecret(\"HOOK_SECRET\");\nconst stripeSecretKey = defineSecret(\"STRIPE_SECRET_KEY\");\n\nexport const pay = onRequest({ secrets: [hook, stripeSecretKey] }, async (request, response) => {\n  response.json(await new Stripe(stripeSecretKey.value()).charges.list());\n});\n",
    );
}

#[test]
fn a_function_without_options_gets_some() {
    becomes(
        &[OTHER],
        "import { onCall } from \"firebase-functions/v2/https\";\n\nexport const pay = onCall(async () => new Stripe(«\"{{key}}\"»));\n",
        "import { onCall } from \"firebase-functions/v2/https\";\nimport { defineSecret } from \"firebase-functions/params\";\n\nconst stripeSecretKey = defineSecret(\"STRIPE_SECRET_KEY\");\n\nexport const pay = onCall({ secrets: [stripeSecretKey] }, async () => new Stripe(stripeSecretKey.value()));\n",
    );
    becomes(
        &[OTHER],
        "import { onSchedule } from \"firebase-functions/v2/scheduler\";\n\nexport const pay = onSchedule({ schedule: \"every day\" }, async () => {\n  new Stripe(«\"{{key}}\"»);\n});\n",
        "import { onSchedule } from \"firebase-functions/v2/scheduler\";\nimport { defineSecret } from \"firebase-functions/params\";\n\nconst stripeSecretKey = defineSecret(\"STRIPE_SECRET_KEY\");\n\nexport const pay = onSchedule({ secrets: [stripeSecretKey], schedule: \"every day\" }, async () => {\n  new Stripe(stripeSecretKey.value());\n});\n",
    );
}

#[test]
fn a_secret_that_is_defined_is_taken() {
    becomes(
        &[],
        "const { onRequest } = require('firebase-functions/v2/https');\nconst { defineSecret } = require('firebase-functions/params');\nconst stripe = defineSecret('STRIPE_SECRET_KEY');\n\nexports.pay = onRequest({ secrets: [stripe] }, (req, res) => {\n  res.json(new Stripe(«'{{key}}'»));\n});\n",
        "const { onRequest } = require('firebase-functions/v2/https');\nconst { defineSecret } = require('firebase-functions/params');\nconst stripe = defineSecret('STRIPE_SECRET_KEY');\n\nexports.pay = onRequest({ secrets: [stripe] }, (req, res) => {\n  res.json(new Stripe(stripe.value()));\n});\n",
    );
}

#[test]
fn elsewhere_the_environment_has_it() {
    let only_env = |others: &[(&str, &str)], text: &str| {
        let (case, fixes) = fixes(others, text);
        assert!(fixes.iter().all(|fix| !fix.title.contains("Secret Manager")) && fixes[0].preferred, "{text}");
        assert!(case.after(&fixes[0], "functions/src/index.ts").contains("process.env.STRIPE_SECRET_KEY"), "{text}");
    };
    // Nothing of the project is kept there yet.
    only_env(&[], "import { onCall } from \"firebase-functions/v2/https\";\nexport const pay = onCall(() => new Stripe(«\"{{key}}\"»));\n");
    // It runs when the file is loaded.
    only_env(
        &[OTHER],
        "import { onCall } from \"firebase-functions/v2/https\";\nconst stripe = new Stripe(«\"{{key}}\"»);\nexport const pay = onCall(() => stripe.list());\n",
    );
    // The options are somewhere else, or a text.
    only_env(&[OTHER], "import { onCall } from \"firebase-functions/v2/https\";\nexport const pay = onCall(options, () => new Stripe(«\"{{key}}\"»));\n");
    only_env(
        &[OTHER],
        "import { onSchedule } from \"firebase-functions/v2/scheduler\";\nexport const pay = onSchedule(\"every day\", () => new Stripe(«\"{{key}}\"»));\n",
    );
    // The first generation says it in another way.
    only_env(&[OTHER], "import * as functions from \"firebase-functions/v1\";\nexport const pay = functions.https.onCall(() => new Stripe(«\"{{key}}\"»));\n");
}

#[test]
fn a_parameter_loses_its_default() {
    let (case, fixes) = fixes(
        &[],
        "import { defineString } from \"firebase-functions/params\";\nconst key = defineString(\"STRIPE_SECRET_KEY\", { default: «\"{{key}}\"» });\n",
    );
    assert_eq!(
        case.after(&fixes[0], "functions/src/index.ts"),
        "import { defineString } from \"firebase-functions/params\";\nconst key = defineString(\"STRIPE_SECRET_KEY\");\n"
    );
    assert_eq!(case.after(&fixes[0], "functions/.env"), "STRIPE_SECRET_KEY={{key}}\n");
}
