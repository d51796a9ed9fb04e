//! Rows about people: who is looked for by strangers, whose address is nobody else's business, and what a profile shows.

use crate::facts::event::Access;
use crate::facts::names;
use crate::facts::query::Columns;
use crate::facts::schema::{Model, NameClass, is_model_named};
use crate::rules::raw::RuleCx;
use crate::text::Name;

/// `/teachers/[id]`: the page of somebody who is to be found. What it gives too much of is told where it gets out.
pub fn presents_people(cx: &RuleCx<'_>) -> bool {
    const PRESENTED: &[&str] = &[
        "teacher",
        "teachers",
        "instructor",
        "instructors",
        "tutor",
        "tutors",
        "coach",
        "coaches",
        "trainer",
        "trainers",
        "mentor",
        "mentors",
        "doctor",
        "doctors",
        "therapist",
        "therapists",
        "speaker",
        "speakers",
        "author",
        "authors",
        "writer",
        "writers",
        "artist",
        "artists",
        "musician",
        "musicians",
        "creator",
        "creators",
        "maker",
        "makers",
        "seller",
        "sellers",
        "host",
        "hosts",
        "guide",
        "guides",
        "chef",
        "chefs",
        "photographer",
        "photographers",
        "freelancer",
        "freelancers",
        "expert",
        "experts",
        "breeder",
        "breeders",
        "sitter",
        "sitters",
    ];
    let path = cx.walk.route.as_ref().and_then(|route| route.path.as_deref()).unwrap_or_default();
    names::words(path).iter().any(|word| PRESENTED.contains(&word.as_str()))
}

/// People without an account: guests on a list, donors, whoever booked a table. What they were given to come back with says so, too.
pub fn is_about_visitors(model: &Model) -> bool {
    const PEOPLE: &[&str] = &[
        "guest",
        "guests",
        "donor",
        "donors",
        "visitor",
        "visitors",
        "applicant",
        "applicants",
        "attendee",
        "attendees",
        "subscriber",
        "subscribers",
        "lead",
        "leads",
        "customer",
        "customers",
        "client",
        "clients",
        "patient",
        "patients",
        "registration",
        "registrations",
        "reservation",
        "reservations",
        "booking",
        "bookings",
        "appointment",
        "appointments",
        "signup",
        "signups",
        "inquiry",
        "inquiries",
        "buyer",
        "recipient",
    ];
    let is_offered = |class| is_model_named(&model.name, Some(model), class);
    if is_offered(NameClass::PublicModel) || is_offered(NameClass::OfferModel) || is_offered(NameClass::ModelOfTenants) {
        return false;
    }
    let names_one = |name: &str| names::words(name).iter().any(|word| PEOPLE.contains(&word.as_str()));
    names_one(&model.name) || model.columns.iter().any(|column| names_one(&column.name)) || !model.secret_columns().is_empty()
}

/// It gives the addresses of people: `licenses(key, email)` belongs to nobody, and is nobody else's business.
pub fn names_people(model: &Model, access: &Access) -> bool {
    let is_contact = |name: &Name| {
        let words = names::words(name);
        words.last().is_some_and(|last| matches!(last.as_str(), "email" | "mail" | "phone" | "mobile" | "telephone"))
            && !words.iter().any(|word| matches!(word.as_str(), "support" | "contact" | "public" | "business" | "company"))
    };
    let is_given = |name: &Name| match &access.query.columns {
        Some(Columns::Only(names)) => names.contains(name),
        _ => true,
    };
    model.columns.iter().any(|column| is_contact(&column.name) && is_given(&column.name))
}

/// Of a person only what they show everybody.
pub fn is_profile(access: &Access) -> bool {
    let shown = |name: &Name| {
        matches!(
            crate::facts::schema::names::snake(name).as_str(),
            "id" | "name"
                | "username"
                | "user_name"
                | "display_name"
                | "full_name"
                | "handle"
                | "image"
                | "avatar"
                | "avatar_url"
                | "bio"
                | "slug"
                | "headline"
                | "photo"
                | "picture"
                | "website"
                | "rating"
                | "score"
                | "points"
                | "rank"
                | "level"
                | "elo"
                | "wins"
                | "losses"
                | "badges"
                | "created_at"
        )
    };
    matches!(&access.query.columns, Some(Columns::Only(names)) if names.iter().all(shown))
}
