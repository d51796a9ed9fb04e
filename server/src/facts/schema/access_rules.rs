//! Collections of Firestore, whose rules say which field is the caller.

use super::declared::{Declared, DeclaredColumn, FileSchema, Site, SourceKind};
use crate::facts::access_rules::{FileRules, owner_fields};
use crate::text::{FileId, Name};

/// Collections lie beside the tables of a project and are not merged with tables of the same name.
const SCHEMA: &str = "firestore";

pub(super) fn read(file: &FileId, rules: &FileRules, out: &mut FileSchema) {
    for (collection, field, span) in owner_fields(rules) {
        let site = Site { file: file.clone(), span };
        let known = out.models.iter().position(|model| model.name == *collection);
        let at = known.unwrap_or_else(|| {
            out.models.push(Declared { schema: Some(Name::new_static(SCHEMA)), ..Declared::new(SourceKind::AccessRules, collection.clone(), site.clone()) });
            out.models.len() - 1
        });
        if let Some(model) = out.models.get_mut(at) {
            model.columns.push(DeclaredColumn { defaults_to_caller: true, ..DeclaredColumn::new(field.clone(), site) });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::schema::testing::link;

    const RULES: &str = "service cloud.firestore { match /databases/{database}/documents {
        match /notes/{id} { allow read: if resource.data.ownerId == request.auth.uid; allow create: if request.resource.data.ownerId == request.auth.uid; }
        match /posts/{id} { allow read: if resource.data.public == true; } } }";

    #[test]
    fn rules_name_the_owner_of_a_collection() {
        let schema = link(&[("/p/firestore.rules", RULES)]);
        assert_eq!(schema.owners_of("notes"), "ownerId (Owner of ?)");
        assert!(schema.model("posts").is_none());
    }

    #[test]
    fn a_table_of_the_same_name_stays_as_it_is() {
        let schema = link(&[("/p/a.sql", "create table notes (id int, user_id int references users);"), ("/p/firestore.rules", RULES)]);
        for name in ["notes", "Note"] {
            assert_eq!(schema.owners_of(name), "user_id (Owner of users)");
        }
    }
}
