//! A project: the packages that its files name, and the variables that its sessions may see.
//!
//! `alc.local.toml` is private to a worktree and counts first, then `alc.lock`; without a lock file
//! `alc.toml` counts instead.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use toml_edit::{DocumentMut, Item, TableLike};

use crate::toml::{self, Misspelt};

use super::name::is_version;

/// What a project's file in its root is called.
pub(crate) const MANIFEST: &str = "alc.toml";
/// The one that is private to a worktree.
pub(crate) const LOCAL: &str = "alc.local.toml";
/// The one that says what the packages were when they were last updated.
pub(crate) const LOCK: &str = "alc.lock";

/// A project's file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProjectError {
    /// It is there and cannot be read.
    #[error("cannot read {}", .0.display())]
    Read(PathBuf, #[source] io::Error),
    /// It is not TOML.
    #[error("{}:{source}", path.display())]
    Syntax { path: PathBuf, source: Misspelt },
    /// `[env]` says something else than which variables are allowed.
    #[error("{}: `env.allow` is not a list of names", .0.display())]
    Allow(PathBuf),
    /// It is of another format.
    #[error("{}: unsupported alc.lock version", .0.display())]
    Version(PathBuf),
}

/// A package that a project's file names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) name: String,
    pub(crate) source: Source,
}

/// Where such a package is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// In this folder.
    Path(PathBuf),
    /// A copy of this version in the user's store.
    Pinned(String),
}

/// A project's packages, those that count first being first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Project {
    /// Private to the worktree.
    pub(crate) local: Vec<Link>,
    /// Of the project, in the order of its file.
    pub(crate) shared: Vec<Link>,
}

impl Project {
    /// The project whose files are in `root`.
    pub(crate) fn read(root: &Path) -> Result<Self, ProjectError> {
        let local = document(&root.join(LOCAL))?;
        let lock = document(&root.join(LOCK))?;
        let shared = match &lock {
            Some(lock) => locked(root, lock)?,
            None => document(&root.join(MANIFEST))?
                .map(|manifest| linked(root, &manifest))
                .unwrap_or_default(),
        };
        let local = local.map(|local| linked(root, &local)).unwrap_or_default();
        Ok(Self { local, shared })
    }
}

/// The TOML in a file, if the file is there.
pub(crate) fn document(path: &Path) -> Result<Option<DocumentMut>, ProjectError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(ProjectError::Read(path.to_owned(), error)),
    };
    let misspelt = |source| ProjectError::Syntax { path: path.to_owned(), source };
    toml::parse(&text).map(Some).map_err(misspelt)
}

/// The environment variables that sessions of the project in `root` may see; none are named if all
/// are.
pub(crate) fn allowed_variables(root: &Path) -> Result<Vec<String>, ProjectError> {
    let path = root.join(MANIFEST);
    let manifest = document(&path)?;
    let list = manifest.as_ref().and_then(|manifest| manifest.get("env")?.get("allow"));
    let Some(list) = list else { return Ok(Vec::new()) };
    let names = list.as_array().and_then(|names| {
        names.iter().map(|name| name.as_str().map(str::to_owned)).collect::<Option<_>>()
    });
    names.ok_or(ProjectError::Allow(path))
}

/// The `path` entries of `[packages]`.
fn linked(root: &Path, file: &DocumentMut) -> Vec<Link> {
    let Some(packages) = file.get("packages").and_then(Item::as_table_like) else {
        return Vec::new();
    };
    let entries = packages.iter().filter_map(|(name, entry)| {
        let path = text(entry.as_table_like()?, "path")?;
        Some(Link { name: name.to_owned(), source: Source::Path(root.join(path)) })
    });
    entries.collect()
}

/// The entries of a lock file that say where a package is.
fn locked(root: &Path, file: &DocumentMut) -> Result<Vec<Link>, ProjectError> {
    if file.get("version").and_then(Item::as_integer) != Some(1) {
        return Err(ProjectError::Version(root.join(LOCK)));
    }
    let Some(packages) = file.get("package").and_then(Item::as_array_of_tables) else {
        return Ok(Vec::new());
    };
    let entries = packages.iter().filter_map(|package| {
        let source = package.get("source")?.as_table_like()?;
        let source = match text(source, "type")? {
            "path" => Source::Path(root.join(text(source, "path")?)),
            "installed" => {
                let version = text(package, "version").filter(|version| is_version(version))?;
                Source::Pinned(version.to_owned())
            }
            _ => return None,
        };
        Some(Link { name: text(package, "name")?.to_owned(), source })
    });
    Ok(entries.collect())
}

fn text<'a>(table: &'a dyn TableLike, key: &str) -> Option<&'a str> {
    table.get(key)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(name: &str, path: PathBuf) -> Link {
        Link { name: name.to_owned(), source: Source::Path(path) }
    }

    #[test]
    fn the_lock_file_counts_instead_of_the_manifest() {
        let root = tempfile::tempdir().expect("a folder");
        let at = |name: &str| root.path().join(name);
        fs::write(
            at(MANIFEST),
            "[packages]\na = '*'\n[packages.mine]\npath = 'p/mine'\n[hub]\nx = 1",
        )
        .expect("writes");
        fs::write(at(LOCAL), "[packages]\nmine = { path = 'else' }").expect("writes");
        let project = Project::read(root.path()).expect("reads");
        assert_eq!(project.local, [path("mine", at("else"))]);
        assert_eq!(project.shared, [path("mine", at("p/mine"))]);
        let lock = "version = 1
            [[package]]
            name = 'b'
            version = '0.2.0'
            source = { type = 'installed' }
            [[package]]
            name = 'c'
            [package.source]
            type = 'path'
            path = 'c'
            [[package]]
            name = 'd'
            source = { type = 'git', url = 'x' }";
        fs::write(at(LOCK), lock).expect("writes");
        let pinned = Link { name: "b".to_owned(), source: Source::Pinned("0.2.0".to_owned()) };
        let project = Project::read(root.path()).expect("reads");
        assert_eq!(project.shared, [pinned, path("c", at("c"))]);
    }

    #[test]
    fn a_file_that_cannot_be_used_is_named() {
        let root = tempfile::tempdir().expect("a folder");
        fs::write(root.path().join(MANIFEST), "[packages").expect("writes");
        let error = Project::read(root.path()).expect_err("refused").to_string();
        assert!(error.contains(MANIFEST) && !error.ends_with('\n'), "{error}");
        fs::write(root.path().join(LOCK), "version = 2").expect("writes");
        let error = Project::read(root.path()).expect_err("refused").to_string();
        assert!(error.contains("unsupported alc.lock version"), "{error}");
    }
}
