//! Import types whose data is fetched from a service that the user has linked.
//!
//! They come in two halves. What is here is pure: it reads a *transcript*, the bytes that were fetched, and makes dry
//! scores of it like any other type. How a transcript is fetched is the affair of `fetch` (behind the cargo feature of
//! that name), which is told where to go by the [`Source`](source::Source) of the registry's row.
//!
//! | Family | Transcript |
//! |---|---|
//! | [`kai`], [`arc`] | `{"service": "FLO", "profile": <the profile's body, or null>, "pages": [<`_items` of each page>..]}` |
//! | [`cg`] | the only answer, as it is |

pub mod arc;
pub mod cg;
mod item;
pub mod kai;
mod pages;
pub mod source;
