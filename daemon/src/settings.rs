//! Settings. Of each the first place that has it counts: the variable `ALC_SETTING_TARGET_FIELD`, then
//! `[setting.TARGET]` in `alc.local.toml`, in `alc.toml`, in the user's `config.toml`.

use std::path::{Path, PathBuf};

use alc_core::{Caller, Settings};
use toml_edit::Item;

use crate::{
    cause::chain,
    packages::{LOCAL, MANIFEST, ProjectError, document},
};

/// What the user's file in the data folder is called.
const USER: &str = "config.toml";

/// A setting cannot be used.
#[derive(Debug, thiserror::Error)]
enum SettingsError {
    #[error(transparent)]
    File(#[from] ProjectError),
    /// It is something else than it must be.
    #[error("{origin}: the setting {target}.{field} is neither true nor false")]
    Flag { origin: String, target: &'static str, field: &'static str },
}

/// The settings that count for a session of `caller`, with the data folder `home`; files are read now.
/// What is wrong with them concerns only those sessions that need one.
pub(crate) fn of_caller(caller: &Caller, home: &Path) -> Settings {
    read(caller, home)
        .unwrap_or_else(|error| Settings { problem: Some(chain(&error)), ..Settings::default() })
}

fn read(caller: &Caller, home: &Path) -> Result<Settings, SettingsError> {
    let project = caller.project.as_deref().map(Path::new);
    let mut files: Vec<PathBuf> = Vec::new();
    files.extend(project.map(|root| root.join(LOCAL)));
    files.extend(project.map(|root| root.join(MANIFEST)));
    files.push(home.join(USER));
    let mut sources = Vec::new();
    for path in files {
        if let Some(file) = document(&path)? {
            sources.push((path, file));
        }
    }
    let flag = |target: &'static str, field: &'static str| {
        let refused = |origin| SettingsError::Flag { origin, target, field };
        let variable = format!("ALC_SETTING_{target}_{field}").to_uppercase();
        if let Some(text) = caller.env.get(&variable) {
            return flag_of(text).ok_or_else(|| refused(variable)).map(Some);
        }
        let item = |file: &toml_edit::DocumentMut| -> Option<Item> {
            Some(file.get("setting")?.get(target)?.get(field)?.clone())
        };
        let found = sources.iter().find_map(|(path, file)| Some((path, item(file)?)));
        found
            .map(|(path, item)| item.as_bool().ok_or_else(|| refused(path.display().to_string())))
            .transpose()
    };
    Ok(Settings { card_run: flag("card", "run")?.unwrap_or_default(), problem: None })
}

/// What a variable says.
fn flag_of(text: &str) -> Option<bool> {
    match text {
        "true" | "1" => Some(true),
        "false" | "0" | "" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_first_place_that_has_a_setting_counts() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut caller = Caller::default();
        let run = |caller: &Caller| read(caller, folder.path()).map(|settings| settings.card_run);
        let write =
            |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("writes");
        assert!(!run(&caller).expect("nothing is set"));
        write(USER, "[setting.card]\nrun = true\n[setting.other]\nx = [1]");
        assert!(run(&caller).expect("the user's"));
        write(MANIFEST, "[setting.card]\nrun = false");
        assert!(run(&caller).expect("another project's"));
        caller.project = Some(folder.path().display().to_string());
        assert!(!run(&caller).expect("the project's"));
        write(LOCAL, "setting.card = { run = true }");
        assert!(run(&caller).expect("the worktree's"));
        caller.env.insert("ALC_SETTING_CARD_RUN".to_owned(), "0".to_owned());
        assert!(!run(&caller).expect("the variable's"));
    }

    #[test]
    fn what_is_no_flag_is_refused_with_its_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut caller = Caller::default();
        let refused =
            |caller: &Caller| of_caller(caller, folder.path()).problem.expect("a problem");
        let path = folder.path().join(USER);
        for (text, why) in [
            ("[setting.card]\nrun = 'yes'", "the setting card.run is neither true nor false"),
            ("[setting.card]\nrun = ", "config.toml:2: "),
        ] {
            fs::write(&path, text).expect("writes");
            let error = refused(&caller);
            assert!(error.contains(USER) && error.contains(why), "{error}");
        }
        fs::remove_file(&path).expect("removes");
        caller.env.insert("ALC_SETTING_CARD_RUN".to_owned(), "often".to_owned());
        assert!(refused(&caller).starts_with("ALC_SETTING_CARD_RUN: "));
    }
}
