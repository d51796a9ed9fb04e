//! What a policy's expression demands of a row and its caller.

use super::row_security::{Caller, Reach};
use crate::text::Name;

#[derive(Clone, PartialEq, Debug)]
pub enum Predicate {
    /// `true`, or no expression at all.
    Always,
    Never,
    /// The column is the caller: `auth.uid() = user_id`.
    Owner {
        column: Name,
    },
    /// The column is the caller's tenant: `tenant_id = current_setting('app.tenant_id')`.
    Tenant {
        column: Name,
    },
    /// A row of another table ties the caller to this row, or to anything at all if there is no column: an admin list.
    Member {
        table: Name,
        column: Option<Name>,
    },
    /// Signed in, and nothing else: `auth.uid() is not null`, `auth.role() = 'authenticated'`.
    SignedIn,
    /// Something in the caller's token. `editable`: a part of it that the person can change.
    Claim {
        name: Name,
        editable: bool,
    },
    /// The request comes with a key above policies: `auth.role() = 'service_role'`.
    Above,
    /// The row says of itself that it is public: `is_public`, `status = 'published'`.
    Marked {
        column: Name,
    },
    /// The row has a certain value; whose it is, that does not say: `bucket_id = 'avatars'`.
    Fixed {
        column: Name,
    },
    /// A function decides. `asks_caller`: it is defined in the project and asks who calls.
    Function {
        name: Name,
        asks_caller: Option<bool>,
    },
    All(Vec<Predicate>),
    Any(Vec<Predicate>),
    Not(Box<Predicate>),
    Unknown,
}

impl Predicate {
    /// How many rows it lets a caller reach.
    pub fn reach(&self, caller: Caller) -> Reach {
        let signed_in = caller == Caller::SignedIn;
        match self {
            Predicate::Always => Reach::Everybody,
            Predicate::Never | Predicate::Above => Reach::Nobody,
            Predicate::Owner { .. } | Predicate::Tenant { .. } | Predicate::Member { .. } | Predicate::Claim { editable: false, .. } => {
                if signed_in {
                    Reach::Own
                } else {
                    Reach::Nobody
                }
            }
            Predicate::SignedIn | Predicate::Claim { editable: true, .. } => {
                if signed_in {
                    Reach::SignedIn
                } else {
                    Reach::Nobody
                }
            }
            Predicate::Marked { .. } => Reach::Marked,
            // Of a row's own table it says that some rows are meant; a bucket has everybody's files in it.
            Predicate::Fixed { column } if column != "bucket_id" => Reach::Marked,
            Predicate::Fixed { .. } => {
                if signed_in {
                    Reach::SignedIn
                } else {
                    Reach::Everybody
                }
            }
            Predicate::Function { asks_caller: Some(true), .. } => {
                if signed_in {
                    Reach::Own
                } else {
                    Reach::Nobody
                }
            }
            Predicate::Function { .. } | Predicate::Not(_) | Predicate::Unknown => Reach::Unknown,
            Predicate::All(arms) => arms.iter().map(|arm| arm.reach(caller)).min().unwrap_or(Reach::Everybody),
            Predicate::Any(arms) => arms.iter().map(|arm| arm.reach(caller)).max().unwrap_or(Reach::Nobody),
        }
    }

    /// The predicate and all its parts.
    pub fn parts(&self) -> Vec<&Predicate> {
        let mut parts = vec![self];
        match self {
            Predicate::All(arms) | Predicate::Any(arms) => parts.extend(arms.iter().flat_map(Predicate::parts)),
            Predicate::Not(inner) => parts.extend(inner.parts()),
            _ => {}
        }
        parts
    }

    /// The columns that must be the caller, wherever in it they stand.
    pub fn owner_columns(&self) -> Vec<&Name> {
        self.parts().into_iter().filter_map(|part| if let Predicate::Owner { column } = part { Some(column) } else { None }).collect()
    }

    /// It depends on something the person can change.
    pub fn trusts_editable_claim(&self) -> bool {
        self.parts().into_iter().any(|part| matches!(part, Predicate::Claim { editable: true, .. }))
    }

    /// Follows a column to its new name.
    pub(super) fn rename_column(&mut self, from: &str, to: &Name) {
        match self {
            Predicate::Owner { column }
            | Predicate::Tenant { column }
            | Predicate::Marked { column }
            | Predicate::Fixed { column }
            | Predicate::Member { column: Some(column), .. }
                if column.eq_ignore_ascii_case(from) =>
            {
                *column = to.clone();
            }
            Predicate::All(arms) | Predicate::Any(arms) => arms.iter_mut().for_each(|arm| arm.rename_column(from, to)),
            Predicate::Not(inner) => inner.rename_column(from, to),
            _ => {}
        }
    }

    /// Fills in what is known of the functions it calls.
    pub(super) fn resolve_functions(&mut self, asks_caller: &dyn Fn(&str) -> Option<bool>) {
        match self {
            Predicate::Function { name, asks_caller: known } => *known = asks_caller(name).or(*known),
            Predicate::All(arms) | Predicate::Any(arms) => arms.iter_mut().for_each(|arm| arm.resolve_functions(asks_caller)),
            Predicate::Not(inner) => inner.resolve_functions(asks_caller),
            _ => {}
        }
    }
}
