//! What code and configuration say of who may reach stored files: options of calls, access lists, policies of buckets.
//!
//! These are words of the services themselves (`public-read`, `BlockPublicAcls`), the same in every language and library, so
//! they are looked for as they stand and not followed through values.

mod code;
mod config;

pub use code::in_code;
pub use config::in_config;

use crate::text::{Name, Span};

/// Something that opens files to everybody.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opening {
    pub kind: OpeningKind,
    /// The option with its value, or the call. In the file.
    pub span: Span,
    /// The value alone, where it can be exchanged.
    pub value: Option<Span>,
    /// As it is written: `ACL`, `makePublic`.
    pub word: Name,
    /// The call or entry around it, whose words say what the files are.
    pub around: Span,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OpeningKind {
    /// Everybody who has the address reads the file.
    Read,
    /// Everybody may change it, too.
    Write,
    /// Everybody gets a list of what is there.
    List,
    /// What keeps files from being made public is switched off.
    Unblocked,
    /// A policy lets everybody read.
    PolicyRead,
    /// A policy lets everybody do more.
    PolicyWrite,
    /// A bucket whose files have public addresses.
    Bucket,
}

/// Options that hold an access list.
fn is_access_list(name: &str) -> bool {
    matches!(
        name,
        "ACL"
            | "acl"
            | "x-amz-acl"
            | "AccessControl"
            | "accessControl"
            | "predefinedAcl"
            | "predefined_acl"
            | "predefinedDefaultObjectAcl"
            | "CannedACL"
            | "cannedACL"
            | "AWS_DEFAULT_ACL"
            | "default_acl"
            | "object_acl"
            | "defaultAcl"
    )
}

/// `public-read`, `PublicReadWrite`, `publicRead`.
fn of_access_list(value: &str) -> Option<OpeningKind> {
    let plain: String = value.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    match plain.as_str() {
        "publicread" => Some(OpeningKind::Read),
        "publicreadwrite" => Some(OpeningKind::Write),
        _ => None,
    }
}

/// `BlockPublicAcls`, `restrictPublicBuckets`, ...
fn is_block(name: &str) -> bool {
    ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"].iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// What a statement of a bucket's policy lets everybody do by these actions.
fn of_actions<'a>(actions: impl Iterator<Item = &'a str>) -> Option<OpeningKind> {
    let mut found = None;
    for action in actions {
        let Some(verb) = action.strip_prefix("s3:") else { continue };
        let is_read = verb.starts_with("Get") && !verb.ends_with('*') || verb.starts_with("GetObject");
        match verb {
            _ if is_read => found = found.or(Some(OpeningKind::PolicyRead)),
            verb if verb.starts_with("List") => found = found.or(Some(OpeningKind::List)),
            _ => return Some(OpeningKind::PolicyWrite),
        }
    }
    found
}
