//! Where a session's packages come from, in the order in which they count: links of the worktree, the
//! project's packages, the folders of `ALC_PACKAGES_PATH`, the user's store.

use std::{
    collections::HashSet,
    env, fs,
    path::{Path, PathBuf},
};

use alc_core::{Caller, is_package_name};

use super::{
    pin::{Package, PinError, files_of, stays_within},
    project::{LOCAL, Link, Project, ProjectError, Source},
};

/// The variable that names more folders of packages.
const MORE: &str = "ALC_PACKAGES_PATH";
/// The variable that forbids links out of a folder of packages.
const STRICT: &str = "ALC_PKG_STRICT";
/// Under this name scenarios can be required, where no package has it.
const SCENARIOS: &str = "scenarios";

/// Finds packages for one caller.
#[derive(Clone, Debug)]
pub(crate) struct Resolver {
    roots: Vec<Root>,
    strict: bool,
}

/// One place where packages are.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Root {
    holds: Holds,
    origin: Origin,
}

/// What is in such a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// One package, whatever its folder is called.
    One(String, PathBuf),
    /// A folder whose entries are packages.
    Many(PathBuf),
}

/// Who says that packages are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// `alc.local.toml`.
    Worktree,
    /// A path in `alc.lock` or `alc.toml`.
    Project,
    /// A version in `alc.lock`, of which the user's store has a copy.
    Pinned,
    /// `ALC_PACKAGES_PATH`.
    More,
    /// It is in the user's store.
    Store,
    /// It is a scenario of the user's.
    Scenarios,
}

/// What became of looking for a module.
#[derive(Debug)]
pub(crate) struct Search {
    /// Its package, if there is one.
    pub(crate) package: Option<Package>,
    /// The places that were passed over.
    pub(crate) passed: Passed,
}

/// The places that do not have a module.
#[derive(Debug, Default)]
pub(crate) struct Passed {
    /// The files that are not there.
    pub(crate) missing: Vec<String>,
    /// The links that lead to no package.
    pub(crate) broken: Vec<Located>,
}

/// A package in one of the places, whether it is the first of its name or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Located {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    pub(crate) origin: Origin,
}

impl Located {
    /// What is wrong with a link that leads to no package.
    pub(crate) fn leads_nowhere(&self) -> String {
        let from = match self.origin {
            Origin::Worktree => LOCAL,
            Origin::Store => "the store",
            _ => "the project",
        };
        let target = fs::read_link(&self.folder).unwrap_or_else(|_| self.folder.clone());
        let (name, target) = (&self.name, target.display());
        format!("{from} links `{name}` to {target}, where there is no package")
    }
}

/// Where a module is.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    /// In a package with this folder.
    Folder(PathBuf),
    /// It is a file of its own.
    File(PathBuf),
}

impl Resolver {
    /// The places where `caller`'s packages are, with the data folder `home`.
    pub(crate) fn new(caller: &Caller, home: &Path) -> Result<Self, ProjectError> {
        let project = match &caller.project {
            Some(root) => Project::read(Path::new(root))?,
            None => Project::default(),
        };
        Ok(Self::with_project(&project, caller, home))
    }

    /// The same, with a project that has been read.
    pub(crate) fn with_project(project: &Project, caller: &Caller, home: &Path) -> Self {
        let store = home.join("packages");
        let one = |link: &Link, origin: Origin| {
            let (folder, origin) = match &link.source {
                Source::Path(path) => (path.clone(), origin),
                Source::Pinned(version) => {
                    (store.join(pinned_copy(&link.name, version)), Origin::Pinned)
                }
            };
            Root { holds: Holds::One(link.name.clone(), folder), origin }
        };
        let many = |folder: PathBuf, origin| Root { holds: Holds::Many(folder), origin };
        let mut roots: Vec<Root> =
            project.local.iter().map(|link| one(link, Origin::Worktree)).collect();
        roots.extend(project.shared.iter().map(|link| one(link, Origin::Project)));
        // Older lock files name the folder that a package lies in.
        roots.extend(project.shared.iter().filter_map(|link| match &link.source {
            Source::Path(path) => Some(many(path.clone(), Origin::Project)),
            Source::Pinned(_) => None,
        }));
        let base = caller.folder.as_deref().map_or(Path::new(""), Path::new);
        if let Some(more) = caller.env.get(MORE) {
            let folders = env::split_paths(more).filter(|folder| !folder.as_os_str().is_empty());
            roots.extend(folders.map(|folder| many(base.join(folder), Origin::More)));
        }
        roots.push(many(store, Origin::Store));
        let scenarios = Holds::One(SCENARIOS.to_owned(), home.join(SCENARIOS));
        roots.push(Root { holds: scenarios, origin: Origin::Scenarios });
        let strict = caller.env.get(STRICT).is_some_and(|value| value == "1");
        Self { roots, strict }
    }

    /// Finds a module and reads its whole package.
    pub(crate) fn find(&self, module: &str) -> Result<Search, PinError> {
        let mut passed = Passed::default();
        let package = match self.place(module, &mut passed) {
            Some(Place::Folder(folder)) => Package::read_folder(name_of(module), &folder).map(Some),
            Some(Place::File(file)) => {
                Package::read_file(format!("{}.lua", name_of(module)), &file).map(Some)
            }
            None => Ok(None),
        };
        Ok(Search { package: package?, passed })
    }

    /// The folder of the package that `name` stands for, if it is one.
    pub(crate) fn folder(&self, name: &str) -> Option<PathBuf> {
        match self.place(name, &mut Passed::default())? {
            Place::Folder(folder) => Some(folder),
            Place::File(_) => None,
        }
    }

