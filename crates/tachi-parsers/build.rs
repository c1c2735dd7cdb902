//! Makes a client of `proto/` where scores are fetched.

#[cfg(not(feature = "fetch"))]
fn main() {
    println!("cargo:rerun-if-changed=build.rs");
}

#[cfg(feature = "fetch")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    const SERVICES: [&str; 5] =
        ["cards/cards.proto", "chunithm/user.proto", "maimai/user.proto", "ongeki/user.proto", "wacca/user.proto"];
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=proto");
    let descriptors = protox::compile(SERVICES, ["proto"])?;
    tonic_prost_build::configure()
        .build_server(false)
        .build_transport(false)
        // The form of transcripts: names in lowerCamelCase, enums as numbers, absent messages left out.
        .message_attribute(".", "#[derive(serde::Serialize)] #[serde(rename_all = \"camelCase\")]")
        .field_attribute("GetPlaylogStreamItem.info", LEFT_OUT)
        .field_attribute("GetPlaylogStreamItem.judge", LEFT_OUT)
        .field_attribute("PlaylogStreamItem.info", LEFT_OUT)
        .field_attribute(".mythos.wacca.v0.PlaylogInfo.judge", LEFT_OUT)
        .field_attribute(".mythos.wacca.v0.PlaylogInfo.clear_status", LEFT_OUT)
        .include_file("myt.rs")
        .compile_fds(descriptors)?;
    Ok(())
}

#[cfg(feature = "fetch")]
const LEFT_OUT: &str = "#[serde(skip_serializing_if = \"Option::is_none\")]";
