//! The server of tachi: HTTP, settings and the command line. The binary `tachi` is [`cli::Cli::run`] and nothing else;
//! the rest is a library so that tests can start an instance in their own process.

pub mod accounts;
pub mod app;
pub mod auth;
mod background;
pub mod body;
pub mod builtin;
pub mod cli;
pub mod config;
pub mod documents;
pub mod envelope;
pub mod fields;
pub mod http;
pub mod integrations;
pub mod limits;
pub mod logging;
pub mod login;
pub mod multipart;
pub mod owned;
pub mod password;
pub mod routes;
pub mod secret;
pub mod self_key;
pub mod upload;
pub mod vault;
