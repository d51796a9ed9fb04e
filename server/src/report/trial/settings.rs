//! Switches, limits and locks: tried from outside where they can be seen there.

use super::case::{Case, is_name};
use super::{Trial, Typed};
use crate::report::curl::{self, SITE};
use crate::rules::evidence::OfRoute;

pub(super) fn of(case: &Case<'_>) -> Option<Trial> {
    match (case.rule(), case.detail()) {
        ("cors-permissive", _) => cors(case),
        ("csrf-disabled", detail) => csrf(case, detail),
        ("rls-missing", "off" | "read") => table(case),
        ("missing-rate-limit", detail) => often(case, detail),
        ("webhook-unverified", _) => forged(case),
        ("insecure-cookie", _) => cookie(case),
        ("error-leak", "stack") => broken(case),
        ("jwt-misuse", "endless") => Some(endless()),
        ("jwt-misuse", "expiration" | "expiration-handed") => Some(unseen(
            "Whether a sign-in that has ended is refused shows only once one has ended, which takes as long as it lasts.",
            "You can still sign in, and whoever stays away for longer than a sign-in lasts has to sign in anew.",
        )),
        ("sensitive-data-exposed", "columns") => columns(case),
        ("sensitive-data-exposed", "storage") => stored(case),
        ("weak-password-storage", "work") => Some(unseen(
            "How much work it is to try a password cannot be seen from outside.",
            "An account made before the change can still sign in, and so can a new one.",
        )),
        ("tls-disabled", _) => Some(unseen(
            "Whether a certificate is checked cannot be seen from outside.",
            "The part of the app that needs this connection still works, and the app's log shows no certificate error.",
        )),
        _ => None,
    }
}

/// What nobody sees: the code itself is the proof.
fn unseen(why: &str, after: &str) -> Trial {
    Trial {
        how: format!("{why} The proof is in the code:"),
        command: Some((Typed::AsItIs, "guardline audit".to_owned())),
        before: "The problem is in the list.".to_owned(),
        after: format!("It is in the list no more. {after}"),
    }
}

fn cors(case: &Case<'_>) -> Option<Trial> {
    let reads = |route: &&OfRoute| route.has_address() && !route.is_page() && (route.methods.is_empty() || route.methods.iter().any(|method| method == "GET"));
    let mut paths = case.report.evidence.routes.iter().filter(reads).filter_map(|route| curl::address(route.path.as_deref()?));
    let address = paths.next().unwrap_or_else(|| "/".to_owned());
    Some(Trial {
        how:
            "Ask the address of your API as a page of somebody else would. The cookie is made up; some servers name the stranger's site only when there is one."
                .to_owned(),
        // Answered or refused: the lines are sent either way.
        command: Some((Typed::Terminal, format!("curl -s -D - -o /dev/null -H 'Origin: https://evil.example' -H 'Cookie: a=b' '{SITE}{address}'"))),
        before: "Among the lines are `access-control-allow-origin: https://evil.example` and `access-control-allow-credentials: true`.".to_owned(),
        after: "No line names evil.example. Your own pages still load their data.".to_owned(),
    })
}

fn csrf(case: &Case<'_>, detail: &str) -> Option<Trial> {
    let blank = "Call it without the secret word (the token) that your own forms send along. Nobody has to be signed in for this test.";
    match detail {
        "exempt" => {
            // The address stands in the message; the check runs before anything else is asked.
            let path = case.message().split('`').find(|part| part.starts_with('/'))?;
            let address = curl::address(path)?;
            Some(Trial {
                how: blank.to_owned(),
                command: Some((Typed::Terminal, format!("curl -s -o /dev/null -w '%{{http_code}}\\n' -X POST '{SITE}{address}'"))),
                before: "Anything but 403 or 400 (such as 302, 200 or 404): the token was not asked for.".to_owned(),
                after: "403 or 400: refused for want of the token. The button in your own app still works.".to_owned(),
            })
        }
        "svelte" => Some(Trial {
            how: "Send a form to your site as a page of somebody else would.".to_owned(),
            command: Some((
                Typed::Terminal,
                format!("curl -i -X POST -H 'Origin: https://evil.example' -H 'Content-Type: application/x-www-form-urlencoded' '{SITE}/'"),
            )),
            before: "The first line says anything but 403.".to_owned(),
            after: "The first line says 403, and the text that forms from other sites are forbidden. Your own forms still work.".to_owned(),
        }),
        "get" => {
            let call = case.call()?;
            Some(Trial {
                how: format!("Signed in, open the address of {call} in the browser, with the id of a record made for this test."),
                command: case.address().map(|address| (Typed::Browser, format!("{SITE}{address}"))),
                before: "It is done at once, though nobody pressed a button.".to_owned(),
                after: "Nothing is done (405: this method is not allowed), and the button in your own app still works.".to_owned(),
            })
        }
        _ => None,
    }
}

/// A table without a lock, asked as any visitor can.
fn table(case: &Case<'_>) -> Option<Trial> {
    let name = match case.detail() {
        "off" => case.field()?,
        _ => case.names().into_iter().last()?,
    };
    if case.message().contains("signs up") {
        return None;
    }
    Some(Trial {
        how: format!(
            "See in the table editor of supabase.com that `{name}` has at least one row (an empty table looks the same open or closed), then ask for it as a stranger would. PROJECT and \
             YOUR_PUBLIC_KEY stand there under Project Settings, API (the key called \"anon\" or \"publishable\")."
        ),
        command: Some((Typed::Terminal, format!("curl 'https://PROJECT.supabase.co/rest/v1/{name}?select=*' -H 'apikey: YOUR_PUBLIC_KEY'"))),
        before: format!("The rows of `{name}` are listed."),
        after: "The answer is `[]`, an empty list. Signed in, your app still shows people their own.".to_owned(),
    })
}

