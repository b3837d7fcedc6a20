//! A collection: a folder whose sub-folders with an `init.lua` are packages, perhaps with scenarios.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use alc_core::is_package_name;

use super::ManageError;
use crate::packages::stays_within;

/// What is in a collection, by name.
#[derive(Debug, Default)]
pub(super) struct Collection {
    pub(super) packages: Vec<(String, PathBuf)>,
    /// The files in its folder `scenarios`.
    pub(super) scenarios: Vec<(String, PathBuf)>,
    pub(super) warnings: Vec<String>,
}

impl Collection {
    /// What is in `root`; it has a package at least.
    pub(super) fn read(root: &Path) -> Result<Self, ManageError> {
        let mut collection = Self::default();
        for (name, folder) in entries(root)? {
            let init = folder.join("init.lua");
            if !init.is_file() {
                continue;
            }
            if !is_package_name(&name) {
                collection.warn(&name, "is no name for a package: it is left out");
            } else if stays_within(&init, root) {
                collection.packages.push((name, folder));
            } else {
                collection.warn(&name, "is a link to somewhere else: it is left out");
            }
        }
        if collection.packages.is_empty() {
            return Err(ManageError::NoCollection(root.to_owned()));
        }
        let folder = root.join("scenarios");
        if folder.is_dir() {
            collection.scenarios = scenarios(&folder)?;
        }
        Ok(collection)
    }

    /// Leaves out the packages that are not named; the scenarios too.
    pub(super) fn keep(&mut self, names: &[String]) -> Result<(), ManageError> {
        let known = |name: &&String| self.packages.iter().any(|(known, _)| known == *name);
        if let Some(absent) = names.iter().find(|name| !known(name)) {
            return Err(ManageError::NotInCollection(absent.clone()));
        }
        self.packages.retain(|(name, _)| names.contains(name));
        self.scenarios.clear();
        Ok(())
    }

    fn warn(&mut self, name: &str, problem: &str) {
        self.warnings.push(format!("`{name}` {problem}"));
    }
}

/// The scenarios in a folder, by name; what has another sort of name is none.
pub(super) fn scenarios(folder: &Path) -> Result<Vec<(String, PathBuf)>, ManageError> {
    let named = |(file, path): (String, PathBuf)| {
        let name = file.strip_suffix(".lua").filter(|name| is_package_name(name))?;
        path.is_file().then(|| (name.to_owned(), path))
    };
    Ok(entries(folder)?.into_iter().filter_map(named).collect())
}

/// What is in a folder, by name; what is hidden, or has no name that is text, is not.
fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>, ManageError> {
    let failed = |error| ManageError::File(folder.to_owned(), error);
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if let Ok(name) = entry.file_name().into_string()
            && !name.starts_with('.')
        {
            entries.push((name, entry.path()));
        }
    }
    entries.sort();
    Ok(entries)
}

/// Copies a package's folder with all that is in it but its `.git`; says which links it leaves out,
/// since they lead elsewhere or to folders, and what else is no file.
pub(super) fn copy_package(from: &Path, to: &Path) -> Result<Vec<String>, ManageError> {
    let mut left_out = Vec::new();
    copy_folder(from, to, from, &mut left_out)
        .map_err(|(path, error)| ManageError::File(path, error))?;
    Ok(left_out)
}

fn copy_folder(
    from: &Path,
    to: &Path,
    root: &Path,
    left_out: &mut Vec<String>,
) -> Result<(), (PathBuf, io::Error)> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |error| (path, error)
    };
    fs::create_dir(to).map_err(at(to))?;
    for entry in fs::read_dir(from).map_err(at(from))? {
        let entry = entry.map_err(at(from))?;
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_name() == ".git" {
            continue;
        }
        let kind = entry.file_type().map_err(at(&path))?;
        let linked_file = kind.is_symlink() && path.is_file() && stays_within(&path, root);
        if kind.is_dir() {
            copy_folder(&path, &to, root, left_out)?;
        } else if kind.is_file() || linked_file {
            fs::copy(&path, &to).map_err(at(&path))?;
        } else {
            let shown = path.strip_prefix(root.parent().unwrap_or(root)).unwrap_or(&path);
            left_out.push(shown.display().to_string());
        }
    }
    Ok(())
}
