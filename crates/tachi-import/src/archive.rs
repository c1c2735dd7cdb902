//! Keeps what imports were made of, for operators who want to look at it later. Source: `spec/pipeline.md` 1, stage 1.

use std::fs::DirBuilder;
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::importer::{Importer, Request};

impl Importer {
    /// Keeps the input of an import as a file named after it, if the operator wants that. That is never a reason for an
    /// import to fail.
    pub(crate) fn archive(&self, request: &Request) {
        let Some(folder) = self.configuration().archive.as_deref().filter(|_| !request.dry_run) else { return };
        if let Err(error) = keep(folder, &request.import_id.to_string(), &request.bytes) {
            log::warn!("the input of import {} is not kept in {}: {error}", request.import_id, folder.display());
        }
    }
}

/// Writes a file that only the server's own user can read. It appears with all of its content, over the one there may
/// be of an earlier try.
fn keep(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    make(folder)?;
    // Temporary files have the mode 0600.
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.persist(folder.join(name)).map(drop).map_err(|error| error.error)
}

fn make(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
