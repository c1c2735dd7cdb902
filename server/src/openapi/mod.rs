//! The description of the API as OpenAPI 3.1, made of the route table: registering a route and documenting it is one
//! act ([`Api`]), so that neither can be there without the other.

mod api;
mod document;
pub mod notation;
mod page;
mod row;
mod schemas;

pub use api::{Api, Operation};
pub use document::document;
pub use page::page;
pub use row::{Access, Answer, Row, browser_page, redirect, row};
