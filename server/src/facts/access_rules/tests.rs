use super::show::{demand, who};
use super::*;

fn firestore(inside: &str) -> FileRules {
    read(&format!("rules_version = '2'; service cloud.firestore {{ match /databases/{{database}}/documents {{ {inside} }} }}"), Written::Cloud)
}

/// What one condition demands, in `match /notes/{noteId}`.
fn demands(condition: &str) -> String {
    let rules = firestore(&format!(
        "function signedIn() {{ return request.auth != null; }} function isOwner(id) {{ return signedIn() && request.auth.uid == id; }}
         function role() {{ let me = get(/databases/$(database)/documents/users/$(request.auth.uid)).data; return me.role; }}
         function loop(a) {{ return loop(a) || loop(a); }}
         match /notes/{{noteId}} {{ allow read: if {condition}; }}"
    ));
    demand(&rules.areas[0].permissions[0].demand)
}

/// `get list create update delete`, for every area.
fn told(rules: &FileRules) -> Vec<String> {
    rules
        .areas
        .iter()
        .map(|area| {
            let operations: Vec<String> = Operation::ALL.iter().map(|operation| who(rules.who(area, *operation))).collect();
            format!("{} {}", area.path_text(), operations.join(", "))
        })
        .collect()
}

#[test]
fn everybody_nobody_and_until() {
    for (condition, expected) in [
        ("true", "always"),
        ("false", "never"),
        ("!false && true", "always"),
        ("request.auth == null", "signed out"),
        ("request.auth == null || request.auth != null", "(signed out or signed in)"),
        ("request.time < timestamp.date(2024, 1, 31)", "until 2024-01-31"),
        ("timestamp.date(2024,12,1) > request.time", "until 2024-12-01"),
        ("request.time < timestamp.value(1700000000000)", "until 2023-11-14"),
        ("request.time > timestamp.date(2024, 1, 31)", "unknown"),
        ("'a' == 'a'", "always"),
        ("", "unknown"),
        ("unheardOf()", "unknown"),
        ("loop(1)", "unknown"),
    ] {
        assert_eq!(demands(condition), expected, "{condition}");
    }
}

#[test]
fn signed_in_and_owners() {
    for (condition, expected) in [
        ("request.auth != null", "signed in"),
        ("request.auth.uid != null", "signed in"),
        ("signedIn() == true", "signed in"),
        ("!signedIn()", "signed out"),
        ("request.auth.token.email_verified == true", "signed in with email_verified"),
        ("request.auth.token.firebase.sign_in_provider != 'anonymous'", "signed in with firebase.sign_in_provider"),
        ("isOwner(noteId)", "(signed in and owner by {noteId})"),
        ("isOwner(resource.data.ownerId)", "(signed in and owner by ownerId)"),
        ("resource.data.author.uid == request.auth.uid", "owner by author.uid"),
        ("resource.data['ownerId'] == request.auth.uid", "owner by ownerId"),
        ("request.resource.data.ownerId == request.auth.uid", "becomes owner by ownerId"),
        ("request.auth.uid in resource.data.members", "listed in members"),
        ("request.auth.uid in resource.data.members.keys()", "listed in members"),
        ("resource.data.members.hasAny([request.auth.uid])", "listed in members"),
        ("resource.data.roles[request.auth.uid] in ['owner', 'editor']", "listed in roles"),
        ("request.auth.uid in [resource.data.a, resource.data.b]", "(owner by a or owner by b)"),
        ("request.auth.token.email == resource.data.email", "owner by email"),
        ("request.auth.token.org == resource.data.org", "tied by claim org to org"),
        ("get(/databases/$(database)/documents/lists/$(noteId)).data.owner == request.auth.uid", "tied by lists.owner"),
        ("exists(/databases/$(database)/documents/lists/$(noteId)/members/$(request.auth.uid))", "tied by members"),
        ("resource.data.team in get(/databases/$(database)/documents/users/$(request.auth.uid)).data.teams", "tied by users.teams"),
    ] {
        assert_eq!(demands(condition), expected, "{condition}");
    }
}

