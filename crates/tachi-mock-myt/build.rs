//! Makes the server's half of the services whose client's half `tachi-parsers` makes of the same files.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    const PROTO: &str = "../tachi-parsers/proto";
    const SERVICES: [&str; 5] =
        ["cards/cards.proto", "chunithm/user.proto", "maimai/user.proto", "ongeki/user.proto", "wacca/user.proto"];
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={PROTO}");
    let descriptors = protox::compile(SERVICES, [PROTO])?;
    tonic_prost_build::configure()
        .build_client(false)
        .build_transport(false)
        .include_file("myt.rs")
        .compile_fds(descriptors)?;
    Ok(())
}
