//! What is wrong with one access to a record: nothing ties it to the signed-in user, or the wrong thing does.

use crate::facts::check::{Fact, Facts, Symbol, Test};
use crate::facts::event::Access;
use crate::facts::names;
use crate::facts::query::{Filter, Operation, Query, Term, TermOp};
use crate::facts::schema::{Model, OwnerKind, OwnerPath, Privacy, is_named_for_everybody};
use crate::facts::taint::Part;
use crate::facts::value::{Kind, Piece, Value};
use crate::rules::Confidence;
use crate::rules::open::columns;
use crate::rules::ownership::{Answer, Choice, Judge, Tie};
use crate::rules::raw::RuleCx;
use crate::rules::takes_part::takes_part;
use crate::rules::usage::On;
use crate::text::Name;

pub(super) struct Verdict {
    pub detail: Name,
    pub confidence: Confidence,
    pub input: Name,
    pub kind: Problem,
    operation: Operation,
    part: Part,
    /// Nothing says whose rows these are but what other handlers do.
    pub hangs: Option<On>,
    /// What people have to be to come here, if the rows belong to such people.
    peers: Option<Name>,
}

pub(super) enum Problem {
    Chosen,
    Listed,
    Nullable,
    Spoofed,
}

impl Verdict {
    /// `writes`: callers are people who write to a bot, and sign in nowhere.
    pub fn message(&self, model: &str, owner: Option<&OwnerPath>, writes: bool) -> String {
        let person = if writes { "whoever writes" } else { "the signed-in user" };
        let anybody = if writes { "Anybody who writes to this bot" } else { "Any signed-in user" };
        let whose = if owner.is_some_and(|owner| owner.kind == OwnerKind::Tenant) { format!("one that {person} belongs to") } else { person.to_owned() };
        let owner = owner.map(OwnerPath::text);
        let owner = owner.as_deref();
        // The rows that an id chooses are not a list, however they were asked for.
        let verb = if self.operation == Operation::ReadMany { Operation::ReadOne } else { self.operation }.verb();
        let input = &self.input;
        let who = match &self.peers {
            Some(role) => format!("Whoever is `{role}`"),
            None if self.hangs == Some(On::TiedByRole) => "Whoever has the role that is asked for".to_owned(),
            None => anybody.to_owned(),
        };
        let from = match self.part {
            Part::Params | Part::Path => "the URL",
            Part::Query => "the query string",
            Part::Body | Part::RawBody => "the request body",
            Part::Headers | Part::Cookies => "the request",
            Part::Model => "the language model, which asks for what it is told to",
            _ => "the caller",
        };
        match self.kind {
            Problem::Chosen => {
                let missing = owner.map_or_else(|| person.to_owned(), |owner| format!("{owner} to be {whose}"));
                let requires = if owner.is_some() { "require" } else { "ask for" };
                format!("{who} can {verb} any {model}: `{input}` comes from {from} and the query does not {requires} {missing}.")
            }
            Problem::Listed => format!("{anybody} can list every {model}: the query has no filter on {}.", owner.unwrap_or("the owner")),
            Problem::Nullable => {
                format!("If nobody is signed in, the user's id is missing and this client drops the condition, so anyone can {verb} any {model}.")
            }
            Problem::Spoofed => format!("Anyone signed in can {verb} another user's {model}: the owner `{input}` is taken from {from} instead of the session."),
        }
    }
}

