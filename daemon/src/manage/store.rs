//! The user's store of packages: what is in it is replaced whole, by one process at a time.
//!
//! ```text
//! .incoming-NAME ─ filled ─► exchanged with NAME ─► removed         where folders can be exchanged
//! NAME ─► .outgoing-NAME,  .incoming-NAME ─► NAME                   elsewhere
//! ```
//!
//! Whoever comes next cleans up after one that was killed; at every moment a name has its old content
//! or its new one, or the old one has its name back before anybody else changes something.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use alc_ipc::make_private;

use super::ManageError;
use crate::store::lock;

const INCOMING: &str = ".incoming-";
const OUTGOING: &str = ".outgoing-";

/// The store, while nobody else changes it.
#[derive(Debug)]
pub(super) struct Store {
    folder: PathBuf,
    _lock: File,
}

/// What has a name in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stands {
    Nothing,
    Link,
    Folder,
}

impl Store {
    /// Waits for those who change the store in the data folder `home`, which is made if it is not there.
    pub(super) fn lock(home: &Path) -> Result<Self, ManageError> {
        make_private(home, true)?;
        let folder = home.join("packages");
        let lock = lock(&folder).map_err(|error| ManageError::File(folder.clone(), error))?;
        let store = Self { folder, _lock: lock };
        store.clean_up()?;
        Ok(store)
    }

    /// Where a package of this name is.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// What has this name.
    pub(super) fn stands(&self, name: &str) -> Stands {
        match fs::symlink_metadata(self.path(name)) {
            Err(_) => Stands::Nothing,
            Ok(found) if found.is_symlink() => Stands::Link,
            Ok(_) => Stands::Folder,
        }
    }

    /// Puts what `fill` makes at the path it is given in the place of what has this name, if anything
    /// has.
    pub(super) fn put(
        &self,
        name: &str,
        fill: impl FnOnce(&Path) -> Result<(), ManageError>,
    ) -> Result<(), ManageError> {
        let incoming = self.path(&format!("{INCOMING}{name}"));
        let filled = fill(&incoming).and_then(|()| {
            let replaced = self.replace(&incoming, name);
            replaced.map_err(|error| ManageError::File(self.path(name), error))
        });
        // What is left there is the old one, or half of the new one.
        let removed = remove(&incoming);
        filled?;
        removed.map_err(|error| ManageError::File(incoming, error))
    }

    /// Takes what has this name out of the store.
    pub(super) fn take(&self, name: &str) -> Result<(), ManageError> {
        let (path, outgoing) = (self.path(name), self.path(&format!("{INCOMING}{name}")));
        let failed = |error| ManageError::File(path.clone(), error);
        // Under that name nobody brings it back.
        fs::rename(&path, &outgoing).map_err(failed)?;
        remove(&outgoing).map_err(failed)
    }

    fn replace(&self, incoming: &Path, name: &str) -> io::Result<()> {
        let place = self.path(name);
        match fs::symlink_metadata(&place) {
            Err(_) => return fs::rename(incoming, place),
            Ok(_) if exchange(incoming, &place)? => return Ok(()),
            Ok(_) => {}
        }
        let outgoing = self.path(&format!("{OUTGOING}{name}"));
        fs::rename(&place, &outgoing)?;
        match fs::rename(incoming, &place) {
            Ok(()) => remove(&outgoing),
            Err(error) => fs::rename(&outgoing, &place).and(Err(error)),
        }
    }

    /// Ends what a process that was killed had begun.
    fn clean_up(&self) -> Result<(), ManageError> {
        let failed = |error| ManageError::File(self.folder.clone(), error);
        for entry in fs::read_dir(&self.folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let place = name.strip_prefix(OUTGOING).map(|name| self.path(name));
            match place {
                Some(place) if fs::symlink_metadata(&place).is_err() => {
                    fs::rename(&path, place).map_err(failed)?;
                }
                None if !name.starts_with(INCOMING) => {}
                _ => remove(&path).map_err(failed)?,
            }
        }
        Ok(())
    }
}

/// Gives each of two names what the other has, in one step; false where that cannot be done.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn exchange(one: &Path, other: &Path) -> io::Result<bool> {
    use rustix::{
        fs::{CWD, RenameFlags, renameat_with},
        io::Errno,
    };
    match renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(true),
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Gives each of two names what the other has; it cannot be done here.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
#[expect(clippy::unnecessary_wraps, reason = "where it can be done, it can fail")]
fn exchange(_one: &Path, _other: &Path) -> io::Result<bool> {
    Ok(false)
}

/// Removes a folder with all that is in it, or a link, or nothing.
fn remove(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path).or_else(|_| fs::remove_dir(path)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(text: &'static str) -> impl FnOnce(&Path) -> Result<(), ManageError> {
        move |path| {
            fs::create_dir(path).expect("creates");
            fs::write(path.join("init.lua"), text).expect("writes");
            Ok(())
        }
    }

    fn content(store: &Store) -> Vec<String> {
        let entries = fs::read_dir(&store.folder).expect("reads");
        let mut names: Vec<_> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .filter(|name| name != ".lock")
            .collect();
        names.sort();
        names
    }

    /// A folder for a data folder, which the store makes itself, for its owner alone.
    fn folder() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let home = folder.path().join("home");
        (folder, home)
    }

    #[test]
    fn a_package_is_replaced_whole_or_not_at_all() {
        let (_folder, home) = folder();
        let store = Store::lock(&home).expect("locks");
        let text = || fs::read_to_string(store.path("a").join("init.lua")).expect("reads");
        store.put("a", fill("one")).expect("puts");
        store.put("a", fill("two")).expect("puts");
        assert_eq!(text(), "two");
        let broken = |path: &Path| {
            fill("three")(path).expect("fills");
            Err(ManageError::NoProject)
        };
        assert!(store.put("a", broken).is_err());
        assert_eq!((text().as_str(), content(&store)), ("two", vec!["a".to_owned()]));
        store.take("a").expect("takes");
        assert!(content(&store).is_empty());
    }

    #[test]
    fn what_a_killed_process_left_is_cleaned_up() {
        let (_folder, home) = folder();
        let store = Store::lock(&home).expect("locks");
        for name in ["kept", ".incoming-half", ".outgoing-moved", ".outgoing-kept"] {
            fill("x")(&store.path(name)).expect("fills");
        }
        drop(store);
        let store = Store::lock(&home).expect("locks");
        assert_eq!(content(&store), ["kept", "moved"]);
    }
}
