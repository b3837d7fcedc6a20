//! Removing: a package leaves the store, or a project names it no more.

use std::path::Path;

use alc_core::{Caller, FORMAT, PackageScope, RemovedView, is_package_name};

use super::{
    ManageError,
    link::project,
    manifest::Manifest,
    store::{Stands, Store},
};
use crate::packages::is_version;

/// Removes the package `name`, or the copy `NAME@VERSION` of one.
pub(crate) fn remove(
    name: &str,
    scope: PackageScope,
    caller: &Caller,
    home: &Path,
) -> Result<RemovedView, ManageError> {
    let (package, version) = name.split_once('@').map_or((name, None), |(a, b)| (a, Some(b)));
    if !is_package_name(package) || version.is_some_and(|version| !is_version(version)) {
        return Err(ManageError::BadName(name.to_owned()));
    }
    let unknown = || ManageError::Unknown(name.to_owned());
    if scope != PackageScope::Global {
        if !project(caller)?.forget(name)? {
            return Err(unknown());
        }
    } else if std::fs::symlink_metadata(home.join("packages").join(name)).is_err() {
        return Err(unknown());
    } else {
        let store = Store::lock(home)?;
        let mut manifest = Manifest::read(home)?;
        match store.stands(name) {
            Stands::Nothing => return Err(unknown()),
            Stands::Link => return Err(ManageError::IsLink(name.to_owned())),
            Stands::Folder => store.take(name)?,
        }
        if manifest.get(name).is_some() {
            manifest.remove(name);
            manifest.write().map_err(|error| ManageError::File(home.into(), error))?;
        }
    }
    Ok(RemovedView { v: FORMAT, name: name.to_owned(), scope })
}
