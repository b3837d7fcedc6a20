//! The files of a project as they are changed: comments and what else they say stay.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use alc_core::{LockedPackage, PackageSource};
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, TableLike, value};

use super::ManageError;
use crate::{
    packages::{LOCAL, LOCK, MANIFEST, Project, document},
    store::replace,
};

/// A project whose files can all be read.
#[derive(Debug)]
pub(super) struct ProjectFiles {
    root: PathBuf,
    manifest: DocumentMut,
    local: DocumentMut,
    lock: DocumentMut,
}

/// A package as `alc.toml` wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Requirement {
    /// What the store has.
    Any,
    /// This version, whatever else the store has later.
    Version(String),
    /// The one in this folder, as it is written there.
    Path(String),
    /// What cannot be had, and why.
    Unsupported(&'static str),
}

impl ProjectFiles {
    /// The project whose files are in `root`.
    pub(super) fn open(root: &Path) -> Result<Self, ManageError> {
        // Refuses a lock file of another version, too.
        Project::read(root)?;
        let read = |name: &str| document(&root.join(name)).map(Option::unwrap_or_default);
        let (manifest, local, lock) = (read(MANIFEST)?, read(LOCAL)?, read(LOCK)?);
        // Below, it is one or is not there.
        for (name, file) in [(MANIFEST, &manifest), (LOCAL, &local)] {
            if file.get("packages").is_some_and(|packages| packages.as_table_like().is_none()) {
                return Err(ManageError::NotATable(root.join(name)));
            }
        }
        Ok(Self { root: root.to_owned(), manifest, local, lock })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Where the lock file is.
    pub(super) fn lock_path(&self) -> PathBuf {
        self.root.join(LOCK)
    }

    /// What `alc.toml` wants, in its order.
    pub(super) fn requirements(&self) -> Vec<(String, Requirement)> {
        let entries = packages(&self.manifest).into_iter().flat_map(|packages| packages.iter());
        entries.map(|(name, entry)| (name.to_owned(), requirement(entry))).collect()
    }

    /// What `alc.lock` says.
    pub(super) fn locked(&self) -> Vec<LockedPackage> {
        let tables = self.lock.get("package").and_then(Item::as_array_of_tables);
        tables.into_iter().flatten().filter_map(locked).collect()
    }

    /// Adds packages of the store to `alc.toml`, unless it names them.
    pub(super) fn require(&mut self, names: &[String]) -> Result<(), ManageError> {
        let Some(packages) = packages_mut(&mut self.manifest) else { return Ok(()) };
        let absent = names.iter().filter(|name| !packages.contains_key(name)).collect::<Vec<_>>();
        if absent.is_empty() {
            return Ok(());
        }
        for name in absent {
            packages.insert(name, value("*"));
        }
        self.write(MANIFEST, &self.manifest)
    }

    /// Takes a package out of `alc.toml` and `alc.lock`; false if neither names it.
    pub(super) fn forget(&mut self, name: &str) -> Result<bool, ManageError> {
        let packages = packages_mut(&mut self.manifest);
        let wanted = packages.is_some_and(|packages| packages.remove(name).is_some());
        let tables = self.lock.get_mut("package").and_then(Item::as_array_of_tables_mut);
        let locked = tables.is_some_and(|tables| {
            let before = tables.len();
            tables.retain(|table| table.get("name").and_then(Item::as_str) != Some(name));
            tables.len() < before
        });
        if wanted {
            self.write(MANIFEST, &self.manifest)?;
        }
        if locked {
            self.write(LOCK, &self.lock)?;
        }
        Ok(wanted || locked)
    }

    /// Links a folder in `alc.local.toml`; false if the name is linked already.
    pub(super) fn link(&mut self, name: &str, folder: &Path) -> bool {
        let shown = match folder.strip_prefix(&self.root) {
            Ok(inside) => inside.to_string_lossy().replace('\\', "/"),
            Err(_) => folder.display().to_string(),
        };
        let Some(packages) = packages_mut(&mut self.local) else { return false };
        let absent = !packages.contains_key(name);
        if absent {
            let mut entry = Table::new();
            entry.insert("path", value(shown));
            packages.insert(name, Item::Table(entry));
        }
        absent
    }

    /// Takes a link out of `alc.local.toml`; the folder it led to.
    pub(super) fn unlink(&mut self, name: &str) -> Result<Option<String>, ManageError> {
        let packages = packages_mut(&mut self.local);
        let Some(entry) = packages.and_then(|packages| packages.remove(name)) else {
            return Ok(None);
        };
        self.write_links()?;
        let path = entry.as_table_like().and_then(|entry| entry.get("path")?.as_str());
        Ok(Some(path.unwrap_or_default().to_owned()))
    }

    /// Writes `alc.local.toml`.
    pub(super) fn write_links(&self) -> Result<(), ManageError> {
        self.write(LOCAL, &self.local)
    }

    /// Makes `alc.lock` say this.
    pub(super) fn set_locked(&mut self, packages: &[LockedPackage]) -> Result<(), ManageError> {
        let before = self.lock.to_string();
        let old = self.lock.remove("package");
        let old = old.and_then(|item| item.into_array_of_tables().ok()).unwrap_or_default();
        let mut tables = ArrayOfTables::new();
        for package in packages {
            let known =
                |table: &&Table| table.get("name").and_then(Item::as_str) == Some(&package.name);
            let mut table = old.iter().find(known).cloned().unwrap_or_default();
            if locked(&table).as_ref() != Some(package) {
                write_locked(&mut table, package);
            }
            // It stands where the new order wants it.
            table.set_position(None);
            tables.push(table);
        }
        if self.lock.get("version").is_none() {
            self.lock.insert("version", value(1));
        }
        self.lock.insert("package", Item::ArrayOfTables(tables));
        if self.lock.to_string() == before && self.lock_path().exists() {
            return Ok(());
        }
        self.write(LOCK, &self.lock)
    }

    /// Replaces a file, or what it is a link to, and keeps its rights.
    fn write(&self, name: &str, text: &DocumentMut) -> Result<(), ManageError> {
        let path = self.root.join(name);
        let path = path.canonicalize().unwrap_or(path);
        let write = || -> io::Result<()> {
            let rights = fs::metadata(&path).map(|file| file.permissions());
            if rights.as_ref().is_ok_and(fs::Permissions::readonly) {
                return Err(io::ErrorKind::PermissionDenied.into());
            }
            replace(&path, text.to_string().as_bytes())?;
            rights.map_or(Ok(()), |rights| fs::set_permissions(&path, rights))
        };
        write().map_err(|error| ManageError::File(path.clone(), error))
    }
}

fn packages(file: &DocumentMut) -> Option<&dyn TableLike> {
    file.get("packages")?.as_table_like()
}

/// The table `[packages]`, made if it is not there.
fn packages_mut(file: &mut DocumentMut) -> Option<&mut dyn TableLike> {
    let table = || {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    };
    file.entry("packages").or_insert_with(table).as_table_like_mut()
}

fn requirement(entry: &Item) -> Requirement {
    let of_version = |version: &str| match version {
        "*" => Requirement::Any,
        version => Requirement::Version(version.to_owned()),
    };
    if let Some(version) = entry.as_str() {
        return of_version(version);
    }
    let Some(table) = entry.as_table_like() else {
        return Requirement::Unsupported("it is neither a version nor a table");
    };
    let text = |key: &str| table.get(key).and_then(Item::as_str);
    match (text("path"), text("version")) {
        (Some(path), _) => Requirement::Path(path.to_owned()),
        (None, Some(version)) => of_version(version),
        (None, None) if table.contains_key("git") => Requirement::Unsupported(
            "git sources are not supported here: install it, and ask for \"*\"",
        ),
        (None, None) => Requirement::Unsupported("it has neither a version nor a path"),
    }
}

fn locked(table: &Table) -> Option<LockedPackage> {
    let text = |table: &dyn TableLike, key: &str| Some(table.get(key)?.as_str()?.to_owned());
    let source = table.get("source")?.as_table_like()?;
    let source = match source.get("type")?.as_str()? {
        "installed" => PackageSource::Installed,
        "path" => PackageSource::Path { path: text(source, "path")? },
        "git" => PackageSource::Git { url: text(source, "url")?, rev: text(source, "rev") },
        "bundled" => PackageSource::Bundled { collection: text(source, "collection") },
        _ => PackageSource::Unknown,
    };
    Some(LockedPackage { name: text(table, "name")?, version: text(table, "version"), source })
}

fn write_locked(table: &mut Table, package: &LockedPackage) {
    table.insert("name", value(&package.name));
    match &package.version {
        Some(version) => drop(table.insert("version", value(version))),
        None => drop(table.remove("version")),
    }
    let (kind, fields) = match &package.source {
        PackageSource::Installed => ("installed", vec![]),
        PackageSource::Path { path } => ("path", vec![("path", Some(path))]),
        PackageSource::Git { url, rev } => ("git", vec![("url", Some(url)), ("rev", rev.as_ref())]),
        PackageSource::Bundled { collection } => {
            ("bundled", vec![("collection", collection.as_ref())])
        }
        PackageSource::Unknown => ("unknown", vec![]),
    };
    let mut source = Table::new();
    source.insert("type", value(kind));
    for (key, text) in fields {
        if let Some(text) = text {
            source.insert(key, value(text));
        }
    }
    table.insert("source", Item::Table(source));
}
