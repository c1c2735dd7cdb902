//! Score formats: from the bytes that players and programs send to *dry scores*.
//!
//! An import type is a [`Format`](format::Format): it *parses* an input into elements and *converts* each of them, and
//! the [`registry`] has a row for each. The input is an uploaded file (`file/*`), the body of a request (`ir/*`), or
//! what was fetched from a service that the user has linked (`api/*`).
//!
//! # Fetched types
//!
//! Those of [`api`] are in two halves. Reading is like that of any other type, from bytes: a *transcript* of what the
//! service sent. It needs no feature and no network, so transcripts can be kept, tried out and tested like files.
//! Fetching makes a transcript; it is in `fetch` behind the cargo feature of that name, which is off by default and
//! brings an HTTP client (TLS with built-in certificates). Where a type's data comes from is told by the
//! [`source`](registry::Entry::source) of its row.
//!
//! ```no_run
//! # #[cfg(feature = "fetch")]
//! # async fn example(links: &dyn tachi_parsers::fetch::Links) -> Result<(), Box<dyn std::error::Error>> {
//! use tachi_core::import_type::ImportType;
//! use tachi_parsers::fetch::{Configuration, Services, fetch};
//!
//! let services = Services::new(Configuration { instance: "Foo".to_owned(), ..Configuration::default() })?;
//! let progress = |progress| println!("{progress:?}");
//! let mut transcript = Vec::new();
//! fetch(&services, ImportType::ApiFloIidx, links, &progress, None, &mut transcript).await?;
//! // `transcript` is the `bytes` of the `Input` that the registry's entry parses.
//! # Ok(())
//! # }
//! ```
#![deny(missing_docs)]

pub mod api;
pub mod charts;
pub mod classes_only;
pub mod error;
#[cfg(feature = "fetch")]
pub mod fetch;
pub mod file;
pub mod fill;
pub mod format;
pub mod gpt_name;
pub mod ir;
pub mod json;
pub mod naive_csv;
pub mod registry;
pub mod rfc_csv;
pub mod schema;
pub mod text;
pub mod time;
pub mod unknown_chart;
pub mod xml;
