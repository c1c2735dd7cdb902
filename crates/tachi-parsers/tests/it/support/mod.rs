//! Stand-ins for remote services, each a real server on loopback.

pub mod myt;
pub mod raw;
