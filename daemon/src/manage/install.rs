//! Installing: packages of a collection are copied into the user's store, one after the other.

use std::{path::Path, sync::Arc};

use alc_core::{Caller, FORMAT, InstalledView, NotDone};

use super::{
    ManageError,
    cards::copy_cards,
    collection::{Collection, copy_package},
    inspect::Inspector,
    manifest::Manifest,
    project::ProjectFiles,
    scenarios::install_scenario,
    source::{self, Taken},
    store::{Stands, Store},
    update,
};
use crate::{
    cause::chain,
    clock,
    packages::{Located, Origin},
};

/// What to install.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// A folder, or the address of a repository.
    pub(crate) source: String,
    /// A branch, tag or commit of the repository.
    pub(crate) rev: Option<String>,
    /// Only these of its packages; all if there are none.
    pub(crate) only: Vec<String>,
    /// Also those that are installed already.
    pub(crate) force: bool,
}

/// Installs the packages of a collection, with its scenarios and their cards, and tells the project.
pub(crate) async fn install(
    wanted: Wanted,
    caller: &Caller,
    home: &Path,
) -> Result<(InstalledView, Vec<String>), ManageError> {
    let base = caller.folder.as_deref().map_or(Path::new(""), Path::new);
    // What is damaged is found before anything is fetched or changed.
    let project = caller.project.as_deref().map(Path::new);
    project.map(ProjectFiles::open).transpose()?;
    Manifest::read(home)?;
    let taken = source::take(&wanted.source, wanted.rev.as_deref(), base)?;
    let mut collection = Collection::read(&taken.folder)?;
    if !wanted.only.is_empty() {
        collection.keep(&wanted.only)?;
    }
    let mut work = Work::begin(home, taken, wanted.force)?;
    work.warnings = std::mem::take(&mut collection.warnings);
    for (name, folder) in &collection.packages {
        if let Err(error) = work.package(name, folder) {
            work.view.failures.push(NotDone { name: name.clone(), error: chain(&error) });
        }
    }
    for (name, file) in &collection.scenarios {
        work.scenario(name, file);
    }
    work.record(caller).await?;
    if let Some(root) = project
        && !work.view.installed.is_empty()
    {
        let mut files = ProjectFiles::open(root)?;
        files.require(&work.view.installed)?;
        let (updated, warnings) = update::lock(&mut files, &work.store, caller, home).await?;
        work.warnings.extend(warnings);
        let errors = updated.errors.into_iter();
        work.warnings.extend(errors.map(|NotDone { name, error }| format!("`{name}`: {error}")));
    }
    Ok((work.view, work.warnings))
}

/// An installation under way.
struct Work<'a> {
    home: &'a Path,
    store: Store,
    manifest: Manifest,
    taken: Taken,
    force: bool,
    view: InstalledView,
    warnings: Vec<String>,
}

impl<'a> Work<'a> {
    fn begin(home: &'a Path, taken: Taken, force: bool) -> Result<Self, ManageError> {
        let store = Store::lock(home)?;
        let manifest = Manifest::read(home)?;
        let view = InstalledView {
            v: FORMAT,
            mode: "collection".to_owned(),
            installed: Vec::new(),
            skipped: Vec::new(),
            skipped_symlinks: Vec::new(),
            failures: Vec::new(),
            scenarios_installed: Vec::new(),
            scenarios_failures: Vec::new(),
            cards_installed: Vec::new(),
        };
        Ok(Self { home, store, manifest, taken, force, view, warnings: Vec::new() })
    }

    fn package(&mut self, name: &str, folder: &Path) -> Result<(), ManageError> {
        match self.store.stands(name) {
            Stands::Link => {
                self.view.skipped_symlinks.push(name.to_owned());
                return Ok(());
            }
            Stands::Folder if !self.force => {
                self.view.skipped.push(name.to_owned());
                return Ok(());
            }
            Stands::Folder | Stands::Nothing => {}
        }
        let mut left_out = Vec::new();
        self.store.put(name, |incoming| {
            left_out = copy_package(folder, incoming)?;
            Ok(())
        })?;
        let left_out =
            left_out.into_iter().map(|path| format!("{path} is no file: it is left out"));
        self.warnings.extend(left_out);
        self.view.installed.push(name.to_owned());
        self.cards(name);
        Ok(())
    }

    /// Copies the cards that a package brings, unless they are there.
    fn cards(&mut self, package: &str) {
        for (card, copied) in copy_cards(&self.store.path(package), package, self.home) {
            match copied {
                Ok(true) => self.view.cards_installed.push(format!("{package}/{card}")),
                Ok(false) => {}
                Err(error) => self.warnings.push(format!("cannot copy the card {card}: {error}")),
            }
        }
    }

    fn scenario(&mut self, name: &str, file: &Path) {
        match install_scenario(name, file, self.home, false) {
            Ok(true) => self.view.scenarios_installed.push(name.to_owned()),
            Ok(false) => {}
            Err(error) => {
                let error = error.to_string();
                self.view.scenarios_failures.push(NotDone { name: name.to_owned(), error });
            }
        }
    }

    /// Writes down what is installed now.
    async fn record(&mut self, caller: &Caller) -> Result<(), ManageError> {
        if self.view.installed.is_empty() {
            return Ok(());
        }
        let inspector = Inspector::new(caller, self.home).map_err(ManageError::Threads)?;
        let located = self.view.installed.iter().map(|name| Located {
            name: name.clone(),
            folder: self.store.path(name),
            origin: Origin::Store,
        });
        let natures = Arc::new(inspector).inspect_all(&located.collect::<Vec<_>>()).await;
        let now = clock::now();
        for (name, nature) in self.view.installed.iter().zip(natures) {
            let nature = match nature {
                Ok(nature) => Some(nature),
                Err(error) => {
                    self.warnings.push(format!("`{name}` does not load: {error}"));
                    None
                }
            };
            let version = nature.as_ref().and_then(|nature| nature.meta.version.as_deref());
            let kind = nature.as_ref().map(|nature| nature.kind);
            self.manifest.put(name, version, kind, &self.taken.source, now);
        }
        self.manifest
            .write()
            .map_err(|error| ManageError::File(self.home.join("installed.json"), error))
    }
}
