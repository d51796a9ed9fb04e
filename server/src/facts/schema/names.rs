//! Names of models and columns, brought into one form: code and databases spell and count them differently.

/// `ownerId`, `OwnerID`, `owner-id` are `owner_id`.
pub fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut chars = name.chars().peekable();
    let mut previous = '_';
    while let Some(c) = chars.next() {
        if c.is_uppercase() {
            let next_is_lower = chars.peek().is_some_and(|next| next.is_lowercase());
            if previous.is_lowercase() || previous.is_ascii_digit() || previous.is_uppercase() && next_is_lower {
                out.push('_');
            }
            out.extend(c.to_lowercase());
        } else if c.is_alphanumeric() {
            out.push(c);
        } else if !out.ends_with('_') || out.is_empty() {
            out.push('_');
        }
        previous = c;
    }
    out
}

/// Words whose plural is not made by rule, or that only look like one.
const IRREGULAR: [(&str, &str); 12] = [
    ("people", "person"),
    ("children", "child"),
    ("men", "man"),
    ("women", "woman"),
    ("mice", "mouse"),
    ("media", "media"),
    ("data", "data"),
    ("news", "news"),
    ("series", "series"),
    ("diagnoses", "diagnosis"),
    ("movies", "movie"),
    ("cookies", "cookie"),
];

/// The last word of a name in snake case in the singular: `order_items` is `order_item`.
pub fn singular(snake: &str) -> String {
    let (head, last) = match snake.rfind('_') {
        Some(at) => snake.split_at(at + 1),
        None => ("", snake),
    };
    format!("{head}{}", singular_word(last))
}

fn singular_word(word: &str) -> String {
    if let Some((_, one)) = IRREGULAR.iter().find(|(many, _)| *many == word) {
        return (*one).to_owned();
    }
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        return format!("{stem}y");
    }
    for ending in ["sses", "shes", "ches", "xes", "zes", "uses"] {
        if word.len() > ending.len() && word.ends_with(ending) && !word.ends_with("houses") && !word.ends_with("causes") {
            return word.strip_suffix("es").unwrap_or(word).to_owned();
        }
    }
    match word.strip_suffix('s') {
        Some(stem) if stem.len() > 1 && !stem.ends_with(['s', 'u', 'i']) => stem.to_owned(),
        _ => word.to_owned(),
    }
}

/// Letters and digits in lower case: equal for two spellings of one name.
pub fn folded(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// [`folded`], in the singular: equal for a class and its table.
pub fn folded_singular(name: &str) -> String {
    folded(&singular(&snake(name)))
}

/// Equal but for case and underscores.
pub fn same(a: &str, b: &str) -> bool {
    let letters = |name: &str| name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<Vec<_>>();
    a == b || a.len().abs_diff(b.len()) < 16 && letters(a) == letters(b)
}

/// The plural an ORM would make of a name in snake case.
pub fn plural(snake: &str) -> String {
    if let Some((many, _)) = IRREGULAR.iter().find(|(_, one)| *one == snake) {
        return (*many).to_owned();
    }
    let ends_in_consonant_y = snake.ends_with('y') && !snake.trim_end_matches('y').ends_with(['a', 'e', 'o', 'u']);
    if ends_in_consonant_y {
        return format!("{}ies", snake.trim_end_matches('y'));
    }
    if ["s", "x", "z", "ch", "sh"].iter().any(|ending| snake.ends_with(ending)) {
        return format!("{snake}es");
    }
    format!("{snake}s")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_and_numbers_meet() {
        for (name, expected) in [
            ("ownerId", "owner_id"),
            ("OwnerID", "owner_id"),
            ("HTMLPage", "html_page"),
            ("owner-id", "owner_id"),
            ("_id", "_id"),
            ("oauth2Token", "oauth2_token"),
        ] {
            assert_eq!(snake(name), expected);
        }
        for (many, one) in [
            ("notes", "note"),
            ("categories", "category"),
            ("addresses", "address"),
            ("statuses", "status"),
            ("boxes", "box"),
            ("houses", "house"),
            ("people", "person"),
            ("status", "status"),
            ("order_items", "order_item"),
            ("class", "class"),
            ("movies", "movie"),
            ("analysis", "analysis"),
            ("invoices", "invoice"),
            ("branches", "branch"),
            ("causes", "cause"),
            ("buses", "bus"),
            ("s", "s"),
            ("", ""),
        ] {
            assert_eq!(singular(many), one);
        }
        assert_eq!(folded_singular("OrderItem"), folded_singular("order_items"));
        assert!(same("ownerId", "owner_id") && !same("owner", "owner_id"));
        assert_eq!(plural("category"), "categories");
        assert_eq!(plural("day"), "days");
        assert_eq!(plural("person"), "people");
    }
}
