//! Every package that a caller could mean, and which of them `require` finds.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use alc_core::{Caller, FORMAT, PackagePlace, PackageScope, PackageSource, PackageView};

use super::{
    ManageError,
    inspect::{Inspector, Nature},
    manifest::{Entry, Manifest},
};
use crate::{
    cause::chain,
    packages::{Located, Origin, Project, Resolver},
};

/// The packages in all places, those that count first being first.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    pub(crate) packages: Vec<PackageView>,
    /// What keeps places from being looked at.
    pub(crate) warnings: Vec<String>,
}

/// The places that a caller's packages are in, and what is known about those.
pub(super) struct Shelf {
    pub(super) resolver: Resolver,
    pub(super) manifest: Manifest,
    /// What is wrong with files that say where packages are.
    pub(super) damaged: Vec<String>,
    pub(super) inspector: Arc<Inspector>,
}

impl Shelf {
    /// Files that cannot be read become warnings: what is elsewhere still counts.
    pub(super) fn open(caller: &Caller, home: &Path) -> Result<Self, ManageError> {
        let mut damaged = Vec::new();
        let project = caller
            .project
            .as_ref()
            .map_or(Ok(Project::default()), |root| Project::read(Path::new(root)));
        let mut looks = caller.clone();
        let project = project.unwrap_or_else(|error| {
            damaged.push(chain(&error));
            // What is elsewhere is loaded as if there were no project.
            looks.project = None;
            Project::default()
        });
        let manifest = Manifest::read(home).unwrap_or_else(|error| {
            damaged.push(chain(&error));
            Manifest::default()
        });
        let resolver = Resolver::with_project(&project, caller, home);
        let inspector = Inspector::new(&looks, home).map_err(ManageError::Threads)?;
        Ok(Self { resolver, manifest, damaged, inspector: Arc::new(inspector) })
    }

    /// What people should know beside the packages.
    fn warnings(mut self) -> Vec<String> {
        let links = self.resolver.broken_links();
        self.damaged.extend(links.iter().map(Located::leads_nowhere));
        self.damaged
    }

    /// These packages, loaded.
    pub(super) async fn views(&self, packages: Vec<Located>) -> Vec<PackageView> {
        let natures = self.inspector.inspect_all(&packages).await;
        let mut counts: HashMap<String, Option<PathBuf>> = HashMap::new();
        let views = packages.into_iter().zip(natures).map(|(package, nature)| {
            let first = counts
                .entry(package.name.clone())
                .or_insert_with(|| self.resolver.folder(&package.name));
            let active = first.as_deref() == Some(&*package.folder);
            let shadowed_by = first.as_deref().filter(|_| !active).map(shown);
            let view = self.view(&package, nature);
            PackageView { active, shadowed_by, ..view }
        });
        views.collect()
    }

    fn view(&self, package: &Located, nature: Result<Nature, String>) -> PackageView {
        let installed = match package.origin {
            Origin::Store => self.manifest.get(&package.name),
            _ => None,
        };
        let (nature, error) = match nature {
            Ok(nature) => (Some(nature), None),
            Err(error) => (None, Some(error)),
        };
        let entries = nature.as_ref().map(|nature| nature.entries.clone()).unwrap_or_default();
        let kind = nature.as_ref().map(|nature| nature.kind);
        let meta = nature.map(|nature| nature.meta).unwrap_or_default();
        let Entry { version, source, installed_at, updated_at, .. } = installed.unwrap_or_default();
        PackageView {
            v: FORMAT,
            name: package.name.clone(),
            scope: scope(package.origin),
            version: meta.version.clone().or(version),
            kind,
            active: false,
            shadowed_by: None,
            resolved_source_path: shown(&package.folder),
            resolved_source_kind: place(package, source.as_ref()),
            meta,
            error,
            source,
            installed_at,
            updated_at,
            entries,
        }
    }
}

/// Every package of every place.
pub(crate) async fn list(caller: &Caller, home: &Path) -> Result<Listing, ManageError> {
    let shelf = Shelf::open(caller, home)?;
    let mut packages = shelf.views(shelf.resolver.packages()).await;
    for package in &mut packages {
        package.entries.clear();
    }
    Ok(Listing { packages, warnings: shelf.warnings() })
}

/// The packages called `name`, the one that counts being first.
pub(crate) async fn show(name: &str, caller: &Caller, home: &Path) -> Result<Listing, ManageError> {
    let shelf = Shelf::open(caller, home)?;
    let named = shelf.resolver.packages().into_iter().filter(|package| package.name == name);
    let mut packages = shelf.views(named.collect()).await;
    packages.sort_by_key(|package| !package.active);
    if packages.is_empty() {
        return Err(ManageError::Unknown(name.to_owned()));
    }
    Ok(Listing { packages, warnings: shelf.warnings() })
}

fn scope(origin: Origin) -> PackageScope {
    match origin {
        Origin::Worktree => PackageScope::Variant,
        Origin::Project | Origin::Pinned => PackageScope::Project,
        Origin::More | Origin::Store | Origin::Scenarios => PackageScope::Global,
    }
}

fn place(package: &Located, source: Option<&PackageSource>) -> PackagePlace {
    match package.origin {
        Origin::Worktree => PackagePlace::Variant,
        _ if package.folder.is_symlink() => PackagePlace::Linked,
        Origin::Project | Origin::More => PackagePlace::LocalPath,
        _ if matches!(source, Some(PackageSource::Bundled { .. })) => PackagePlace::Bundled,
        Origin::Pinned | Origin::Store | Origin::Scenarios => PackagePlace::Installed,
    }
}

/// A folder, links followed.
fn shown(folder: &Path) -> String {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    folder.display().to_string()
}
