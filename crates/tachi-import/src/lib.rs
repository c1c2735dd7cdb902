//! x
mod session_name;
pub mod sessions;
