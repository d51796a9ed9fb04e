//! Who may do what: tried with a second account, or with none.

use super::case::{Case, Deed};
use super::{Trial, Typed};
use crate::report::curl::SITE;

pub(super) fn of(case: &Case<'_>) -> Option<Trial> {
    match case.rule() {
        "missing-ownership" => ownership(case),
        "missing-auth" => signed_out(case),
        "admin-open" => ordinary(case),
        "mass-assignment" => more_fields(case),
        "missing-validation" => odd_values(case),
        _ => None,
    }
}

fn records(case: &Case<'_>) -> String {
    case.record().map_or("record".to_owned(), |record| format!("record of `{record}`"))
}

fn ownership(case: &Case<'_>) -> Option<Trial> {
    let call = case.call()?;
    let record = records(case);
    let deed = case.deed();
    let names_a_record = case.route.is_some_and(|route| route.names_a_record());
    if deed == Deed::Read && case.method() == "GET" && names_a_record {
        return Some(Trial {
            how: format!(
                "Sign up twice, as A and as B, in two different browsers. As A open one of your own records through {call} and copy the address. As B open that address."
            ),
            command: None,
            before: format!("B sees A's {record}."),
            after: "B gets \"not found\" (404) or \"forbidden\" (403), and A still sees it.".to_owned(),
        });
    }
    Some(Trial {
        how: format!(
            "Make two accounts, A and B, in two different browsers, each with a {record}. As B open the developer tools (F12), choose Network, and {} one of your own \
             records in the app. Right-click the request to {call}, choose \"Copy as fetch\", paste it into the Console, replace the id of B's record by the id of A's, and press Enter.",
            match deed {
                Deed::Read | Deed::Create => "use",
                deed => deed.word(),
            }
        ),
        command: None,
        before: match deed {
            Deed::Read => "The answer is 200, and what it holds is A's.".to_owned(),
            deed => format!("The answer is 200, and A's record is {}: reload the page as A.", deed.done()),
        },
        after: match deed {
            Deed::Read => "The answer is 404 or 403, and nothing of A's is in it.".to_owned(),
            Deed::Delete => "The answer is 404 or 403, and A's record is still there. With another record of B's own it still works.".to_owned(),
            deed => format!("The answer is 404 or 403, and A's record is not {}. With B's own id it still works.", deed.done()),
        },
    })
}

/// `curl` without a cookie: nobody is signed in.
fn signed_out(case: &Case<'_>) -> Option<Trial> {
    let address = case.address()?;
    let call = case.call()?;
    let deed = case.deed();
    let method = case.method();
    if case.is_page() || method == "GET" && deed == Deed::Read {
        return Some(Trial {
            how: format!("Open a private window, in which you are not signed in, and go to the address of {call}."),
            command: Some((Typed::Browser, format!("{SITE}{address}"))),
            before: format!("You see what is behind it{}.", case.record().map(|record| format!(": records of `{record}`")).unwrap_or_default()),
            after: "You are sent to the sign-in page, or are refused (401 or 403).".to_owned(),
        });
    }
    let what = match deed {
        Deed::Read => String::new(),
        _ if !case.route.is_some_and(|route| route.names_a_record()) => " Do it on a copy with made-up data: before the repair it really happens.".to_owned(),
        deed => format!(" Put the id of a record made for this test in the place of `ID`: before the repair it really is {}.", deed.done()),
    };
    if case.is_django() && method != "GET" {
        // Without a token the refusal comes before anybody is asked who they are.
        return Some(Trial {
            how: format!("Open a private window, in which you are not signed in, go to the sign-in page of your site, and call {call} from there.{what}"),
            command: Some((Typed::Console, fetch(&address, &method, true))),
            before: "A number from 200 to 299 is shown with the address of this call, or 400: nobody asked who you are.".to_owned(),
            after: "401 or 403 is shown, or the address of the sign-in page. A 403 counts only if the same call works while you are signed in.".to_owned(),
        });
    }
    let flag = if method == "GET" { String::new() } else { format!("-X {method} ") };
    Some(Trial {
        how: format!("Call {call} from a terminal, where nobody is signed in.{what}"),
        command: Some((Typed::Terminal, format!("curl -i {flag}'{SITE}{address}'"))),
        before: "The first line says 200, 201 or 204, or an error (400, 422 or 500) because something is missing in what was sent: nobody asked who you are."
            .to_owned(),
        after: "The first line says 401 or 403, or sends you to the sign-in page (302, 303 or 307 with `location:` and the address of that page).".to_owned(),
    })
}

