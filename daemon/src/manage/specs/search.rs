//! Where spec files find modules: all by `package.path`, so that what a spec puts before it counts.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use alc_core::{Caller, SearchPathView};

use super::select::SpecFile;
use crate::packages::{Holds, Located, Origin, Resolver};

/// A folder of modules.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    name: String,
    folder: PathBuf,
    source: &'static str,
}

/// The folders that count for every spec file, behind those of its own package.
#[derive(Debug)]
pub(super) struct Search(Vec<Place>);

impl Search {
    /// The places of `resolver`, then `more` folders. A package whose folder bears another name, or has
    /// others beside it that do not count, gets a link below `scratch`. What cannot be looked in becomes
    /// a warning.
    pub(super) fn new(
        resolver: &Resolver,
        caller: &Caller,
        more: &[String],
        scratch: &Path,
        warnings: &mut Vec<String>,
    ) -> Self {
        warnings.extend(resolver.broken_links().iter().map(Located::leads_nowhere));
        let mut places = Vec::new();
        for (holds, origin) in resolver.places() {
            let source = match origin {
                Origin::Worktree => "variant",
                Origin::Project | Origin::Pinned => "project",
                Origin::More => "environment",
                Origin::Store => "store",
                Origin::Scenarios => continue,
            };
            match holds {
                Holds::Many(folder) => places.push(place(folder, source)),
                Holds::One(name, folder) => {
                    let links = scratch.join("links").join(places.len().to_string());
                    match parent(name, folder, &links, resolver) {
                        Ok(Some(folder)) => {
                            places.push(Place { name: name.clone(), folder, source });
                        }
                        Ok(None) => {}
                        Err(error) => warnings.push(format!(
                            "`{name}` in {} cannot be linked for the specs: {error}",
                            folder.display()
                        )),
                    }
                }
            }
        }
        let base = caller.folder.as_deref().map_or(Path::new(""), Path::new);
        for folder in more {
            let folder = base.join(folder);
            if !folder.is_dir() {
                warnings.push(format!("{} is no folder", folder.display()));
            }
            places.push(place(&folder, "extra"));
        }
        places.retain(|place| {
            let sound = !place.folder.to_string_lossy().contains([';', '?']);
            if !sound {
                let folder = place.folder.display();
                warnings.push(format!("{folder} cannot be searched: its name has a `;` or `?`"));
            }
            sound
        });
        Self(places)
    }

    /// What goes before `package.path` for a spec file.
    pub(super) fn lua_path(&self, file: &SpecFile) -> String {
        let mut path = String::new();
        for Place { folder, .. } in self.places(file) {
            let folder = folder.display();
            // Writing to a string cannot fail.
            let _ = write!(path, "{folder}/?.lua;{folder}/?/init.lua;");
        }
        path
    }

    /// All that count for some of the files.
    pub(super) fn all(&self, files: &[SpecFile]) -> Vec<SearchPathView> {
        let all = files.iter().flat_map(|file| self.places(file)).collect();
        let view = |Place { name, folder, source }| SearchPathView {
            name,
            search_dir: folder.display().to_string(),
            source: source.to_owned(),
        };
        without_repeats(all).into_iter().map(view).collect()
    }

    /// Its package comes first. The packages around that one count as a project's do: those that are
    /// named come before, what everybody has comes behind.
    fn places(&self, file: &SpecFile) -> Vec<Place> {
        let package = &file.package;
        let mut places = vec![place(package, "package")];
        places.extend(self.0.iter().cloned());
        let around = package.parent().filter(|_| package.join("init.lua").is_file());
        let known = |folder: &Path| places.iter().any(|place| place.folder == folder);
        if let Some(around) = around.filter(|around| !known(around)) {
            let named = |place: &Place| ["package", "variant", "project"].contains(&place.source);
            let behind = places.iter().position(|place| !named(place)).unwrap_or(places.len());
            places.insert(behind, place(around, "collection"));
        }
        without_repeats(places)
    }
}

fn place(folder: &Path, source: &'static str) -> Place {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned());
    Place { name: name.unwrap_or_default(), folder: folder.to_owned(), source }
}

fn without_repeats(places: Vec<Place>) -> Vec<Place> {
    let mut kept: Vec<Place> = Vec::new();
    for place in places {
        if !kept.iter().any(|other| other.folder == place.folder) {
            kept.push(place);
        }
    }
    kept
}

/// The folder in which a package is called `name`; nothing, if there is no package.
fn parent(
    name: &str,
    folder: &Path,
    links: &Path,
    resolver: &Resolver,
) -> std::io::Result<Option<PathBuf>> {
    if !folder.join("init.lua").is_file() {
        return Ok(None);
    }
    let around = folder.parent().filter(|_| folder.file_name().is_some_and(|own| own == name));
    if let Some(around) = around.filter(|around| resolver.finds_all_of(around)) {
        return Ok(Some(around.to_owned()));
    }
    fs::create_dir_all(links)?;
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder, links.join(name))?;
    #[cfg(windows)]
    std::os::windows::fs::symlink_dir(folder, links.join(name))?;
    Ok(Some(links.to_owned()))
}
