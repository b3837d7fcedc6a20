//! Disk space that is kept for the day the disk is full: what gives space back needs some itself.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::schema::OpenError;

/// In bytes. One half lets the log be moved into the file, so that it can begin anew in the space it
/// has; the other is for what is written then.
pub(super) const SIZE: usize = 4 << 20;

/// A file beside the journal that is there for its size.
pub(super) struct Reserve {
    path: PathBuf,
    held: bool,
}

/// Why the space is not there.
#[derive(Debug)]
pub(super) enum NoReserve {
    /// The disk is full.
    Full,
    /// The file cannot be made for another reason.
    Refused(PathBuf, io::Error),
}

impl Reserve {
    /// The reserve of the journal at `path`, unless something else has its name; takes nothing yet.
    pub(super) fn of(journal: &Path) -> Result<Self, OpenError> {
        let path = journal.with_extension("reserve");
        match length(&path) {
            Ok(length) => Ok(Self { path, held: length == Some(SIZE as u64) }),
            Err(source) => Err(OpenError::Reserve { path, source }),
        }
    }

    /// Takes the space, if it is not there.
    pub(super) fn hold(&mut self) -> Result<(), NoReserve> {
        if self.held {
            return Ok(());
        }
        self.take().map_err(|error| {
            use io::ErrorKind::{QuotaExceeded, StorageFull};
            if matches!(error.kind(), QuotaExceeded | StorageFull) {
                fs::remove_file(&self.path).ok();
                return NoReserve::Full;
            }
            NoReserve::Refused(self.path.clone(), error)
        })?;
        self.held = true;
        Ok(())
    }

    fn take(&self) -> io::Result<()> {
        length(&self.path)?;
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

/// How long the file is, `None` if there is none. Opening something else could take for ever.
fn length(path: &Path) -> io::Result<Option<u64>> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_file() => Ok(Some(found.len())),
        Ok(found) if found.is_dir() => Err(io::Error::other("it is a folder, not a file")),
        Ok(_) => Err(io::Error::other("it is not a file")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_space_is_taken_given_back_and_taken_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let journal = folder.path().join("journal.db");
        let held = || Reserve::of(&journal).expect("may be").held;
        let mut reserve = Reserve::of(&journal).expect("may be");
        assert!(!reserve.held && !reserve.release());
        for _ in 0..2 {
            reserve.hold().expect("there is room");
            assert!(held() && reserve.release() && !held());
        }
        // Half of it is not enough, and a place that cannot be written is none.
        fs::write(&reserve.path, vec![0; SIZE / 2]).expect("writes");
        assert!(!held());
        let mut nowhere = Reserve::of(&folder.path().join("none/journal.db")).expect("may be");
        assert!(matches!(nowhere.hold(), Err(NoReserve::Refused(..))));
    }

    #[test]
    fn what_is_no_file_is_told_and_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let journal = folder.path().join("journal.db");
        let mut reserve = Reserve::of(&journal).expect("may be");
        fs::create_dir(&reserve.path).expect("makes");
        let refused = reserve.hold();
        assert!(matches!(&refused, Err(NoReserve::Refused(path, _)) if *path == reserve.path));
        assert!(Reserve::of(&journal).is_err() && reserve.path.is_dir());
    }
}
