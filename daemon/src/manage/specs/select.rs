//! Which spec files are meant.

use std::{
    fs,
    path::{Path, PathBuf},
};

use alc_core::Caller;
use alc_ipc::{RunSpecs, SpecTarget};

use super::ManageError;
use crate::packages::{Origin, Resolver};

/// How spec files end.
const ENDING: &str = "_spec.lua";

/// A spec file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SpecFile {
    text: Text,
    /// The folder of the package that it is about.
    pub(super) package: PathBuf,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Text {
    File(PathBuf),
    /// It came with the request.
    Given(String),
}

impl SpecFile {
    /// Its text.
    pub(super) fn source(&self) -> Result<String, String> {
        match &self.text {
            Text::Given(source) => Ok(source.clone()),
            Text::File(path) => fs::read_to_string(path).map_err(|error| error.to_string()),
        }
    }

    /// Its path; `-` for what came with the request.
    pub(super) fn shown(&self) -> String {
        match &self.text {
            Text::File(path) => path.display().to_string(),
            Text::Given(_) => "-".to_owned(),
        }
    }

    /// What messages call it: its path from where its package lies.
    pub(super) fn chunk(&self) -> String {
        let Text::File(path) = &self.text else { return "stdin".to_owned() };
        let collection = self.package.parent().unwrap_or(&self.package);
        let below = path.strip_prefix(collection).unwrap_or(path);
        let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
        parts.join("/")
    }

    fn stem_contains(&self, part: &str) -> bool {
        match &self.text {
            Text::File(path) => {
                path.file_stem().is_some_and(|stem| stem.to_string_lossy().contains(part))
            }
            Text::Given(_) => true,
        }
    }
}

/// All that are meant, each once, in the order of the targets and by name within one.
pub(super) fn select(
    specs: &RunSpecs,
    caller: &Caller,
    resolver: &Resolver,
) -> Result<Vec<SpecFile>, ManageError> {
    let base = caller.folder.as_deref().map_or(Path::new(""), Path::new);
    let shelf = Shelf { base, spec_dir: &specs.spec_dir, resolver };
    let mut files = Vec::new();
    for target in &specs.targets {
        files.extend(match target {
            SpecTarget::Named(name) => shelf.named(name)?,
            SpecTarget::Source(source) => {
                vec![SpecFile { text: Text::Given(source.clone()), package: base.to_owned() }]
            }
        });
    }
    if specs.targets.is_empty() {
        files = shelf.here();
    }
    let wanted = specs.filter.as_deref().unwrap_or_default();
    files.retain(|file| file.stem_contains(wanted));
    let mut seen = Vec::new();
    for file in files {
        if !seen.contains(&file) {
            seen.push(file);
        }
    }
    if seen.is_empty() { Err(ManageError::NoSpecs) } else { Ok(seen) }
}

struct Shelf<'a> {
    base: &'a Path,
    spec_dir: &'a str,
    resolver: &'a Resolver,
}

impl Shelf<'_> {
    /// Those of a package, unless a path is meant.
    fn named(&self, name: &str) -> Result<Vec<SpecFile>, ManageError> {
        let path = self.base.join(name);
        let is_lua = path.extension().is_some_and(|ending| ending == "lua");
        let is_path = is_lua || name.contains(['/', '\\']) || name.starts_with('.');
        match self.resolver.folder(name) {
            Some(folder) if !is_path => Ok(self.of_package(&folder)),
            _ if path.is_file() => Ok(vec![self.of_file(path)]),
            _ if path.is_dir() => Ok(self.of_folder(&path)),
            _ if is_path => Err(ManageError::NoPath(name.to_owned())),
            _ => Err(ManageError::Unknown(name.to_owned())),
        }
    }

    /// Those of the folder where the caller is, or else of its project.
    fn here(&self) -> Vec<SpecFile> {
        let here = self.of_folder(self.base);
        if !here.is_empty() {
            return here;
        }
        let packages = self.resolver.packages().into_iter();
        let own = packages
            .filter(|package| matches!(package.origin, Origin::Worktree | Origin::Project))
            .filter(|package| {
                self.resolver.folder(&package.name).as_ref() == Some(&package.folder)
            });
        own.flat_map(|package| self.of_package(&package.folder)).collect()
    }

    /// Those of a package, of every package of a collection, or those that lie there.
    fn of_folder(&self, folder: &Path) -> Vec<SpecFile> {
        // Without the dots that would show in every message.
        let folder: PathBuf = folder.components().collect();
        if folder.join("init.lua").is_file() {
            return self.of_package(&folder);
        }
        let packages = entries(&folder).into_iter().filter(|path| path.join("init.lua").is_file());
        let files: Vec<_> = packages.flat_map(|package| self.of_package(&package)).collect();
        if !files.is_empty() {
            return files;
        }
        spec_files(&folder).into_iter().map(|file| self.of_file(file)).collect()
    }

    fn of_package(&self, folder: &Path) -> Vec<SpecFile> {
        let files = spec_files(&folder.join(self.spec_dir)).into_iter();
        files.map(|path| SpecFile { text: Text::File(path), package: folder.to_owned() }).collect()
    }

    /// A file is about the package in whose folder of specs it lies.
    fn of_file(&self, path: PathBuf) -> SpecFile {
        let folder = path.parent().unwrap_or(self.base);
        let package = match folder.parent() {
            Some(package) if folder.ends_with(self.spec_dir) => package,
            _ => folder,
        };
        SpecFile { package: package.to_owned(), text: Text::File(path) }
    }
}

fn spec_files(folder: &Path) -> Vec<PathBuf> {
    let named = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(ENDING))
    };
    entries(folder).into_iter().filter(|path| named(path) && path.is_file()).collect()
}

/// What is in a folder, by name; nothing if it cannot be read.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}
