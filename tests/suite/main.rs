//! The tests that need more than one floor. One binary, so that they are linked once.

mod audit;
mod audit_formats;
mod demo;
mod embedded;
mod facts;
mod fixes;
mod floors;
mod freshness;
mod gates;
mod lowering_ecma;
mod own_rules;
mod pages;
mod pieces;
mod placeholder;
mod program;
mod protocol;
mod renamed;
mod route_map;
mod routes;
mod said;
mod schema;
mod secret_catalogue;
mod secret_outputs;
mod secret_rows;
mod settings;
mod vignettes;
