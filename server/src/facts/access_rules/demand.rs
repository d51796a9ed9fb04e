//! What a condition demands of whoever asks, and who that leaves.

use super::area::Operation;
use crate::text::{Date, Name};

#[derive(Clone, PartialEq, Debug)]
pub enum Demand {
    Always,
    Never,
    /// Before a day: `request.time < timestamp.date(2024, 1, 1)`.
    Until(Date),
    SignedIn,
    SignedOut,
    /// Signed in, with something in the token that people can come by: a verified address, a way to sign in.
    Token(Name),
    Owner(Tie),
    Role(Role),
    /// Something is stored there already, or nothing is: `resource != null`.
    Stored(bool),
    /// Something is being written, or what is there is being deleted: `request.resource != null`.
    Written(bool),
    /// What is stored says so, whoever asks: `resource.data.public == true`. The field is empty for the whole of it.
    Row(Name),
    /// What is being written looks so, which is for the caller to choose; `*`: its fields are limited.
    Incoming(Name),
    /// The query looks so: `request.query.limit <= 10`.
    Query(Name),
    All(Vec<Demand>),
    Any(Vec<Demand>),
    Unknown,
}

/// What ties a caller to what is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Tie {
    /// A part of the path is the caller: `request.auth.uid == userId`.
    Path(Name),
    /// A field of what is stored is the caller: `resource.data.ownerId == request.auth.uid`.
    Field(Name),
    /// A field lists the caller: `request.auth.uid in resource.data.members`.
    Listed(Name),
    /// What is being written says that it is the caller's.
    Incoming(Name),
    /// Another document ties the two: the collection it is in, and its field if one is asked.
    Document(Name, Name),
    /// A claim of the caller's token is what this field or part of the path says: `request.auth.token.org == org`.
    Claim(Name, Name),
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Role {
    /// A claim of the token: `request.auth.token.admin`.
    Claim(Name),
    /// A document about the caller: the collection it is in, and its field if one is asked.
    Document(Name, Name),
    /// Somebody who is named: an id, an e-mail address or a pattern of one.
    Person,
}

/// Ordered by how many there may be; what is not known stands between those who have a reason and everybody.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Who {
    Nobody,
    Person,
    Role,
    Owner,
    Unknown,
    /// Everybody, of what is marked so.
    Marked,
    SignedIn,
    AnyoneUntil(Date),
    Anyone,
}

impl Who {
    pub fn word(self) -> &'static str {
        match self {
            Who::Nobody => "nobody",
            Who::Person => "person",
            Who::Role => "role",
            Who::Owner => "owner",
            Who::Unknown => "unknown",
            Who::Marked => "marked",
            Who::SignedIn => "signed-in",
            Who::AnyoneUntil(_) => "anyone-until",
            Who::Anyone => "anyone",
        }
    }
}

impl Demand {
    pub fn all(arms: Vec<Demand>) -> Demand {
        if arms.contains(&Demand::Never) {
            return Demand::Never;
        }
        let mut arms = distinct(arms, &Demand::Always, |arm| if let Demand::All(inner) = arm { Ok(inner) } else { Err(arm) });
        match arms.len() {
            0 => Demand::Always,
            1 => arms.pop().unwrap_or(Demand::Unknown),
            _ => Demand::All(arms),
        }
    }

    pub fn any(arms: Vec<Demand>) -> Demand {
        if arms.contains(&Demand::Always) {
            return Demand::Always;
        }
        let mut arms = distinct(arms, &Demand::Never, |arm| if let Demand::Any(inner) = arm { Ok(inner) } else { Err(arm) });
        match arms.len() {
            0 => Demand::Never,
            1 => arms.pop().unwrap_or(Demand::Unknown),
            _ => Demand::Any(arms),
        }
    }

    pub fn negated(self) -> Demand {
        match self {
            Demand::Always => Demand::Never,
            Demand::Never => Demand::Always,
            Demand::SignedIn => Demand::SignedOut,
            Demand::SignedOut => Demand::SignedIn,
            Demand::Stored(is) => Demand::Stored(!is),
            Demand::Written(is) => Demand::Written(!is),
            Demand::Row(_) | Demand::Incoming(_) | Demand::Query(_) | Demand::Token(_) => self,
            Demand::All(arms) => Demand::any(arms.into_iter().map(Demand::negated).collect()),
            Demand::Any(arms) => Demand::all(arms.into_iter().map(Demand::negated).collect()),
            Demand::Until(_) | Demand::Owner(_) | Demand::Role(_) | Demand::Unknown => Demand::Unknown,
        }
    }

    /// Who can meet it. A caller chooses what he writes; before something is made, nothing is stored, and when it is
    /// deleted, nothing is written.
    pub fn who(&self, operation: Operation) -> Who {
        match self {
            Demand::Always | Demand::SignedOut | Demand::Query(_) => Who::Anyone,
            Demand::Never => Who::Nobody,
            Demand::Until(date) => Who::AnyoneUntil(*date),
            Demand::SignedIn | Demand::Token(_) => Who::SignedIn,
            Demand::Stored(is) => anyone_if(*is != (operation == Operation::Create)),
            Demand::Written(is) => match operation {
                Operation::Get | Operation::List => Who::Unknown,
                operation => anyone_if(*is != (operation == Operation::Delete)),
            },
            Demand::Owner(Tie::Incoming(_)) => match operation {
                Operation::Create => Who::Owner,
                Operation::Update => Who::SignedIn,
                Operation::Delete => Who::Nobody,
                Operation::Get | Operation::List => Who::Unknown,
            },
            Demand::Owner(Tie::Field(_) | Tie::Listed(_)) if operation == Operation::Create => Who::Nobody,
            Demand::Owner(_) => Who::Owner,
            Demand::Role(Role::Person) => Who::Person,
            Demand::Role(_) => Who::Role,
            Demand::Row(_) if operation == Operation::Create => Who::Nobody,
            Demand::Row(_) => Who::Marked,
            Demand::Incoming(_) => match operation {
                Operation::Create | Operation::Update => Who::Anyone,
                _ => Who::Unknown,
            },
            Demand::All(arms) => arms.iter().map(|arm| arm.who(operation)).min().unwrap_or(Who::Anyone),
            Demand::Any(arms) => arms.iter().map(|arm| arm.who(operation)).max().unwrap_or(Who::Nobody),
            Demand::Unknown => Who::Unknown,
        }
    }

    /// The demand and all its parts.
    pub fn parts(&self) -> Vec<&Demand> {
        let mut parts = vec![self];
        if let Demand::All(arms) | Demand::Any(arms) = self {
            parts.extend(arms.iter().flat_map(Demand::parts));
        }
        parts
    }

    /// The fields of what is being written that are looked at, in no order; `*` if its fields are limited.
    pub fn checked(&self) -> Vec<&Name> {
        self.parts()
            .into_iter()
            .filter_map(|part| if let Demand::Incoming(field) | Demand::Owner(Tie::Incoming(field)) = part { Some(field) } else { None })
            .collect()
    }
}

fn anyone_if(is: bool) -> Who {
    if is { Who::Anyone } else { Who::Nobody }
}

/// Each of the arms once, without those that change nothing, and with the arms of arms of the same kind.
fn distinct(arms: Vec<Demand>, nothing: &Demand, inner: fn(Demand) -> Result<Vec<Demand>, Demand>) -> Vec<Demand> {
    let mut found: Vec<Demand> = Vec::new();
    for arm in arms {
        for arm in inner(arm).unwrap_or_else(|arm| vec![arm]) {
            if arm != *nothing && !found.contains(&arm) {
                found.push(arm);
            }
        }
    }
    found
}
