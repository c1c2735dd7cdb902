//! Where the scores of a service wait until all of them are there: small histories in memory, others in a temporary
//! file that nobody else can open.

use std::io::{Read, Result, Seek, Write};

use tempfile::SpooledTempFile;
use tokio::task::block_in_place;

/// Up to this size they stay in memory: some 3,000 scores.
const IN_MEMORY: usize = 1 << 20;

/// What was fetched so far.
pub struct Spool(SpooledTempFile);

impl Spool {
    /// Nothing yet.
    pub fn new() -> Self {
        Self(SpooledTempFile::new(IN_MEMORY))
    }

    /// All of it. For whoever may block.
    ///
    /// # Errors
    /// Those of the file.
    pub fn into_bytes(mut self) -> Result<Vec<u8>> {
        let size = self.0.stream_position()?;
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
        self.0.rewind()?;
        self.0.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl Write for Spool {
    /// On the runtime's worker, which other fetches leave when this one waits for a disk.
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        if self.0.is_rolled() { block_in_place(|| self.0.write(bytes)) } else { self.0.write(bytes) }
    }

    fn flush(&mut self) -> Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use tokio::runtime::Builder;

    use super::*;

    #[test]
    fn what_was_written_comes_back_whether_it_is_in_memory_or_in_a_file() {
        let runtime = Builder::new_multi_thread().worker_threads(1).build().unwrap();
        for (parts, is_file) in [(0, false), (1, false), (30, true)] {
            let part = vec![b'x'; 100_000];
            let write = async move {
                let mut spool = Spool::new();
                for _ in 0..parts {
                    spool.write_all(&part).unwrap();
                }
                spool
            };
            let spool = runtime.block_on(runtime.spawn(write)).unwrap();
            assert_eq!(spool.0.is_rolled(), is_file);
            assert_eq!(spool.into_bytes().unwrap(), vec![b'x'; parts * 100_000]);
        }
    }
}
