//! A file that appears when it is complete and on disk, in place of what was there, or not at all.

use std::{
    fs,
    io::{self, Seek as _, Write},
    path::{Path, PathBuf},
};

use tempfile::{Builder, NamedTempFile};

use crate::error::CliError;

/// The file before it has its name. It lies beside its place.
pub(crate) struct Draft {
    place: PathBuf,
    file: NamedTempFile,
}

impl Draft {
    /// An empty one, which only its owner may read.
    pub(crate) fn private(place: &Path) -> Result<Self, CliError> {
        Self::new(place, 0o600)
    }

    /// An empty one, which those may read who may read its owner's files.
    pub(crate) fn shared(place: &Path) -> Result<Self, CliError> {
        Self::new(place, 0o666)
    }

    fn new(place: &Path, mode: u32) -> Result<Self, CliError> {
        // A link stays, and what it leads to is replaced.
        let place = fs::canonicalize(place).unwrap_or_else(|_| place.to_owned());
        let folder = match place.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let draft = || {
            refuse_what_is_no_file(&place)?;
            let mut draft = Builder::new();
            allow(draft.prefix(".alc-"), mode).tempfile_in(folder)
        };
        match draft() {
            Ok(file) => Ok(Self { place, file }),
            Err(source) => Err(CliError::Unwritable { path: place, source }),
        }
    }

    /// Where it is until then.
    pub(crate) fn path(&self) -> &Path {
        self.file.path()
    }

    /// Begins anew.
    pub(crate) fn clear(&mut self) -> Result<(), CliError> {
        let file = self.file.as_file_mut();
        file.set_len(0).and_then(|()| file.rewind()).map_err(|source| self.unwritable(source))
    }

    pub(crate) fn unwritable(&self, source: io::Error) -> CliError {
        CliError::Unwritable { path: self.place.clone(), source }
    }

    /// Gives it its name; it survives a loss of power from here on.
    pub(crate) fn keep(self) -> Result<(), CliError> {
        let Self { place, file } = self;
        let kept = || {
            file.as_file().sync_all()?;
            file.persist(&place)?;
            sync_folder(&place)
        };
        kept().map_err(|source: io::Error| CliError::Unwritable { path: place.clone(), source })
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Who may do what with the file, as far as the caller's umask lets them.
#[cfg(unix)]
fn allow<'a, 'b>(draft: &'a mut Builder<'b, 'b>, mode: u32) -> &'a mut Builder<'b, 'b> {
    draft.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode))
}

/// As the folder says.
#[cfg(windows)]
fn allow<'a, 'b>(draft: &'a mut Builder<'b, 'b>, _mode: u32) -> &'a mut Builder<'b, 'b> {
    draft
}

/// Nobody's device or pipe is replaced by a file.
fn refuse_what_is_no_file(place: &Path) -> io::Result<()> {
    match fs::metadata(place) {
        Ok(there) if there.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(there) if !there.is_file() => Err(io::Error::other("it is no file; use stdout")),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn sync_folder(place: &Path) -> io::Result<()> {
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty());
    fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// A name in NTFS's log comes back by itself.
#[cfg(windows)]
#[expect(clippy::unnecessary_wraps, reason = "on Unix it can fail")]
fn sync_folder(_place: &Path) -> io::Result<()> {
    Ok(())
}
