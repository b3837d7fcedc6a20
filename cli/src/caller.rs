//! What a session sees of whoever starts it: the folder, the project and some of the environment.

use std::{
    path::{Path, PathBuf, absolute},
    str::FromStr,
};

use alc_core::Caller;

use crate::environment::Surroundings;

/// What marks a project's root.
const PROJECT: &str = "alc.toml";

/// A variable for a session: `NAME=VALUE`, or `NAME` with the caller's own value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variable {
    name: String,
    value: Option<String>,
}

/// The text is no variable.
#[derive(Debug, thiserror::Error)]
#[error("a variable is written NAME=VALUE, or NAME for the value it has here")]
pub(crate) struct BadVariable;

impl FromStr for Variable {
    type Err = BadVariable;

    fn from_str(text: &str) -> Result<Self, BadVariable> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (text, None),
        };
        if name.is_empty() || text.contains('\0') {
            return Err(BadVariable);
        }
        Ok(Self { name: name.to_owned(), value })
    }
}

/// What a session should see cannot be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallerError {
    /// A variable that was to be passed on.
    #[error("the variable {name} is not set here; give it a value with --env {name}=VALUE")]
    Unset { name: String },
    /// A variable that is no text.
    #[error("the value of the variable {name} is not UTF-8")]
    NotUtf8 { name: String },
    /// A project's root that is not there.
    #[error("{from} names {}, which is not a folder", path.display())]
    NoFolder { from: &'static str, path: PathBuf },
    /// A project whose path is no text.
    #[error("the path of the project, {}, is not UTF-8", .0.display())]
    Path(PathBuf),
    /// Over a limit, in bytes.
    #[error("the session's environment is over the limit of {} KiB", Caller::LIMIT >> 10)]
    TooLarge,
}

/// What a session that this process starts sees of it: the variables it always gets, and those
/// `wanted`, which count more.
pub(crate) fn caller(
    here: &Surroundings,
    wanted: Vec<Variable>,
    project_root: Option<&Path>,
) -> Result<Caller, CallerError> {
    let mut env = here.given();
    for Variable { name, value } in wanted {
        let value = match value {
            Some(value) => value,
            None => own_value(here, &name)?,
        };
        env.insert(name, value);
    }
    let project = project(here, project_root)?.map(|path| {
        path.into_os_string().into_string().map_err(|path| CallerError::Path(path.into()))
    });
    let folder = here.folder.clone().and_then(|folder| folder.into_os_string().into_string().ok());
    let caller = Caller { folder, project: project.transpose()?, env };
    if caller.size() > Caller::LIMIT { Err(CallerError::TooLarge) } else { Ok(caller) }
}

fn own_value(here: &Surroundings, name: &str) -> Result<String, CallerError> {
    match here.variable(name) {
        Some(value) => value
            .to_owned()
            .into_string()
            .map_err(|_| CallerError::NotUtf8 { name: name.to_owned() }),
        None => Err(CallerError::Unset { name: name.to_owned() }),
    }
}

/// The root of the project that a command belongs to: the folder that is given, else the one that
/// the environment names, else the nearest one from here upwards that is marked as one.
fn project(here: &Surroundings, given: Option<&Path>) -> Result<Option<PathBuf>, CallerError> {
    let named = [("--project-root", given), ("ALC_PROJECT_ROOT", here.project_root())];
    for (from, path) in named {
        let Some(path) = path else { continue };
        return match absolute(path) {
            Ok(path) if path.is_dir() => Ok(Some(path)),
            _ => Err(CallerError::NoFolder { from, path: path.to_owned() }),
        };
    }
    let marked = |folder: &&Path| folder.join(PROJECT).is_file();
    let folder = here.folder.as_deref();
    Ok(folder.and_then(|folder| folder.ancestors().find(marked)).map(Path::to_owned))
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, fs};

    use super::*;

    const VARIABLES: [(&str, &str); 4] =
        [("HOME", "/h"), ("SECRET", "s"), ("ALC_SETTING_CARD_RUN", "1"), ("EMPTY", "")];

    fn variables(words: &[&str]) -> Vec<Variable> {
        words.iter().map(|word| word.parse().expect("a variable")).collect()
    }

    fn env(words: &[&str]) -> Result<BTreeMap<String, String>, CallerError> {
        let here = Surroundings::of(None, &VARIABLES);
        caller(&here, variables(words), None).map(|caller| caller.env)
    }

    #[test]
    fn a_session_gets_some_variables_and_those_it_asks_for() {
        let owned = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let given = [("HOME", "/h"), ("ALC_SETTING_CARD_RUN", "1")];
        assert_eq!(env(&[]).expect("reads"), owned(&given));
        let wanted = ["SECRET", "HOME=/other", "A=b=c", "EMPTY", "A2="];
        let more = [
            ("SECRET", "s"),
            ("HOME", "/other"),
            ("A", "b=c"),
            ("EMPTY", ""),
            ("A2", ""),
            given[1],
        ];
        assert_eq!(env(&wanted).expect("reads"), owned(&more));
    }

    #[test]
    fn what_cannot_be_passed_on_is_refused() {
        assert!("=x".parse::<Variable>().is_err());
        assert!("".parse::<Variable>().is_err());
        assert!(matches!(env(&["NONE"]), Err(CallerError::Unset { name }) if name == "NONE"));
        let large = format!("A={}", "x".repeat(Caller::LIMIT));
        assert!(matches!(env(&[&large]), Err(CallerError::TooLarge)));
    }

    #[test]
    fn a_project_is_given_or_named_or_the_nearest_above() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = fs::canonicalize(folder.path()).expect("a path");
        let (inner, other) = (root.join("a/b"), root.join("other"));
        fs::create_dir_all(&inner).expect("makes");
        fs::create_dir(&other).expect("makes");
        let shown = |path: &Path| Some(path.display().to_string());
        let of = |variables: &[(&str, &str)], given: Option<&Path>| {
            let here = Surroundings::of(Some(inner.clone()), variables);
            caller(&here, vec![], given).map(|caller| caller.project)
        };
        assert_eq!(of(&[], None).expect("looks"), None);
        fs::write(root.join(PROJECT), "").expect("writes");
        assert_eq!(of(&[], None).expect("finds"), shown(&root));
        fs::write(root.join("a").join(PROJECT), "").expect("writes");
        assert_eq!(of(&[], None).expect("finds"), shown(&root.join("a")));
        let named = other.display().to_string();
        let variables = [("ALC_PROJECT_ROOT", named.as_str())];
        assert_eq!(of(&variables, None).expect("finds"), shown(&other));
        assert_eq!(of(&variables, Some(&root)).expect("finds"), shown(&root));
        assert_eq!(of(&[("ALC_PROJECT_ROOT", "")], Some(&root)).expect("finds"), shown(&root));
        for nothing in [root.join("none"), root.join(PROJECT)] {
            let refused = of(&[], Some(&nothing));
            assert!(matches!(refused, Err(CallerError::NoFolder { from: "--project-root", .. })));
            let named = nothing.display().to_string();
            let refused = of(&[("ALC_PROJECT_ROOT", &named)], None);
            assert!(matches!(refused, Err(CallerError::NoFolder { from: "ALC_PROJECT_ROOT", .. })));
        }
    }
}
