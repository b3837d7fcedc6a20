//! The data folder, and what lies where in it.

use std::path::{Path, PathBuf};

use crate::{FolderError, make_private};

/// The data folder of one user; one daemon owns it at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home(PathBuf);

/// The platform names no data folder.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("cannot tell where your data folder is; set ALC_HOME to an absolute path")]
pub struct NoHome;

impl Home {
    /// The folder at `given` (the value of `ALC_HOME`), else the platform's data folder for `alc`.
    pub fn find(given: Option<PathBuf>) -> Result<Self, NoHome> {
        let path = match given.filter(|path| !path.as_os_str().is_empty()) {
            Some(path) => path,
            None => {
                directories::ProjectDirs::from("", "", "alc").ok_or(NoHome)?.data_dir().to_owned()
            }
        };
        std::path::absolute(path).map(Self).map_err(|_| NoHome)
    }

    /// Makes the folder, for its owner only, unless it is there.
    pub fn make(&self) -> Result<(), FolderError> {
        make_private(&self.0, true)
    }

    /// The folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The journal, an `SQLite` database.
    #[must_use]
    pub fn journal(&self) -> PathBuf {
        self.0.join("journal.db")
    }

    /// Whether a journal has its place there; a link to one that is gone keeps it, too.
    #[must_use]
    pub fn has_journal(&self) -> bool {
        self.journal().symlink_metadata().is_ok()
    }

    /// The file whose lock is the ownership of the folder, held by the daemon for life.
    #[must_use]
    pub fn lock(&self) -> PathBuf {
        self.0.join("lock")
    }

    /// The file whose lock a client holds while it starts a daemon.
    #[must_use]
    pub fn start_lock(&self) -> PathBuf {
        self.0.join("start.lock")
    }

    /// Where the daemon says which address it listens on.
    #[must_use]
    pub fn endpoint(&self) -> PathBuf {
        self.0.join("endpoint")
    }

    /// The folder's id, as text.
    #[must_use]
    pub fn id(&self) -> PathBuf {
        self.0.join("id")
    }

    /// The daemon's log.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.0.join("alcd.log")
    }
}