#[test]
fn roles() {
    for (condition, expected) in [
        ("request.auth.token.admin == true", "claim admin"),
        ("request.auth.token.admin", "claim admin"),
        ("request.auth.token.get('admin', false)", "claim admin"),
        ("'admin' in request.auth.token", "claim admin"),
        ("request.auth.token.role in ['a', 'b']", "claim role"),
        ("request.auth.token.roles.hasAny(['a'])", "claim roles"),
        ("request.auth.token.email == 'me@example.org'", "somebody named"),
        ("request.auth.token.email.matches('.*@example[.]org')", "somebody named"),
        ("request.auth.uid in ['abc']", "somebody named"),
        ("role() == 'admin'", "role by users.role"),
        ("role() in ['admin']", "role by users.role"),
        ("exists(/databases/$(database)/documents/admins/$(request.auth.uid))", "role by admins"),
        ("request.auth.uid in get(/databases/$(database)/documents/config/admins).data.ids", "role by config.ids"),
    ] {
        assert_eq!(demands(condition), expected, "{condition}");
    }
}

#[test]
fn what_is_stored_and_what_is_written() {
    for (condition, expected) in [
        ("resource.data.public == true", "marked by public"),
        ("resource.data.visibility in ['public']", "marked by visibility"),
        ("resource == null", "not yet stored"),
        ("!(resource != null) && request.resource != null", "(not yet stored and not deleted)"),
        ("resource.data.expires > request.time", "marked by expires"),
        ("request.resource.data.title is string", "checks title"),
        ("request.resource.data.title.size() < 100", "checks title"),
        ("request.resource.data.keys().hasOnly(['title'])", "checks *"),
        ("request.resource.data.diff(resource.data).affectedKeys().hasOnly(['title'])", "checks *"),
        ("request.resource.data.role == resource.data.role", "checks role"),
        ("request.query.limit <= 10", "asks query.limit"),
        ("noteId == 'about'", "marked by noteId"),
    ] {
        assert_eq!(demands(condition), expected, "{condition}");
    }
}

#[test]
fn operations_differ() {
    let rules = firestore(
        "match /a/{id} { allow write: if request.resource.data.ownerId == request.auth.uid; }
         match /b/{id} { allow write: if resource.data.ownerId == request.auth.uid; }
         match /c/{id} { allow get, create; allow list: if false; allow update, delete: if request.auth != null && request.resource.data.x == 1; }
         match /d/{id} { allow read: if unknown() && request.auth != null; allow write: if unknown() || request.auth != null; }
         match /e/{id} { allow read: if resource.data.a == 1 || request.auth.uid == id; allow nothing: if true; }",
    );
    assert_eq!(
        told(&rules),
        [
            "/a/{id} nobody, nobody, owner, signed in, nobody",
            "/b/{id} nobody, nobody, nobody, owner, owner",
            "/c/{id} anyone, nobody, anyone, signed in, unknown",
            "/d/{id} unknown, unknown, signed in, signed in, signed in",
            "/e/{id} marked, marked, nobody, nobody, nobody",
        ]
    );
    assert_eq!(rules.areas[0].permissions[0].demand.checked(), ["ownerId"]);
}

#[test]
fn areas_that_overlap_add_up() {
    let rules = firestore(
        "match /users/{id} { allow read: if request.auth.uid == id; match /notes/{note} { allow read: if false; } }
         match /{document=**} { allow read: if request.auth != null; allow write: if false; }
         match /users/{id}/notes/{note} { allow create: if true; }",
    );
    assert_eq!(
        told(&rules),
        [
            "/users/{id} signed in, signed in, nobody, nobody, nobody",
            "/users/{id}/notes/{note} signed in, signed in, anyone, nobody, nobody",
            "/{document=**} signed in, signed in, nobody, nobody, nobody",
            "/users/{id}/notes/{note} signed in, signed in, anyone, nobody, nobody",
        ]
    );
    let opened = rules.opened_by(&rules.areas[0], Operation::Get).unwrap();
    assert_eq!(opened.path_text(), "/{document=**}");
    assert_eq!(rules.opened_by(&rules.areas[2], Operation::Get), None);
}

