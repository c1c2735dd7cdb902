//! Layers never point upwards. Read from `cargo metadata`.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// A crate, the workspace crates it may depend on, and external crates that do not belong in its room.
struct Room {
    name: &'static str,
    below: &'static [&'static str],
    forbidden: &'static [&'static str],
}

const ROOMS: &[Room] = &[
    Room {
        name: "tachi-core",
        below: &[],
        forbidden: &["actix-web", "diesel", "reqwest", "tokio", "rand", "csv", "clap", "anyhow"],
    },
    Room {
        name: "tachi-parsers",
        below: &["tachi-core"],
        forbidden: &["actix-web", "actix-multipart", "diesel", "clap", "anyhow"],
    },
    Room {
        name: "tachi-db",
        below: &["tachi-core"],
        forbidden: &["actix-web", "actix-multipart", "reqwest", "csv", "clap", "anyhow"],
    },
    Room {
        name: "tachi-import",
        below: &["tachi-core", "tachi-parsers", "tachi-db"],
        forbidden: &["actix-web", "actix-multipart", "clap", "anyhow"],
    },
    // For tests only: nobody may depend on it otherwise.
    Room { name: "tachi-mock-myt", below: &[], forbidden: &["actix-web", "diesel", "reqwest"] },
    Room { name: "tachi-server", below: &["tachi-core", "tachi-parsers", "tachi-db", "tachi-import"], forbidden: &[] },
    Room { name: "xtask", below: &["tachi-core"], forbidden: &["diesel", "actix-web"] },
];

#[test]
fn no_crate_depends_on_one_above_it_or_on_what_its_room_forbids() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root)
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let names: BTreeSet<&str> = packages.iter().map(|package| package["name"].as_str().unwrap()).collect();
    let rooms: BTreeSet<&str> = ROOMS.iter().map(|room| room.name).collect();
    assert_eq!(names, rooms, "a crate without a room");
    for room in ROOMS {
        let package = packages.iter().find(|package| package["name"] == room.name).unwrap();
        for dependency in package["dependencies"].as_array().unwrap() {
            let name = dependency["name"].as_str().unwrap();
            let is_test_only = dependency["kind"] == "dev";
            assert!(!room.forbidden.contains(&name) || is_test_only, "{} depends on {name}", room.name);
            let is_ours = names.contains(name);
            assert!(!is_ours || room.below.contains(&name) || is_test_only, "{} depends on {name}", room.name);
        }
    }
}
