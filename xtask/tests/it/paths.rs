//! A map of what is gone is worse than none: every path that the documents name exists.

use std::path::Path;

#[test]
fn every_path_named_in_the_documents_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut missing = Vec::new();
    for document in ["ARCHITECTURE.md", "README.md", "docs/adding-an-import-type.md", "docs/adding-a-game.md"] {
        let text = std::fs::read_to_string(root.join(document)).unwrap();
        for quoted in text.split('`').skip(1).step_by(2) {
            let is_path = quoted.contains('/')
                && !quoted.contains(' ')
                && ["crates/", "server/", "xtask/", "fixtures/", "docs/", ".ci/"]
                    .iter()
                    .any(|start| quoted.starts_with(start));
            if is_path && !quoted.contains(['<', '*', '{', ':']) && !root.join(quoted).exists() {
                missing.push(format!("{document}: {quoted}"));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
