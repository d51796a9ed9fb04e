//! Lists and names, as sentences have them.

use crate::text::Name;

/// Between backticks, as code.
pub(super) fn code(text: &str) -> String {
    format!("`{}`", text.replace('`', "'"))
}

/// A route's title as code; where the method does not matter, nothing is said of it.
pub(super) fn route(title: &str) -> String {
    code(title.strip_prefix("ANY ").unwrap_or(title))
}

/// `a`, `a and b`, `a, b and c`, `a, b and 4 more`.
pub(super) fn list(parts: &[String], most: usize) -> String {
    let shown = if parts.len() > most { &parts[..most.max(1)] } else { parts };
    let more = parts.len() - shown.len();
    let mut all: Vec<String> = shown.to_vec();
    if more > 0 {
        all.push(format!("{more} more"));
    }
    match all.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// What the catalogue's names of clients are called by people. Unknown ones keep their name.
pub(super) fn client(name: &Name) -> String {
    match name.as_str() {
        "prisma" => "Prisma",
        "drizzle" => "Drizzle",
        "supabase-js" | "supabase-py" | "supabase" => "Supabase",
        "mongoose" => "Mongoose",
        "mongodb" | "pymongo" => "MongoDB",
        "sequelize" => "Sequelize",
        "typeorm" => "TypeORM",
        "knex" => "Knex",
        "sqlalchemy" => "SQLAlchemy",
        "sqlmodel" => "SQLModel",
        "django" => "Django",
        "firestore" | "firestore-admin" => "Firestore",
        "bucket" => "file storage",
        other => return code(other),
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_end_with_an_and() {
        let of = |n: usize, most| list(&["a", "b", "c", "d"][..n].iter().map(|part| (*part).to_owned()).collect::<Vec<_>>(), most);
        assert_eq!([of(0, 3), of(1, 3), of(2, 3), of(3, 3), of(4, 3), of(4, 0)], ["", "a", "a and b", "a, b and c", "a, b, c and 1 more", "a and 3 more"]);
    }

    #[test]
    fn code_cannot_leave_its_backticks() {
        assert_eq!(code("a`b"), "`a'b`");
    }
}
