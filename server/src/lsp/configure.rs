//! The configuration in force: the client's settings, the `guardline.json` on disk and the project's own rules beside it, read
//! again when any of them changes.

use std::sync::Arc;

use super::disk;
use super::held;
use super::index;
use super::state::State;
use super::uri;
use crate::config::{Config, ConfigError, OwnRule, parse};
use crate::rules::own::{self, is_known};
use crate::syntax::Document;
use crate::workspace::own_rules;

/// Reads it. True if it is other than it was.
pub fn read(state: &Arc<State>) -> bool {
    let found = state.roots().into_iter().find_map(|root| {
        let file = crate::text::FileId::new(&format!("{}/guardline.json", root.as_str().trim_end_matches('/')));
        Some((uri::path_of(&root)?, disk::text(&file)?))
    });
    let (folder, text) = found.unzip();
    let settings = held(&state.settings).clone();
    let own = own_rules::load(&state.root_paths());
    let (mut config, in_file, told) = settings.config(text.as_deref(), &|id| is_known(id, &own.rules));
    config.own_rules = own.rules;
    let mut wrong: Vec<String> = told.iter().map(|error| format!("settings: {}", error.message)).collect();
    for error in &in_file {
        let line = text.as_deref().map_or(0, |text| text.bytes().take(error.span.start as usize).filter(|byte| *byte == b'\n').count()) + 1;
        wrong.push(format!("guardline.json, line {line}: {}", error.message));
    }
    wrong.extend(own.problems);
    tell(state, wrong);
    let before = state.known();
    if *before.config == config && before.config_folder == folder {
        return false;
    }
    state.log.info(|| "the configuration has changed".into());
    let walks_otherwise = walks_otherwise(&before.config, &config) || before.config_folder != folder;
    state.learn(|known| {
        known.config = Arc::new(config);
        known.config_folder = folder;
    });
    if walks_otherwise && state.index.has_begun() {
        index::start(state);
    }
    true
}

/// Says what is wrong, unless that was said already.
fn tell(state: &State, wrong: Vec<String>) {
    let mut told = held(&state.told_wrong);
    if *told != wrong {
        for message in &wrong {
            state.log.warn(|| message.clone());
        }
        *told = wrong;
    }
}

/// What to say of a `guardline.json` or of own rules that are open, as they stand in the editor.
pub fn errors_in(state: &State, document: &Document) -> Vec<ConfigError> {
    let file = &document.file;
    if !disk::is_config(state, file) {
        return Vec::new();
    }
    let known = &state.config().own_rules;
    if own_rules::is_one(file, &state.roots()) {
        // Of two rules with one id the first counts.
        let before: Vec<OwnRule> = known.iter().filter(|rule| rule.file < *file).cloned().collect();
        return own::read(file, &document.text(), &before).1;
    }
    parse::parse(&document.text(), &|id| is_known(id, known)).1
}

fn walks_otherwise(before: &Config, now: &Config) -> bool {
    before.ignore != now.ignore || before.max_file_bytes != now.max_file_bytes
}
