//! What a connection has that outlasts its requests: leases, and a file that comes in parts.

use std::{
    fs::File,
    io::{self, Write as _},
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tempfile::TempPath;

use crate::{
    journal::new_file,
    lease::{Driver, Leases},
};

/// A client as the handlers of its requests meet it.
pub(crate) struct Visitor {
    /// Drives sessions.
    pub(crate) driver: Driver,
    /// Sends a file.
    pub(crate) delivery: Delivery,
}

impl Visitor {
    /// One that has done nothing yet.
    pub(crate) fn new(leases: &Leases) -> Self {
        Self { driver: leases.driver(), delivery: Delivery::default() }
    }
}

/// What a client has sent of a file so far.
#[derive(Debug, Default)]
pub(crate) struct Delivery(Mutex<Option<(File, TempPath)>>);

impl Delivery {
    /// Appends a part; the file is made in `folder` with the first. A file that a part is missing of
    /// is given up.
    pub(crate) fn add(&self, part: &[u8], folder: &Path) -> io::Result<()> {
        let mut delivered = self.lock();
        let (mut file, path) = match delivered.take() {
            Some(begun) => begun,
            None => new_file(folder)?,
        };
        file.write_all(part)?;
        *delivered = Some((file, path));
        Ok(())
    }

    /// The whole file.
    pub(crate) fn take(&self) -> Option<TempPath> {
        self.lock().take().map(|(_, path)| path)
    }

    fn lock(&self) -> MutexGuard<'_, Option<(File, TempPath)>> {
        // Whoever panicked has taken the file out before.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
