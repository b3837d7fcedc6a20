//! Links: packages that stay where they are, for the user or for one worktree.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use alc_core::{Caller, FORMAT, LinkedView, PackageScope, UnlinkedView, is_package_name};

use super::{
    ManageError,
    collection::Collection,
    manifest::Manifest,
    project::ProjectFiles,
    store::{Stands, Store},
};

/// What to link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// A collection, or the folder of one package.
    pub(crate) folder: String,
    /// Read the folder as one package of this name.
    pub(crate) name: Option<String>,
    pub(crate) scope: PackageScope,
    /// Also in the place of packages that are installed.
    pub(crate) force: bool,
}

/// Links packages.
pub(crate) fn link(
    wanted: &Wanted,
    caller: &Caller,
    home: &Path,
) -> Result<(LinkedView, Vec<String>), ManageError> {
    let base = caller.folder.as_deref().map_or(Path::new(""), Path::new);
    let folder = base.join(&wanted.folder);
    let folder = folder.canonicalize().map_err(|_| ManageError::NoSource(wanted.folder.clone()))?;
    let (mode, packages, warnings) = read(&folder, wanted.name.as_deref())?;
    let mut view = LinkedView {
        v: FORMAT,
        mode: mode.to_owned(),
        scope: wanted.scope,
        linked: Vec::new(),
        targets: Vec::new(),
        skipped: Vec::new(),
    };
    let mut project = match wanted.scope {
        PackageScope::Global => None,
        PackageScope::Variant | PackageScope::Project => Some(project(caller)?),
    };
    let store = Store::lock(home)?;
    let mut manifest = Manifest::read(home)?;
    for (name, target) in packages {
        let linked = match &mut project {
            Some(files) => files.link(&name, &target),
            None => link_globally(&name, &target, wanted.force, &store)?,
        };
        if linked {
            view.targets.push(target.display().to_string());
            if project.is_none() && manifest.get(&name).is_some() {
                manifest.remove(&name);
                manifest.write().map_err(|error| ManageError::File(home.into(), error))?;
            }
            view.linked.push(name);
        } else {
            view.skipped.push(name);
        }
    }
    if let Some(files) = project {
        files.write_links()?;
    }
    Ok((view, warnings))
}

/// A link of the store, made or replaced; false if a package is installed there.
fn link_globally(
    name: &str,
    target: &Path,
    force: bool,
    store: &Store,
) -> Result<bool, ManageError> {
    if store.stands(name) == Stands::Folder && !force {
        return Ok(false);
    }
    store.put(name, |incoming| {
        symlink(target, incoming).map_err(|error| ManageError::File(store.path(name), error))
    })?;
    Ok(true)
}

/// Takes a link away; what it led to stays.
pub(crate) fn unlink(
    name: &str,
    scope: PackageScope,
    caller: &Caller,
    home: &Path,
) -> Result<UnlinkedView, ManageError> {
    if !is_package_name(name) {
        return Err(ManageError::BadName(name.to_owned()));
    }
    let unknown = || ManageError::Unknown(name.to_owned());
    let target = if scope == PackageScope::Global {
        if fs::symlink_metadata(home.join("packages").join(name)).is_err() {
            return Err(unknown());
        }
        let store = Store::lock(home)?;
        match store.stands(name) {
            Stands::Nothing => return Err(unknown()),
            Stands::Folder => return Err(ManageError::NoLink(name.to_owned())),
            Stands::Link => {}
        }
        let target = fs::read_link(store.path(name)).unwrap_or_default();
        store.take(name)?;
        target.display().to_string()
    } else {
        project(caller)?.unlink(name)?.ok_or_else(unknown)?
    };
    Ok(UnlinkedView { v: FORMAT, name: name.to_owned(), scope, target })
}

/// The caller's project.
pub(super) fn project(caller: &Caller) -> Result<ProjectFiles, ManageError> {
    let root = caller.project.as_deref().ok_or(ManageError::NoProject)?;
    ProjectFiles::open(Path::new(root))
}

/// How a folder is read, what packages that makes, and what is wrong with others.
type Read = (&'static str, Vec<(String, PathBuf)>, Vec<String>);

/// A folder that is one package, or the packages in it.
fn read(folder: &Path, name: Option<&str>) -> Result<Read, ManageError> {
    let is_package = folder.join("init.lua").is_file();
    match (name, Collection::read(folder)) {
        (None, Ok(collection)) => Ok(("collection", collection.packages, collection.warnings)),
        (None, Err(error)) if !is_package => Err(error),
        (Some(_), _) if !is_package => Err(ManageError::NoPackage(folder.to_owned())),
        (name, _) => {
            let own = || folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let name = name.map_or_else(own, str::to_owned);
            if !is_package_name(&name) {
                return Err(ManageError::BadName(name));
            }
            Ok(("package", vec![(name, folder.to_owned())], Vec::new()))
        }
    }
}

#[cfg(unix)]
fn symlink(target: &Path, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, at)
}

#[cfg(windows)]
fn symlink(target: &Path, at: &Path) -> io::Result<()> {
    std::os::windows::fs::symlink_dir(target, at)
}
