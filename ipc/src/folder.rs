//! Folders that are the user's alone.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It cannot be made or looked at.
    #[error("cannot use the folder {path}")]
    Unusable {
        /// Which folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Its owner could read and change what lies in it.
    #[error("the folder {path} belongs to another user")]
    Foreign {
        /// Which folder.
        path: PathBuf,
    },
    /// Its rights let others in.
    #[error("others may read or write the folder {path}")]
    Open {
        /// Which folder.
        path: PathBuf,
    },
}

impl FolderError {
    /// The command that mends it, if one does.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Open { path } => Some(format!("chmod 700 {}", path.display())),
            Self::Unusable { .. } | Self::Foreign { .. } => None,
        }
    }
}

/// Makes the folder, and those above it if `recursive`, unless it is there. If others can get at it,
/// nothing in it is touched.
#[cfg(unix)]
pub fn make_private(path: &Path, recursive: bool) -> Result<(), FolderError> {
    use std::os::unix::fs::DirBuilderExt as _;
    match fs::DirBuilder::new().recursive(recursive).mode(0o700).create(path) {
        Err(source) if source.kind() != io::ErrorKind::AlreadyExists => {
            Err(FolderError::Unusable { path: path.to_owned(), source })
        }
        _ => check_private(path),
    }
}

/// Whether the folder is there, and nobody else can get at it.
#[cfg(unix)]
pub fn check_private(path: &Path) -> Result<(), FolderError> {
    use std::os::unix::fs::MetadataExt as _;
    let unusable = |source| FolderError::Unusable { path: path.to_owned(), source };
    let folder = fs::metadata(path).map_err(unusable)?;
    if !folder.is_dir() {
        return Err(unusable(io::ErrorKind::NotADirectory.into()));
    }
    if folder.uid() != crate::own_uid() {
        return Err(FolderError::Foreign { path: path.to_owned() });
    }
    if folder.mode() & 0o077 != 0 {
        return Err(FolderError::Open { path: path.to_owned() });
    }
    Ok(())
}

/// Makes the folder, and those above it if `recursive`, unless it is there. It has the rights of the
/// one it lies in, which for the default one are the user's alone.
#[cfg(windows)]
pub fn make_private(path: &Path, recursive: bool) -> Result<(), FolderError> {
    match fs::DirBuilder::new().recursive(recursive).create(path) {
        Err(source) if source.kind() != io::ErrorKind::AlreadyExists => {
            Err(FolderError::Unusable { path: path.to_owned(), source })
        }
        _ => check_private(path),
    }
}

/// Whether the folder is there.
#[cfg(windows)]
pub fn check_private(path: &Path) -> Result<(), FolderError> {
    let unusable = |source| FolderError::Unusable { path: path.to_owned(), source };
    if !fs::metadata(path).map_err(unusable)?.is_dir() {
        return Err(unusable(io::ErrorKind::NotADirectory.into()));
    }
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn a_folder_is_made_for_its_owner_alone_or_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        assert!(matches!(
            make_private(&path("a/b"), false),
            Err(FolderError::Unusable { source, .. }) if source.kind() == io::ErrorKind::NotFound
        ));
        assert!(!path("a").exists());
        for _ in 0..2 {
            make_private(&path("a/b"), true).expect("makes");
        }
        symlink(path("a/b"), path("link")).expect("links");
        make_private(&path("link"), true).expect("is there");
        fs::set_permissions(path("a/b"), fs::Permissions::from_mode(0o750)).expect("sets");
        let open = make_private(&path("link"), true).expect_err("is open");
        assert_eq!(open.hint(), Some(format!("chmod 700 {}", path("link").display())));
        fs::write(path("file"), "").expect("writes");
        symlink(path("nowhere"), path("dangling")).expect("links");
        for name in ["file", "dangling"] {
            let refused = make_private(&path(name), true);
            assert!(matches!(refused, Err(FolderError::Unusable { .. })), "{name}");
        }
        assert!(!path("nowhere").exists());
    }
}
