//! One binary for all integration tests of the server, over real HTTP: a module per resource, and one for the command
//! line.

#[path = "../../../crates/tachi-db/tests/support/postgres.rs"]
#[expect(dead_code, reason = "shared with the tests of the database, which use more of it")]
mod postgres;

#[path = "../../../crates/tachi-parsers/tests/it/support/kai.rs"]
mod kai;
#[path = "../../../crates/tachi-parsers/tests/it/support/upstream.rs"]
mod upstream;

mod admin;
mod archive;
mod auth;
mod background;
mod browsers;
mod captcha;
mod changes;
mod clients;
mod command_line;
mod concurrency;
mod crashes;
mod documents;
mod dry_run;
mod endpoints;
mod failures;
mod from_api;
mod import_class;
mod import_file;
mod import_refused;
mod instance;
mod integrations;
mod ir_barbatos;
mod ir_beatoraja;
mod ir_direct_manual;
mod ir_fervidex;
mod ir_kit;
mod ir_kshook;
mod ir_lr2hook;
mod ir_usc;
mod limits;
mod logins;
mod mail;
mod multipart;
mod openapi;
mod pages;
mod polling;
mod reading;
mod replicas;
mod schedule;
mod status;
mod support;
mod tokens;
mod users;
mod watching;
mod webhooks;