#[test]
fn a_bucket() {
    let rules = read(
        "service firebase.storage { match /b/{bucket}/o {
            match /users/{uid}/{file=**} { allow read; allow write: if request.auth.uid == uid && request.resource.size < 5 * 1024 * 1024 && request.resource.contentType.matches('image/.*'); }
            match /a/{f} { allow read: if firestore.exists(/databases/(default)/documents/admins/$(request.auth.uid)); } } }",
        Written::Cloud,
    );
    assert_eq!(told(&rules), ["/users/{uid}/{file=**} anyone, anyone, owner, owner, owner", "/a/{f} role, role, nobody, nobody, nobody"]);
    assert_eq!(rules.areas[0].permissions[1].demand.checked(), ["size", "contentType"]);
    assert_eq!(rules.areas[0].collection().map(|name| name.as_str()), None);
}

#[test]
fn a_realtime_database() {
    let rules = read(
        r#"{ "rules": {
            "users": { "$uid": { ".read": "auth.uid === $uid", ".write": "auth != null && auth.uid == $uid", "name": { ".validate": "newData.isString()" } } },
            "posts": { ".read": true, "$post": { ".write": "auth != null && (!data.exists() || data.child('author').val() === auth.uid)" } },
            "admin": { ".read": "root.child('admins').child(auth.uid).val() === true", ".write": "root.child('users/' + auth.uid + '/role').val() == 'admin'" },
            "rooms": { "$room": { ".read": "root.child('members').child($room).child(auth.uid).exists()", ".write": "newData.child('owner').val() == auth.uid" } },
            "old": { ".read": "now < 1700000000000", ".write": "auth.token.admin === true", "deep": { ".read": false } }
        } }"#,
        Written::Json,
    );
    assert_eq!(
        told(&rules),
        [
            "/users/$uid owner, owner, owner, owner, owner",
            "/posts anyone, anyone, nobody, nobody, nobody",
            "/posts/$post anyone, anyone, signed in, owner, owner",
            "/admin role, role, role, role, role",
            "/rooms/$room owner, owner, owner, signed in, nobody",
            "/old anyone until 2023-11-14, anyone until 2023-11-14, role, role, role",
            "/old/deep anyone until 2023-11-14, anyone until 2023-11-14, role, role, role",
        ]
    );
    assert!(rules.areas[0].is_validated && !rules.areas[1].is_validated);
    assert_eq!(read("{\"name\": \"x\"}", Written::Json), FileRules::default());
}

#[test]
fn owners_of_collections() {
    let rules = firestore(
        "match /notes/{id} { allow read: if resource.data.ownerId == request.auth.uid; allow create: if request.resource.data.ownerId == request.auth.uid; }
         match /users/{id}/posts/{post} { allow read: if request.auth.uid == resource.data.author.id; }",
    );
    let told: Vec<String> = owner_fields(&rules).iter().map(|(collection, field, _)| format!("{collection}.{field}")).collect();
    assert_eq!(told, ["notes.ownerId", "posts.author.id"]);
}

#[test]
fn hostile_conditions_are_judged_to_their_end() {
    let many = |make: &dyn Fn(usize) -> String| (0..2_000).map(make).collect::<String>();
    let functions = many(&|n| format!("function f{n}(a) {{ return f{}(a) && f{}(a); }}", n + 1, n + 1));
    firestore(&format!("{functions} match /a/{{b}} {{ allow read: if f0(1); }}"));
    firestore(&format!("match /a/{{b}} {{ allow read: if {}true; }}", "request.auth.uid == resource.data.x && ".repeat(5_000)));
    let wide = firestore(&many(&|n| format!("match /a{n}/{{b}} {{ allow read; }}")));
    told(&wide);
    firestore("function f() { let a = a; return a; } match /a/{b} { allow read: if f(); }");
}