/// What is wrong with an access, if it is.
pub(super) fn verdict(judge: &Judge<'_>, access: &Access) -> Option<Verdict> {
    let query = &access.query;
    if matches!(query.operation, Operation::Create | Operation::Raw) || query.model.is_empty() {
        return None;
    }
    // What is written back under its own key as the code itself changed it: a state, a count.
    if query.client == "kv" && query.operation == Operation::Upsert && !query.data.iter().any(columns::holds_input) {
        return None;
    }
    if only_puts_caller_in(query) || takes_what_is_nobodys(query) || query.client == "bucket" && lies_where_it_should(query, &access.facts, 0) {
        return None;
    }
    let facts = &access.facts;
    let writes = query.operation.is_write();
    let signed_in = match judge.signed_in(facts) {
        Answer::No if !writes => judge.signed_in_where_it_leaves(access),
        answer => answer,
    };
    let tie = match judge.tie(access) {
        // Whoever looks for a single letter is given all of them.
        Tie::Fixed if query.is_only_searched() && matches!(judge.privacy(query), Privacy::Private | Privacy::Unknown) => Tie::List,
        tie => tie,
    };
    let peers = judge.is_elevated(facts).then(|| judge.role_of_owners(access));
    if judge.is_machine(facts) {
        return None;
    }
    // Whoever has a role stands above the owners, if not beyond their own group.
    let is_above = peers == Some(None);
    let peers = peers.flatten();
    // A sum over many rows that are told apart by something else than who they belong to is nobody's row.
    if query.operation == Operation::Count && query.is_text && !names_a_row(query) {
        return None;
    }
    let privacy = judge.privacy(query);
    let make = |kind, detail: &'static str, confidence, choice: Choice| {
        Some(Verdict {
            detail: Name::new_static(detail),
            confidence,
            input: choice.input,
            kind,
            operation: query.operation,
            part: choice.part,
            hangs: None,
            peers: peers.clone(),
        })
    };
    let hanging = |on, verdict: Option<Verdict>| verdict.map(|verdict| Verdict { hangs: Some(on), ..verdict });
    let none = || Choice { input: Name::default(), part: Part::Body };
    if tie == Tie::Nullable && !is_above {
        let confidence = if privacy.is_private() || writes { Confidence::Proven } else { Confidence::Likely };
        return make(Problem::Nullable, "AZ07", confidence, none());
    }
    // Without anybody signed in it is another mistake: the route is open.
    if signed_in == Answer::No || judge.is_delegated(facts) {
        return None;
    }
    if judge.row_security(query) != Some(false) {
        return None;
    }
    if is_above {
        return match tie {
            Tie::Client(choice) if writes && !judge.was_matched(access, &choice) => {
                hanging(On::TiedByRole, make(Problem::Chosen, "AZ03", Confidence::Likely, choice))
            }
            _ => None,
        };
    }
    let sure = |confidence: Confidence| if signed_in == Answer::Unknown { confidence.min(Confidence::Likely) } else { confidence };
    match tie {
        // It was looked for among the caller's own rows before.
        Tie::Client(choice) if judge.was_matched(access, &choice) || takes_part(judge, access, &choice) => None,
        // What a token or a cookie names is looked up to find out who is asking.
        Tie::Client(choice) if !writes && matches!(choice.part, Part::Headers | Part::Cookies) => None,
        Tie::Client(choice) => {
            let private = matches!(privacy, Privacy::Private | Privacy::Principal) || privacy.is_private();
            let confidence = match (private, writes, privacy) {
                (true, ..) => Confidence::Proven,
                (false, true, Privacy::AuthoredPublic) => Confidence::Proven,
                // Everybody may read it, and what it is part of is somebody's: the lessons of a course.
                (false, true, Privacy::Public) if is_part_of_somebodys(judge, query) => Confidence::Likely,
                (false, true, _) if query.operation == Operation::Delete || !columns::only_counts(&query.data) => {
                    let on = if query.operation == Operation::Delete { On::TiedWhenTaken } else { On::TiedWhenChanged };
                    return hanging(on, make(Problem::Chosen, "AZ03", sure(Confidence::Likely), choice));
                }
                (false, false, Privacy::Unknown | Privacy::Public) if judge.leaves_unchecked(access) == Some(true) => {
                    let is_for_all = privacy == Privacy::Public || is_named_for_everybody(&query.model, judge.model_of(query));
                    let on = if is_for_all { On::TiedToTaker } else { On::TiedWhenRead };
                    return hanging(on, make(Problem::Chosen, "AZ03", sure(Confidence::Likely), choice));
                }
                _ => return None,
            };
            if privacy == Privacy::Principal && !writes {
                return None;
            }
            if !writes && judge.leaves_unchecked(access) != Some(true) {
                return None;
            }
            let confidence = if query.guessed && confidence == Confidence::Proven && privacy == Privacy::Unknown { Confidence::Likely } else { confidence };
            let found = make(Problem::Chosen, "AZ03", sure(confidence), choice);
            if writes || !is_by_author(judge, query) { found } else { hanging(On::NotShared, found) }
        }
        Tie::Spoofed if privacy.is_private() || writes => {
            let choice = spoof_choice(access);
            make(Problem::Spoofed, "AZ06", sure(Confidence::Proven), choice)
        }
        Tie::List
            if query.operation == Operation::ReadMany
                && !is_by_author(judge, query)
                && (privacy == Privacy::Private || privacy == Privacy::AuthoredPublic && judge.asks_for_hidden(query)) =>
        {
            if judge.leaves_unchecked(access) != Some(true) {
                return None;
            }
            make(Problem::Listed, "AZ04", Confidence::Likely.min(sure(Confidence::Likely)), none())
        }
        Tie::List if query.operation == Operation::ReadMany && privacy == Privacy::Unknown && !is_named_for_everybody(&query.model, judge.model_of(query)) => {
            if judge.leaves_unchecked(access) != Some(true) {
                return None;
            }
            hanging(On::TiedWhenRead, make(Problem::Listed, "AZ04", sure(Confidence::Likely), none()))
        }
        _ => None,
    }
}

/// Anybody signed in reads of a person, by counting ids, what others have no business with.
pub(super) fn of_another_person(cx: &RuleCx<'_>, access: &Access) -> Option<Verdict> {
    let (judge, query) = (&cx.judge, &access.query);
    let Tie::Client(choice) = judge.tie(access) else { return None };
    let is_asked = judge.is_machine(&access.facts) || judge.is_elevated(&access.facts) || judge.is_delegated(&access.facts);
    let is_read = matches!(query.operation, Operation::ReadOne | Operation::ReadMany) && judge.privacy(query) == Privacy::Principal;
    let by_caller = matches!(choice.part, Part::Params | Part::Path | Part::Query | Part::Input | Part::Body);
    if !is_read || is_asked || !by_caller || judge.signed_in(&access.facts) != Answer::Yes || judge.was_matched(access, &choice) {
        return None;
    }
    let columns = crate::rules::sensitive_data_exposed::personal_columns_answered(cx, access);
    (!columns.is_empty() && judge.leaves_unchecked(access) == Some(true)).then(|| Verdict {
        detail: Name::new_static("AZ03"),
        confidence: Confidence::Likely,
        input: choice.input,
        kind: Problem::Chosen,
        operation: query.operation,
        part: choice.part,
        hangs: None,
        peers: None,
    })
}

