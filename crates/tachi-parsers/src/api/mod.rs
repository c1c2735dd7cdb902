//! Import types whose data the server fetches from a service that the player has linked.

pub mod myt;
