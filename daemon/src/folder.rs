//! What becomes of names when power is lost.

use std::{io, path::Path};

/// Has a file's new name, or that it has none any more, survive a loss of power.
#[cfg(unix)]
pub(crate) fn sync(file: &Path) -> io::Result<()> {
    file.parent().map_or(Ok(()), |folder| std::fs::File::open(folder)?.sync_all())
}

/// A name in NTFS's log comes back by itself.
#[cfg(windows)]
#[expect(clippy::unnecessary_wraps, reason = "on Unix it can fail")]
pub(crate) fn sync(_file: &Path) -> io::Result<()> {
    Ok(())
}
