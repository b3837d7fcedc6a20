//! Scenarios: Lua files that describe an evaluation, in the data folder's `scenarios`.

use std::{fs, io, path::Path};

use alc_core::{Caller, FORMAT, NotDone, ScenarioView, ScenariosView, is_package_name};

use super::{ManageError, collection, source};
use crate::store::{lock, replace};

const FOLDER: &str = "scenarios";

/// The scenarios in the data folder `home`, by name.
pub(crate) fn list(home: &Path) -> Result<Vec<ScenarioView>, ManageError> {
    let folder = home.join(FOLDER);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let view = |(name, path): (String, std::path::PathBuf)| ScenarioView {
        v: FORMAT,
        name,
        path: path.display().to_string(),
        source: None,
    };
    Ok(collection::scenarios(&folder)?.into_iter().map(view).collect())
}

/// A scenario with its source.
pub(crate) fn show(name: &str, home: &Path) -> Result<ScenarioView, ManageError> {
    if !is_package_name(name) {
        return Err(ManageError::BadName(name.to_owned()));
    }
    let path = home.join(FOLDER).join(format!("{name}.lua"));
    if !path.is_file() {
        return Err(ManageError::NoScenario(name.to_owned()));
    }
    let source =
        fs::read_to_string(&path).map_err(|error| ManageError::File(path.clone(), error))?;
    let path = path.display().to_string();
    Ok(ScenarioView { v: FORMAT, name: name.to_owned(), path, source: Some(source) })
}

/// Installs a file, or all of a folder or repository: of its folder `scenarios`, if it has one.
pub(crate) fn install(
    from: &str,
    force: bool,
    caller: &Caller,
    home: &Path,
) -> Result<ScenariosView, ManageError> {
    let base = caller.folder.as_deref().map_or(Path::new(""), Path::new);
    let file = base.join(from);
    let taken;
    let found = if file.is_file() {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if file.extension().is_none_or(|extension| extension != "lua") || !is_package_name(&stem) {
            return Err(ManageError::NoScenarios(file));
        }
        vec![(stem, file)]
    } else {
        taken = source::take(from, None, base)?;
        let inside = taken.folder.join(FOLDER);
        let folder = if inside.is_dir() { inside } else { taken.folder.clone() };
        let found = collection::scenarios(&folder)?;
        if found.is_empty() {
            return Err(ManageError::NoScenarios(folder));
        }
        found
    };
    alc_ipc::make_private(home, true)?;
    let (mut installed, mut skipped, mut failures) = (Vec::new(), Vec::new(), Vec::new());
    for (name, file) in found {
        match install_scenario(&name, &file, home, force) {
            Ok(true) => installed.push(name),
            Ok(false) => skipped.push(name),
            Err(error) => failures.push(NotDone { name, error: error.to_string() }),
        }
    }
    Ok(ScenariosView { v: FORMAT, installed, skipped, failures })
}

/// Copies a scenario's file, unless there is one of its name; whether it did.
pub(super) fn install_scenario(
    name: &str,
    file: &Path,
    home: &Path,
    force: bool,
) -> io::Result<bool> {
    let folder = home.join(FOLDER);
    let _lock = lock(&folder)?;
    let to = folder.join(format!("{name}.lua"));
    if fs::symlink_metadata(&to).is_ok() && !force {
        return Ok(false);
    }
    let text = fs::read_to_string(file)?;
    replace(&to, text.as_bytes())?;
    Ok(true)
}
