//! FLOOR 3. What the model means for security: knowledge of libraries (`catalogue`), and the walk over functions that
//! tells where values come from (`value`, `taint`), what is known at each point (`check`) and what the code does (`event`).
//! Keys and passwords in texts are `secrets`.

pub mod access_rules;
pub mod browser;
pub mod built;
pub mod catalogue;
pub mod check;
pub mod credential;
pub mod credential_names;
pub mod event;
pub mod exposure;
pub mod host;
pub mod limits;
pub mod made;
pub mod names;
pub mod openapi;
pub mod path_pattern;
pub mod pattern;
pub mod place;
pub mod private;
pub mod query;
pub mod role_words;
pub mod schema;
pub mod scope;
pub mod secrets;
pub mod services;
pub mod setup;
pub mod show;
pub mod sign_in;
pub mod signs;
pub mod source_map;
pub mod spoken;
pub mod storage;
pub mod taint;
pub mod template;
pub mod value;
pub mod walk;
pub mod ways;

#[cfg(test)]
pub mod written_tests;
