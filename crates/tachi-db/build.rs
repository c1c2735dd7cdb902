//! Makes the build notice new SQL files: the migrations are compiled in.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
