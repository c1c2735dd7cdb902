//! The stages inside the write transaction, one module each, in the order of [`Stage`](crate::stage::Stage); and
//! [`settle`], which does the same from what is stored.

pub mod document;
pub mod enrich;
pub mod goals;
pub mod highlight;
pub mod pbs;
pub mod profile;
pub mod scores;
pub mod separate;
pub mod sessions;
pub mod settle;