fn often(case: &Case<'_>, detail: &str) -> Option<Trial> {
    let path = case.message().split('`').find(|part| part.starts_with('/'))?;
    let path = format!("`{}`", path.replace('`', "'"));
    let (how, before, after) = match detail {
        "login" => (
            format!("On the page that signs in through {path}, type your own address and a wrong password twenty times, quickly."),
            "Each time it only says that the password is wrong; with the right one you are in at once.",
            "After some tries it says that there were too many (429), and lets you in again a few minutes later.",
        ),
        "otp" => (
            format!("Where a code is asked for (it is sent to {path}), type a wrong one twenty times, quickly."),
            "Each time it only says that the code is wrong.",
            "After some tries it says that there were too many (429), or the code is worth nothing any more.",
        ),
        "mail" => (
            format!("Press the button that sends a mail through {path} ten times, with an address of your own."),
            "Ten mails arrive.",
            "After a few it says that there were too many (429), and no more mails arrive.",
        ),
        "sign-up" => (
            format!("Make ten accounts through {path}, quickly, with made-up addresses."),
            "All ten are made.",
            "After some it says that there were too many (429). One account an hour later still works.",
        ),
        "llm" => (
            format!("Use the feature that asks the AI model through {path} thirty times, quickly."),
            "It answers thirty times.",
            "After some it says that there were too many (429).",
        ),
        _ => return None,
    };
    Some(Trial { how, command: None, before: before.to_owned(), after: after.to_owned() })
}

fn forged(case: &Case<'_>) -> Option<Trial> {
    let from_message = || case.message().split('`').find(|part| part.starts_with('/')).and_then(curl::address);
    let address = case.address().or_else(from_message)?;
    Some(Trial {
        how: "Send it a message of your own, as anybody could.".to_owned(),
        command: Some((Typed::Terminal, format!("curl -i -X POST -H 'Content-Type: application/json' -d '{{}}' '{SITE}{address}'"))),
        before: "The first line says 200, or an error (500, or 400 about a missing field) from the code that already reads the message.".to_owned(),
        after: "The first line says 400, 401 or 403, and the text speaks of the signature. A test message from the service itself is still taken.".to_owned(),
    })
}

fn cookie(case: &Case<'_>) -> Option<Trial> {
    let named = case.message().strip_prefix("The cookie `").and_then(|rest| rest.split('`').next());
    let which = named.map_or("your session".to_owned(), |name| format!("`{name}`"));
    let script = case.message().contains("every script");
    let plain = case.message().contains("plain http");
    let ticks = match (script, plain) {
        (true, false) => "HttpOnly",
        (false, true) => "Secure",
        _ => "HttpOnly and Secure",
    };
    Some(Trial {
        how: format!(
            "Sign in on your live site, open the developer tools (F12), choose Application (in Firefox: Storage), then Cookies, and look at the row of {which}."
        ),
        command: None,
        before: format!("{ticks} is not ticked."),
        after: format!("{ticks} is ticked, and you can still sign in and out."),
    })
}

fn broken(case: &Case<'_>) -> Option<Trial> {
    let (address, call) = (case.address()?, case.call()?);
    let method = case.method();
    let flag = if method == "GET" { String::new() } else { format!("-X {method} -H 'Content-Type: application/json' -d '{{' ") };
    Some(Trial {
        how: format!("Send something broken to {call}: if this does not make it fail, put a letter where a number belongs."),
        command: Some((Typed::Terminal, format!("curl -i {flag}'{SITE}{address}'"))),
        before: "The answer names files, lines or libraries of your app.".to_owned(),
        after: "The answer is one plain sentence.".to_owned(),
    })
}

fn endless() -> Trial {
    Trial {
        how: "Sign in on your site, open the developer tools (F12), choose Application (in Firefox: Storage), find your sign-in token among the cookies or in the local storage (three long \
              parts with dots between them), and put it in the place of TOKEN."
            .to_owned(),
        command: Some((Typed::Console, "JSON.parse(atob(\"TOKEN\".split(\".\")[1].replaceAll(\"-\", \"+\").replaceAll(\"_\", \"/\")))".to_owned())),
        before: "What is shown has no `exp` (the moment at which it ends).".to_owned(),
        after: "What is shown has an `exp`. You can still sign in, and after that time you have to sign in anew.".to_owned(),
    }
}

/// Fields in an answer that no page shows.
/// What a page keeps in the browser is listed there.
fn stored(case: &Case<'_>) -> Option<Trial> {
    let name = case.message().split('`').nth(1).filter(|name| is_name(name))?;
    Some(Trial {
        how: "Sign in, open the developer tools (F12), choose Application (in Firefox: Storage), then Local Storage and Session Storage, and click on your site's address in each."
            .to_owned(),
        command: None,
        before: format!("`{name}`, or something that is called much like it, is in one of the two lists."),
        after: "It is in neither list. You are still signed in after the page was loaded again.".to_owned(),
    })
}

fn columns(case: &Case<'_>) -> Option<Trial> {
    let field = case.message().split('`').skip(1).step_by(2).nth(1)?;
    if case.message().contains("component that runs in the browser") {
        return None;
    }
    let call = case.call()?;
    Some(Trial {
        how: format!("Open the developer tools (F12) and choose Network, use the page that asks for {call}, click on that request, and choose Response."),
        command: None,
        before: format!("`{field}` stands in the answer."),
        after: format!("`{field}` is not in the answer, and the page looks as before."),
    })
}