/// `key.startsWith(`${me}/`)`: the key of a file says whose it is, and it was looked at how it begins.
fn lies_where_it_should(query: &Query, facts: &Facts, depth: u32) -> bool {
    let is_key = |symbol: &Symbol| {
        query
            .conjuncts()
            .into_iter()
            .any(|filter| matches!(filter, Filter::Term(term) if term.value.alternatives().iter().any(|value| value.symbol().is_some_and(|key| key == symbol))))
    };
    let is_below_caller = |filter: &Filter| matches!(filter, Filter::Term(term) if begins_with_caller(&term.value));
    if query.conjuncts().into_iter().any(is_below_caller) {
        return true;
    }
    facts.iter().any(|fact| match fact {
        Fact::Tested(symbol, tested) => tested.test == Test::Begins && tested.text.is_none() && tested.holds && is_key(symbol),
        Fact::Same(a, b) => is_key(a) || is_key(b),
        Fact::Any(arms) if depth < 4 => arms.iter().any(|arm| lies_where_it_should(query, arm, depth + 1)),
        _ => false,
    })
}

/// `photos/${me}/${name}`
fn begins_with_caller(value: &Value) -> bool {
    let Kind::Text(text) = value.kind() else { return false };
    let first = text.pieces.iter().find_map(|piece| match piece {
        Piece::Hole { value, .. } => Some(value),
        Piece::Literal(_) => None,
    });
    first.is_some_and(|first| first.taint().iter().any(|origin| origin.part == Part::Principal))
}

/// `{ $addToSet: { guests: me } }`: whoever joins, or leaves, changes nothing of others.
fn only_puts_caller_in(query: &Query) -> bool {
    let is_list = |name: &Name| matches!(name.as_str(), "$addToSet" | "$push" | "$pull");
    let is_callers = |value: &Value| {
        let taint = value.taint();
        taint.iter().any(|origin| origin.part == Part::Principal) && !taint.iter().any(|origin| origin.part.is_request())
    };
    let joins = |data: &Value| match data.kind() {
        Kind::Object(object) => {
            !object.fields.is_empty() && object.rest.is_none() && object.fields.iter().all(|(name, value)| is_list(name) && is_callers(value))
        }
        _ => false,
    };
    query.operation == Operation::Update && !query.data.is_empty() && query.data.iter().all(joins)
}

/// `set({ gardenerId: me }).where(and(eq(plot.id, id), isNull(plot.gardenerId)))`: whoever comes first has it.
fn takes_what_is_nobodys(query: &Query) -> bool {
    let is_callers = |value: &Value| value.symbol().is_some_and(crate::rules::ownership::is_principal);
    let taken = |column: &Name| {
        query
            .data
            .iter()
            .any(|data| matches!(data.kind(), Kind::Object(object) if object.fields.iter().any(|(name, value)| name == column && is_callers(value))))
    };
    let is_missing = |term: &Term| term.op == TermOp::Other || matches!(term.value.kind(), Kind::Null);
    query.operation == Operation::Update
        && query.conjuncts().into_iter().any(|filter| matches!(filter, Filter::Term(term) if is_missing(term) && term.path.last().is_some_and(taken)))
}

fn names_a_row(query: &Query) -> bool {
    let conjuncts = query.conjuncts();
    conjuncts.iter().any(|filter| match filter {
        Filter::Term(term) => {
            term.path.last().is_some_and(|column| names::words(column).last().is_some_and(|word| matches!(word.as_str(), "id" | "uid" | "email")))
        }
        _ => false,
    })
}

fn is_by_author(judge: &Judge<'_>, query: &Query) -> bool {
    judge.model_of(query).is_some_and(Model::is_by_author)
}

fn is_part_of_somebodys(judge: &Judge<'_>, query: &Query) -> bool {
    judge.model_of(query).is_some_and(|model| model.owners().iter().any(|path| path.kind == OwnerKind::Owner))
}

fn spoof_choice(access: &Access) -> Choice {
    use crate::facts::query::{Filter, Term};
    let conjuncts = access.query.conjuncts();
    conjuncts
        .into_iter()
        .find_map(|filter| match filter {
            Filter::Term(Term { value, .. }) => {
                value.taint().iter().find(|origin| origin.part.is_request()).map(|origin| Choice { input: origin.name.clone(), part: origin.part })
            }
            _ => None,
        })
        .unwrap_or(Choice { input: Name::default(), part: Part::Body })
}
