//! Services on loopback. `upstream.rs` and `kai.rs` need nothing of this crate: others include them by their
//! path.

pub mod kai;
pub mod upstream;
