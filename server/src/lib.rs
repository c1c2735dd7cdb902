//! The server of tachi: HTTP, settings and the command line. The binary `tachi` is [`cli::Cli::run`] and nothing else;
//! the rest is a library so that tests can start an instance in their own process.

#![deny(clippy::print_stdout, clippy::print_stderr)]

pub mod accounts;
pub mod app;
pub mod auth;
pub mod background;
pub mod body;
pub mod builtin;
pub mod captcha;
pub mod catalogue_watch;
pub mod cli;
pub mod codes;
pub mod config;
pub mod documents;
pub mod envelope;
pub mod fetching;
pub mod fields;
pub mod http;
pub mod integrations;
pub mod limits;
pub mod logging;
pub mod login;
pub mod mail;
pub mod metrics;
pub mod multipart;
pub mod oauth;
pub mod only_server;
pub mod openapi;
pub mod outgoing;
pub mod owned;
pub mod password;
pub mod paths;
pub mod requests;
pub mod routes;
pub mod schedule;
pub mod secret;
pub mod self_key;
pub mod threads;
pub mod upload;
pub mod vault;
pub mod webhooks;
