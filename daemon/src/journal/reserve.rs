//! Disk space that is kept for the day the disk is full: what gives space back needs some itself.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// In bytes. One half lets the log be moved into the file, so that it can begin anew in the space it
/// has; the other is for what is written then.
pub(super) const SIZE: usize = 4 << 20;

/// A file beside the journal that is there for its size.
pub(super) struct Reserve {
    path: PathBuf,
    held: bool,
}

impl Reserve {
    /// The reserve of the journal at `path`; takes nothing yet.
    pub(super) fn of(journal: &Path) -> Self {
        let path = journal.with_extension("reserve");
        let held = fs::metadata(&path).is_ok_and(|file| file.len() == SIZE as u64);
        Self { path, held }
    }

    /// Whether the space is there, after taking it if it can be had.
    pub(super) fn hold(&mut self) -> bool {
        if !self.held {
            self.held = self.take().is_ok();
            if !self.held {
                fs::remove_file(&self.path).ok();
            }
        }
        self.held
    }

    fn take(&self) -> io::Result<()> {
        let mut file = File::create(&self.path)?;
        #[cfg(unix)]
        match rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, SIZE as u64) {
            Err(error) if error != rustix::io::Errno::NOSPC => {} // Not every file system can.
            allocated => return Ok(allocated?),
        }
        // Nothing that could be stored in less space.
        let mut noise = vec![0; SIZE];
        blake3::Hasher::new().finalize_xof().fill(&mut noise);
        file.write_all(&noise)
    }

    /// Gives the space to whoever needs it next; false if there was none.
    pub(super) fn release(&mut self) -> bool {
        self.held = false;
        fs::remove_file(&self.path).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_space_is_taken_given_back_and_taken_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let journal = folder.path().join("journal.db");
        let mut reserve = Reserve::of(&journal);
        assert!(!reserve.held && !reserve.release());
        for _ in 0..2 {
            assert!(reserve.hold() && Reserve::of(&journal).held);
            assert!(reserve.release() && !Reserve::of(&journal).held);
        }
        // Half of it is not enough, and a place that cannot be written is none.
        fs::write(&reserve.path, vec![0; SIZE / 2]).expect("writes");
        assert!(!Reserve::of(&journal).held);
        assert!(!Reserve::of(&folder.path().join("none/journal.db")).hold());
    }
}