/// For the browser's console. The address holds nothing but letters, digits and `-._~@%/`.
fn fetch(address: &str, method: &str, with_token: bool) -> String {
    let token = if with_token { ", headers: { \"X-CSRFToken\": (document.cookie.match(/csrftoken=([^;]+)/) || [])[1] }" } else { "" };
    format!("fetch(\"{address}\", {{ method: \"{method}\"{token} }}).then((answer) => console.log(answer.status, answer.url))")
}

/// What only administrators may do, with an ordinary account.
fn ordinary(case: &Case<'_>) -> Option<Trial> {
    let address = case.address()?;
    let call = case.call()?;
    let deed = case.deed();
    let method = case.method();
    if method == "GET" && deed == Deed::Read {
        return Some(Trial {
            how: format!("Make a second, ordinary account, sign in with it, and go to the address of {call}."),
            command: Some((Typed::Browser, format!("{SITE}{address}"))),
            before: "You see what only an administrator should see.".to_owned(),
            after: "You are refused (403 or 404). Signed in as administrator you still see it.".to_owned(),
        });
    }
    let names_a_record = case.route.is_some_and(|route| route.names_a_record());
    let record = match names_a_record {
        true => format!(" Put the id of a {} made for this test in the place of `ID`: before the repair it really is {}.", records(case), deed.done()),
        false => String::new(),
    };
    Some(Trial {
        how: format!("Make a second, ordinary account, sign in with it on your site, and call {call}.{record}"),
        command: Some((Typed::Console, fetch(&address, &method, case.is_django()))),
        before: match deed {
            Deed::Read => "A number from 200 to 299 is shown.".to_owned(),
            deed => format!("A number from 200 to 299 (or 400, if the address wants more than this), and in the app it is {}.", deed.done()),
        },
        after: "403 or 404 is shown, or the address of a sign-in page, and nothing has happened in the app. As administrator the same still works.".to_owned(),
    })
}

const COPY: &str = "open the developer tools (F12) and choose Network";
const PASTE: &str = "choose \"Copy as fetch\", paste it into the Console";

fn more_fields(case: &Case<'_>) -> Option<Trial> {
    let call = case.call()?;
    let names: Vec<&str> = case.message().split_once(" can add ").map(|(_, rest)| {
        rest.split(" to the request").next().unwrap_or_default().split('`').skip(1).step_by(2).filter(|name| super::case::is_name(name)).collect::<Vec<&str>>()
    })?;
    // A number or a yes shows at once; whose it is does not.
    let field = names.iter().copied().find(|name| !name.to_ascii_lowercase().ends_with("id")).or(names.first().copied())?;
    let lower = field.to_ascii_lowercase();
    let value = if lower.contains("role") {
        "\"admin\""
    } else if lower.starts_with("is") || lower.contains("verified") || lower.contains("admin") || lower.contains("paid") {
        "true"
    } else if lower.ends_with("id") || lower.contains("owner") || lower.contains("plan") || lower.contains("status") || lower.contains("password") {
        "\"something-else\""
    } else {
        "1"
    };
    Some(Trial {
        how: format!(
            "Signed in, {COPY}, then use the page that sends {call}. Right-click that request, {PASTE}, add `\"{field}\": {value}` to what stands behind `body`, press Enter, and \
             reload the page."
        ),
        command: None,
        before: format!("`{field}` has the value that you sent."),
        after: format!("`{field}` is as it was, and what the page may change can still be changed."),
    })
}

fn odd_values(case: &Case<'_>) -> Option<Trial> {
    let call = case.call()?;
    let field = || case.names().into_iter().next();
    match case.detail() {
        "quantity" | "price" => {
            let field = field()?;
            let (value, seen) = if case.detail() == "price" { ("1", "a sum of nearly nothing to pay") } else { ("-3", "a sum below zero") };
            Some(Trial {
                how: format!(
                    "Signed in, with a payment service in test mode, {COPY}, then order something, so that {call} is sent. Right-click that request, {PASTE}, set `{field}` in what stands \
                     behind `body` to `{value}`, and press Enter."
                ),
                command: None,
                before: format!("The order is taken, with {seen}."),
                after: "The order is refused (400 or 422), or made with the right sum. An ordinary order still works.".to_owned(),
            })
        }
        "granted" => {
            let address = case.address()?;
            let field = case.names().into_iter().nth(1)?;
            Some(Trial {
                how: format!("Make a new account that has paid nothing, sign in, and go to the address of {call}."),
                command: Some((Typed::Browser, format!("{SITE}{address}?{field}=made-up"))),
                before: "The new account has what others pay for.".to_owned(),
                after: "The new account has nothing more than before. A real payment (in test mode) still unlocks it.".to_owned(),
            })
        }
        _ => None,
    }
}
