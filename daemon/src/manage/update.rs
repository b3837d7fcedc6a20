//! Updating: what `alc.toml` wants is found, and `alc.lock` says what that is.

use std::{path::Path, sync::Arc};

use alc_core::{
    Caller, FORMAT, LockedPackage, NotDone, PackageSource, UpdatedView, is_package_name,
};

use super::{
    ManageError,
    collection::copy_package,
    inspect::Inspector,
    project::{ProjectFiles, Requirement},
    store::Store,
};
use crate::packages::{Located, Origin, is_version, pinned_copy};

/// Updates the project's lock file.
pub(crate) async fn update(
    caller: &Caller,
    home: &Path,
) -> Result<(UpdatedView, Vec<String>), ManageError> {
    let root = caller.project.as_deref().ok_or(ManageError::NoProject)?;
    ProjectFiles::open(Path::new(root))?;
    let store = Store::lock(home)?;
    let mut files = ProjectFiles::open(Path::new(root))?;
    lock(&mut files, &store, caller, home).await
}

/// The same, for whoever has locked the store.
pub(super) async fn lock(
    files: &mut ProjectFiles,
    store: &Store,
    caller: &Caller,
    home: &Path,
) -> Result<(UpdatedView, Vec<String>), ManageError> {
    let inspector = Inspector::new(caller, home).map_err(ManageError::Threads)?;
    let mut view = UpdatedView {
        v: FORMAT,
        path: files.lock_path().display().to_string(),
        packages: Vec::new(),
        copied: Vec::new(),
        errors: Vec::new(),
    };
    let mut warnings = Vec::new();
    let before = files.locked();
    let packages = home.join("packages");
    for (name, found) in resolve(files, &packages, &Arc::new(inspector), &mut warnings).await {
        match found.and_then(|found| keep_version(&found, store, &mut view.copied)) {
            Ok(package) => view.packages.push(package),
            Err(error) => {
                // What was locked stays so until it can be had again.
                view.packages.extend(before.iter().find(|old| old.name == name).cloned());
                view.errors.push(NotDone { name, error });
            }
        }
    }
    files.set_locked(&view.packages)?;
    Ok((view, warnings))
}

/// An entry of `alc.toml`, as it is now.
pub(super) struct Found {
    pub(super) package: LockedPackage,
    /// The version that must be kept, of which there is no copy yet.
    copy: Option<String>,
}

/// What each entry of `alc.toml` stands for now, or why it stands for nothing; `store` is the folder of
/// the user's packages.
pub(super) async fn resolve(
    files: &ProjectFiles,
    store: &Path,
    inspector: &Arc<Inspector>,
    warnings: &mut Vec<String>,
) -> Vec<(String, Result<Found, String>)> {
    let wanted = files.requirements();
    let located: Vec<_> = wanted
        .iter()
        .map(|(name, requirement)| {
            let folder = match requirement {
                Requirement::Path(path) => files.root().join(path),
                _ => store.join(name),
            };
            Located { name: name.clone(), folder, origin: Origin::Project }
        })
        .collect();
    let natures = inspector.inspect_all(&located).await;
    let mut found = Vec::new();
    for (((name, requirement), package), nature) in wanted.into_iter().zip(located).zip(natures) {
        let there = is_package_name(&name) && package.folder.join("init.lua").is_file();
        if let (true, Err(error)) = (there, &nature) {
            warnings.push(format!("`{name}` does not load: {error}"));
        }
        let version = nature.ok().and_then(|nature| nature.meta.version);
        let entry = if is_package_name(&name) {
            stands_for(&name, requirement, there, version, store)
        } else {
            Err("it is no name for a package".to_owned())
        };
        found.push((name, entry));
    }
    found
}

fn stands_for(
    name: &str,
    requirement: Requirement,
    there: bool,
    version: Option<String>,
    store: &Path,
) -> Result<Found, String> {
    let of = |version, source| LockedPackage { name: name.to_owned(), version, source };
    let found = |package| Ok(Found { package, copy: None });
    match requirement {
        Requirement::Any if there => found(of(version, PackageSource::Installed)),
        Requirement::Any => Err("it is not installed".to_owned()),
        Requirement::Path(path) if there => found(of(version, PackageSource::Path { path })),
        Requirement::Path(path) => Err(format!("there is no package in {path}")),
        Requirement::Unsupported(problem) => Err(problem.to_owned()),
        Requirement::Version(wanted) if !is_version(&wanted) => {
            Err(format!("`{wanted}` is no version"))
        }
        Requirement::Version(wanted) => {
            let has_copy = store.join(pinned_copy(name, &wanted)).join("init.lua").is_file();
            let package = of(Some(wanted.clone()), PackageSource::Installed);
            match version {
                _ if has_copy => found(package),
                Some(version) if there && version == wanted => {
                    Ok(Found { package, copy: Some(wanted) })
                }
                Some(version) if there => {
                    Err(format!("version {wanted} is not installed; the store has {version}"))
                }
                _ => Err(format!("version {wanted} is not installed")),
            }
        }
    }
}

/// Copies the version that a project wants to keep, unless there is a copy.
fn keep_version(
    found: &Found,
    store: &Store,
    copied: &mut Vec<String>,
) -> Result<LockedPackage, String> {
    if let Some(version) = &found.copy {
        let (name, copy) = (&found.package.name, pinned_copy(&found.package.name, version));
        let from = store.path(name).canonicalize().map_err(|error| error.to_string())?;
        store
            .put(&copy, |incoming| copy_package(&from, incoming).map(drop))
            .map_err(|error| crate::cause::chain(&error))?;
        copied.push(copy);
    }
    Ok(found.package.clone())
}