    /// Whether all modules in a folder are what their names stand for anyhow.
    pub(crate) fn finds_all_of(&self, folder: &Path) -> bool {
        entries(folder).into_iter().all(|(name, path)| {
            let is_package = path.join("init.lua").is_file();
            let is_module = is_package || path.extension().is_some_and(|ending| ending == "lua");
            !is_module || self.folder(&name) == Some(path)
        })
    }

    /// Every package of every place, those that count first being first; by name within a place.
    pub(crate) fn packages(&self) -> Vec<Located> {
        let mut found = Vec::new();
        let mut known = HashSet::new();
        for root in self.roots.iter().filter(|root| root.origin != Origin::Scenarios) {
            let packages = match &root.holds {
                Holds::One(name, folder) => vec![(name.clone(), folder.clone())],
                // A package's own folder, as some lock files name it: below are its modules.
                Holds::Many(folder) if folder.join("init.lua").is_file() => Vec::new(),
                Holds::Many(folder) => entries(folder),
            };
            for (name, folder) in packages {
                let one = Located { name, folder, origin: root.origin };
                let new = known.insert((one.name.clone(), one.folder.clone()));
                if new && is_package_name(&one.name) && self.is_package(&one.folder) {
                    found.push(one);
                }
            }
        }
        found
    }

    /// The places, those that count first being first.
    pub(crate) fn places(&self) -> impl Iterator<Item = (&Holds, Origin)> {
        self.roots.iter().map(|root| (&root.holds, root.origin))
    }

    /// The links that lead to no package.
    pub(crate) fn broken_links(&self) -> Vec<Located> {
        let mut broken = Vec::new();
        for root in &self.roots {
            match (&root.holds, root.origin) {
                (Holds::One(name, _), _) => broken.extend(root.broken_link(name)),
                (Holds::Many(folder), Origin::Store) => {
                    let names = entries(folder).into_iter();
                    broken.extend(names.filter_map(|(name, _)| root.broken_link(&name)));
                }
                (Holds::Many(_), _) => {}
            }
        }
        broken
    }

    /// The first place that has a module.
    fn place(&self, module: &str, passed: &mut Passed) -> Option<Place> {
        if !is_sound(module) {
            return None;
        }
        self.roots.iter().find_map(|root| {
            let place = self.look(root, module, &mut passed.missing);
            if place.is_none() {
                passed.broken.extend(root.broken_link(name_of(module)));
            }
            place
        })
    }

    fn look(&self, root: &Root, module: &str, missing: &mut Vec<String>) -> Option<Place> {
        let (name, rest) = module.split_once('.').map_or((module, None), |(a, b)| (a, Some(b)));
        let (folder, single) = match &root.holds {
            Holds::One(named, _) if named != name => return None,
            Holds::One(_, folder) => (folder.clone(), None),
            Holds::Many(folder) => {
                (folder.join(name), rest.is_none().then(|| folder.join(format!("{name}.lua"))))
            }
        };
        if let Some(file) = single {
            if file.is_file() && self.may_follow(&file) {
                return Some(Place::File(file));
            }
            missing.push(file.display().to_string());
        }
        // Below the package's folder; `init.lua` for the package itself.
        let candidates = match rest {
            None => vec!["init.lua".to_owned()],
            Some(rest) => files_of(rest).to_vec(),
        };
        for candidate in candidates {
            let file = folder.join(candidate);
            if file.is_file() && self.may_follow(&folder) && stays_within(&file, &folder) {
                return Some(Place::Folder(folder));
            }
            missing.push(file.display().to_string());
        }
        None
    }

    fn is_package(&self, folder: &Path) -> bool {
        let init = folder.join("init.lua");
        init.is_file() && self.may_follow(folder) && stays_within(&init, folder)
    }

    /// Links out of a folder of packages are how linked packages work, unless that is forbidden.
    fn may_follow(&self, entry: &Path) -> bool {
        let stays = || entry.parent().is_some_and(|root| stays_within(entry, root));
        !self.strict || !entry.is_symlink() || stays()
    }
}

impl Root {
    /// The link that `name` is here, if it leads to no package.
    fn broken_link(&self, name: &str) -> Option<Located> {
        let leads = |folder: &Path| folder.join("init.lua").is_file();
        let folder = match (&self.holds, self.origin) {
            (Holds::One(named, folder), Origin::Worktree | Origin::Project) if named == name => {
                // Older lock files name the folder that a package lies in.
                (!leads(folder) && !leads(&folder.join(name))).then(|| folder.clone())
            }
            (Holds::Many(folder), Origin::Store) => {
                let entry = folder.join(name);
                (entry.is_symlink() && !leads(&entry)).then_some(entry)
            }
            _ => None,
        };
        folder.map(|folder| Located { name: name.to_owned(), folder, origin: self.origin })
    }
}

/// The package that a module is in.
fn name_of(module: &str) -> &str {
    module.split('.').next().unwrap_or(module)
}

/// What the copy of a version is called in the store.
pub(crate) fn pinned_copy(name: &str, version: &str) -> String {
    format!("{name}@{version}")
}

/// What is in a folder, by name; nothing if it cannot be read.
fn entries(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut entries: Vec<_> = entries
        .filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path())))
        .collect();
    entries.sort();
    entries
}

/// Whether a module's name may be looked for in folders: nothing that leads out of them.
fn is_sound(module: &str) -> bool {
    !module.is_empty()
        && !module.contains(['/', '\\', '\0'])
        && module.split('.').all(|part| !part.is_empty())
}

#[cfg(test)]
mod tests;
