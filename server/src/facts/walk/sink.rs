//! Places where a value does harm: arguments of calls, and members that are assigned.

use super::Walker;
use super::entry::at_place;
use super::library::option_is;
use crate::facts::catalogue::{Entry, Root, SinkEntry};
use crate::facts::event::{Effect, Event, Sink, SinkKind, Use, UseKind};
use crate::facts::place::Site;
use crate::facts::spoken::{Spoken, spoken};
use crate::facts::taint::Part;
use crate::facts::value::{Argument, Kind, Library, Value};
use crate::model::{Arg, CallKind, ExprId};
use crate::text::{Name, Span};

impl<'w> Walker<'w> {
    /// Of what this call logs or keeps, says by which names the code speaks of it.
    pub(super) fn name_what_is_kept(&mut self, from: usize, args: &[Arg], span: Span) {
        let home = self.site(span);
        let is_kept = |sink: &Sink| matches!(sink.kind, SinkKind::Log | SinkKind::Storage) && sink.call == home;
        let is_asked = |event: &Event| match event {
            Event::Sink(sink) => is_kept(sink),
            Event::Effect(effect) => effect.site == home,
            _ => false,
        };
        if !self.events.iter().skip(from).any(is_asked) {
            return;
        }
        let of_function = self.password_handled();
        let segment = self.frame().segment.clone();
        let named: Vec<(Span, Vec<Spoken>)> = args.iter().map(|arg| (segment[arg.value].span, spoken(&segment, arg.value))).collect();
        for event in self.events.iter_mut().skip(from) {
            if let Event::Effect(effect) = event
                && effect.site == home
            {
                let all = named.iter().flat_map(|(_, spoken)| spoken);
                effect.spoken = all.map(|spoken| (spoken.path.clone(), Site { item: home.item.clone(), span: spoken.span })).collect();
                if effect.kind == "hash"
                    && !effect.args.is_empty()
                    && let Some(password) = &of_function
                {
                    effect.spoken.push((vec![password.clone()], home.clone()));
                }
            }
            let Event::Sink(sink) = event else { continue };
            if !is_kept(sink) {
                continue;
            }
            let here = named.iter().filter(|(span, _)| *span == sink.site.span).flat_map(|(_, spoken)| spoken);
            sink.spoken = here.map(|spoken| (spoken.path.clone(), Site { item: home.item.clone(), span: spoken.span })).collect();
        }
    }

    pub(super) fn sink(&mut self, sink: &SinkEntry, function: &Value, args: &[Argument], kind: CallKind, span: Span, guessed: bool) {
        if kind == CallKind::Tagged && !sink.tagged {
            return;
        }
        if let Some(option) = &sink.only_if
            && !option_is(args, Some(&format!("{option}=true")))
        {
            return;
        }
        if let Some(named) = &sink.named
            && !args.first().and_then(|arg| arg.value.as_str()).is_some_and(|text| text.eq_ignore_ascii_case(named))
        {
            return;
        }
        let call = self.site(span);
        if sink.kind == SinkKind::Fetch {
            self.perhaps_sent_by(&call);
        }
        for place in &sink.of {
            let given: Vec<_> = at_place(place, function, args).into_iter().flat_map(|(value, site)| self.dangerous(sink, value, site)).collect();
            for (value, site) in given {
                let value = if sink.client == "sfc" { value.awaited() } else { value };
                let is_put_together = matches!(value.kind(), Kind::Text(_) | Kind::Union(_));
                let is_whole = sink.client == "send" && is_sent_text(&value) || sink.kind == SinkKind::Sql && is_words_of_others(&value);
                if sink.built && !is_put_together && !is_whole {
                    continue;
                }
                // An answer without anything of anybody in it is no use of a value.
                if sink.client == "typed" && value.taint().is_empty() {
                    continue;
                }
                let facts = self.facts.clone();
                self.events.push(Event::Sink(Sink {
                    kind: sink.kind,
                    value,
                    site: site.unwrap_or_else(|| call.clone()),
                    call: call.clone(),
                    args: args.to_vec(),
                    client: sink.client.clone(),
                    facts,
                    guessed,
                    spoken: Vec::new(),
                }));
            }
        }
    }

    /// Text that a step of a query puts into the statement as it is: `.orderByRaw(text)`.
    pub(super) fn piece_of_statement(&mut self, piece: &Argument, args: &[Argument], client: &Name, guessed: bool, span: Span) {
        if matches!(piece.value.kind(), Kind::Object(_) | Kind::Function(_) | Kind::Seq(_)) {
            return;
        }
        let (call, facts) = (self.site(span), self.facts.clone());
        self.events.push(Event::Sink(Sink {
            kind: SinkKind::Sql,
            value: piece.value.clone(),
            site: piece.site.clone(),
            call,
            args: args.to_vec(),
            client: client.clone(),
            facts,
            guessed,
            spoken: Vec::new(),
        }));
    }

