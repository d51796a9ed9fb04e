//! What a model is told: few words, each problem whole, and never so much that the client cuts it off.

use super::call::Event;

/// Claude Code keeps 10,000 characters of what a hook says, others at least as many.
const LONGEST: usize = 9_000;

/// Of a problem in a file that nobody edited.
pub const ELSEWHERE: &str = "   You did not edit this file: what you changed in another file leads to it. Look there first.\n";

/// Puts together what is told, and says how many of the texts have found room in it.
pub fn told(event: Event, urgent: bool, texts: &[String]) -> (String, usize) {
    let (mut out, mut count) = (String::new(), 0);
    for text in texts {
        let entry = format!("\n{}. {}", count + 1, text);
        if count > 0 && out.len() + entry.len() > LONGEST {
            break;
        }
        out.extend(entry.chars().take(LONGEST));
        count += 1;
    }
    let rest = texts.len() - count;
    if rest > 0 {
        out.push_str(&format!("\n{rest} more will be told once {} dealt with.\n", if count == 1 { "this is" } else { "these are" }));
    }
    let problems = if count == 1 { "a security problem".to_owned() } else { format!("{count} security problems") };
    let head = match (event, urgent) {
        (Event::Ended, _) => format!("Guardline found {problems} in what you changed. Repair {} before you finish.\n", it(count)),
        (_, true) => format!("Guardline found {problems} in what you just wrote. Repair {} before you go on.\n", it(count)),
        (_, false) => format!("Guardline has a remark on what you just wrote ({problems} of low weight).\n"),
    };
    let tail = if urgent {
        "\nDo not silence these with comments. If one of them is right as it is, leave it and tell the user why; you will not be told of it again.\n"
    } else {
        ""
    };
    (format!("{head}{out}{tail}"), count)
}

fn it(count: usize) -> &'static str {
    if count == 1 { "it" } else { "them" }
}

/// For the person: what stood there before.
pub fn older(count: usize, places: &[String]) -> String {
    let named = places.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
    let more = if places.len() > 5 { ", ..." } else { "" };
    let stood = if count == 1 { "1 security problem that was there before stands" } else { &format!("{count} security problems that were there before stand") };
    format!("Guardline: {stood} in files that were changed in this session ({named}{more}). The assistant was not told. `guardline audit` shows all.")
}

/// For the person: what nobody has looked at.
pub fn unchecked(names: &[String]) -> String {
    let named = names.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
    let more = if names.len() > 5 { ", ..." } else { "" };
    format!("Guardline: {named}{more} could not be checked: the analysis failed, which is a mistake in Guardline. That nothing is said of it means nothing.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_room_is_counted_and_waits() {
        let texts: Vec<String> = (0..5).map(|i| format!("{i}{}\n", "x".repeat(4_000))).collect();
        let (told, count) = told(Event::Edited, true, &texts);
        assert_eq!(count, 2);
        assert!(told.contains("3 more will be told once these are dealt with."), "{told}");
        assert!(told.len() < 10_000);
    }

    #[test]
    fn one_is_spoken_of_as_one() {
        let (told, _) = told(Event::Ended, true, &["a.ts:1 xss [error]: m\n".to_owned()]);
        assert!(told.starts_with("Guardline found a security problem in what you changed. Repair it before you finish.\n\n1. a.ts:1"), "{told}");
        assert!(older(1, &["a.ts:1".into()]).contains("1 security problem that was there before stands in files"));
    }
}