    /// What a decorated method gives, where the decorator says what becomes of it: `@Redirect()` of `{ url }`.
    pub(super) fn returned_by_decorated(&mut self, value: &Value, span: Span) {
        let frame = self.frame();
        let (segment, function) = (frame.segment.clone(), frame.function);
        let Some(function) = function.filter(|_| self.frames.len() == 1 && !self.python()) else { return };
        for decorator in &segment[function].decorators {
            let made = self.eval(*decorator);
            let Kind::Library(library) = made.kind() else { continue };
            let catalogue = self.catalogue();
            let sinks: Vec<&SinkEntry> =
                catalogue.at(&library.states).filter_map(|entry| if let Entry::Sink(sink) = entry { Some(sink) } else { None }).collect();
            for sink in sinks.into_iter().filter(|sink| sink.client == "returned") {
                let given = Argument { name: Name::default(), value: value.clone(), site: self.site(span), spread: false };
                self.sink(sink, &made, &[given], CallKind::Plain, span, false);
            }
        }
    }

    /// What is assigned is written somewhere: `document.cookie = text`.
    fn written_by_assignment(&mut self, base: &Value, name: &Name, value: &Value, span: Span) {
        let Kind::Library(library) = base.kind() else { return };
        let catalogue = self.catalogue();
        let states = catalogue.member(&library.states, name);
        let kind = catalogue.at(&states).find_map(|entry| match entry {
            Entry::Effect(effect) if effect.is == "assigned" => Some(effect.kind.clone()),
            _ => None,
        });
        if let Some(kind) = kind {
            let site = self.site(span);
            let given = Argument { name: Name::default(), value: value.clone(), site: site.clone(), spread: false };
            self.events.push(Event::Effect(Effect::noted(kind, site, vec![given], self.facts.clone())));
        }
    }

    /// An assignment to a member that is a sink: `element.innerHTML = x`, `location.href = x`.
    pub(super) fn sunk_member(&mut self, base: &Value, name: &Name, value: &Value, span: Span) {
        if !self.python() {
            self.written_by_assignment(base, name, value, span);
        }
        let kind = match name.as_str() {
            name if !self.python() && Self::is_markup_member(name) => SinkKind::Html,
            _ => {
                let states = match base.kind() {
                    Kind::Library(library) => self.catalogue().member(&library.states, name),
                    // `window.location = x`
                    _ if self.is_global_object(base) => self.catalogue().root(&Root::Global(name.clone())),
                    _ => return,
                };
                // `ctx.body = notes`: what is assigned is the answer.
                if self.catalogue().at(&states).any(|entry| matches!(entry, Entry::Respond(_))) {
                    let (site, facts) = (self.site(span), self.facts.clone());
                    self.events.push(Event::Use(Use { value: value.clone(), kind: UseKind::Respond, site, facts }));
                }
                // Only what a `script` gets as its source is code.
                if name == "src" && !is_new_script(base, value) {
                    return;
                }
                let found = self.catalogue().at(&states).find_map(|entry| match entry {
                    Entry::Sink(sink) => Some(sink.kind),
                    _ => None,
                });
                match found {
                    Some(kind) => kind,
                    None => return,
                }
            }
        };
        let call = self.site(span);
        let site = self.assigned.map_or_else(|| call.clone(), |span| self.site(span));
        let facts = self.facts.clone();
        let (args, spoken) = match kind {
            // `localStorage.token = token` is `localStorage.setItem("token", token)`.
            SinkKind::Storage => {
                let given = |value: Value, site: &Site| Argument { name: Name::default(), value, site: site.clone(), spread: false };
                (vec![given(Value::str(name.as_str()), &call), given(value.clone(), &site)], self.spoken_at(&site))
            }
            _ => (Vec::new(), Vec::new()),
        };
        self.events.push(Event::Sink(Sink { kind, value: value.clone(), site, call, args, client: Name::default(), facts, guessed: false, spoken }));
    }

    /// By which names the code speaks of what stands there.
    fn spoken_at(&self, site: &Site) -> Vec<(Vec<Name>, Site)> {
        let segment = &self.frame().segment;
        let Some(at) = segment.exprs.iter().position(|expr| expr.span == site.span) else { return Vec::new() };
        let found = spoken(segment, ExprId(at as u32));
        found.into_iter().map(|spoken| (spoken.path, Site { item: site.item.clone(), span: spoken.span })).collect()
    }
}

/// A parameter of the address or of the query: text, and sent back as it came.
fn is_sent_text(value: &Value) -> bool {
    let is_member = value.symbol().is_some_and(|symbol| !symbol.path.is_empty());
    matches!(value.kind(), Kind::Unknown | Kind::Library(_))
        && is_member
        && value.taint().iter().any(|origin| matches!(origin.part, Part::Params | Part::Query))
}

/// An element that was made as a script, and whose source as a whole is given.
fn is_new_script(element: &Value, source: &Value) -> bool {
    let is_script = |library: &Library| library.args.first().and_then(|arg| arg.value.as_str()).is_some_and(|tag| tag.eq_ignore_ascii_case("script"));
    matches!(element.kind(), Kind::Library(library) if is_script(library)) && !matches!(source.kind(), Kind::Text(_) | Kind::Str(_))
}

/// A whole statement that a model wrote, or that the caller sent.
fn is_words_of_others(value: &Value) -> bool {
    let by_model = value.taint().iter().any(|origin| origin.part == Part::Model);
    let is_sent = || value.symbol().is_some_and(|symbol| matches!(symbol.root, crate::facts::check::Root::Request(_)));
    matches!(value.kind(), Kind::Unknown) && (by_model || is_sent())
}

pub(super) fn member_at(value: &Value, path: &str) -> Option<Value> {
    path.split('.').try_fold(value.clone(), |value, step| match value.kind() {
        Kind::Object(object) => object.get(step).0.cloned(),
        _ => None,
    })
}
