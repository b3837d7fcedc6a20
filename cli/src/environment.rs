//! The environment, read once; the only file that names its variables.

use std::{
    collections::BTreeMap,
    env,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    time::Duration,
};

/// What of its caller's environment the daemon is given.
const FOR_DAEMON: &[&str] = if cfg!(windows) {
    &[
        "PATH",
        "SYSTEMROOT",
        "USERPROFILE",
        "APPDATA",
        "LOCALAPPDATA",
        "TEMP",
        "TMP",
        "TZ",
        "ALC_MEMORY",
        "ALC_IDLE_EXIT",
        "ALC_SESSION_MEMORY",
    ]
} else {
    &[
        "PATH",
        "HOME",
        "USER",
        "LANG",
        "LC_ALL",
        "TZ",
        "TMPDIR",
        "XDG_RUNTIME_DIR",
        "ALC_MEMORY",
        "ALC_IDLE_EXIT",
        "ALC_SESSION_MEMORY",
    ]
};

/// What of its caller's environment a session is given, whatever it asks for.
const FOR_SESSION: &[&str] =
    &["HOME", "PWD", "ALC_PROJECT_ROOT", "ALC_PACKAGES_PATH", "ALC_PKG_STRICT", "ALC_SHAPE_CHECK"];
/// And every variable that begins so.
const SETTING: &str = "ALC_SETTING_";

/// The name of a shell that asks for completions.
pub(crate) const COMPLETE: &str = "ALC_COMPLETE";

/// The shell that asks, if one does.
pub(crate) fn completing() -> Option<OsString> {
    env::var_os(COMPLETE).filter(|shell| !shell.is_empty())
}

/// Where a session is started: what of this process it may see.
#[derive(Clone, Debug, Default)]
pub(crate) struct Surroundings {
    /// The working folder.
    pub(crate) folder: Option<PathBuf>,
    variables: BTreeMap<OsString, OsString>,
}

impl Surroundings {
    /// Those of this process.
    pub(crate) fn read() -> Self {
        Self { folder: env::current_dir().ok(), variables: env::vars_os().collect() }
    }

    /// A folder and variables of a test's choice.
    #[cfg(test)]
    pub(crate) fn of(folder: Option<PathBuf>, variables: &[(&str, &str)]) -> Self {
        let variables = variables.iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { folder, variables }
    }

    /// The variables that a session gets whatever it asks for. One that is not text is as one that
    /// is not set.
    pub(crate) fn given(&self) -> BTreeMap<String, String> {
        let given = |name: &str| FOR_SESSION.contains(&name) || name.starts_with(SETTING);
        let text = |(name, value): (&OsString, &OsString)| {
            Some((name.to_str().filter(|name| given(name))?.to_owned(), value.to_str()?.to_owned()))
        };
        self.variables.iter().filter_map(text).collect()
    }

    /// A variable's value, if it is set.
    pub(crate) fn variable(&self, name: &str) -> Option<&OsStr> {
        self.variables.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    /// `ALC_PROJECT_ROOT`: the root of the project that commands belong to.
    pub(crate) fn project_root(&self) -> Option<&Path> {
        self.variable("ALC_PROJECT_ROOT").filter(|path| !path.is_empty()).map(Path::new)
    }
}

/// What the environment says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    /// `ALC_HOME`: the data folder.
    pub(crate) home: Option<PathBuf>,
    /// `ALC_NO_START`: never start the daemon.
    pub(crate) no_start: bool,
    /// What is asked of colour.
    pub(crate) color: ColorWish,
    /// `TERM=dumb`: the terminal cannot move its cursor.
    pub(crate) dumb: bool,
    /// The environment of a daemon.
    pub(crate) for_daemon: Vec<(&'static str, OsString)>,
    /// `VISUAL`, else `EDITOR`: what a person writes with; a line for the shell.
    pub(crate) editor: Option<OsString>,
    /// Where this program lies, to find the daemon's beside it.
    pub(crate) program: Option<PathBuf>,
    /// `ALC_COMPLETE_MS`: how long completions may take, for tests and machines that are slow.
    pub(crate) patience: Option<Duration>,
}

/// What the environment wants of colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ColorWish {
    /// `NO_COLOR`.
    Never,
    /// `CLICOLOR_FORCE`.
    Always,
    /// `TERM=dumb`: the terminal has none.
    Dumb,
    /// Nothing is said: colour on a terminal.
    #[default]
    Auto,
}

impl Environment {
    /// What this process was given.
    pub(crate) fn read() -> Self {
        let on = |name| env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
        let dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
        let color = if env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) {
            ColorWish::Never
        } else if on("CLICOLOR_FORCE") {
            ColorWish::Always
        } else if dumb {
            ColorWish::Dumb
        } else {
            ColorWish::Auto
        };
        let for_daemon = FOR_DAEMON.iter().filter_map(|name| Some((*name, env::var_os(name)?)));
        Self {
            home: env::var_os("ALC_HOME").map(PathBuf::from),
            no_start: on("ALC_NO_START"),
            color,
            dumb,
            for_daemon: for_daemon.collect(),
            editor: ["VISUAL", "EDITOR"]
                .into_iter()
                .filter_map(env::var_os)
                .find(|editor| !editor.is_empty()),
            program: env::current_exe().ok(),
            patience: env::var("ALC_COMPLETE_MS")
                .ok()
                .and_then(|value| value.parse::<u32>().ok())
                .map(|value| Duration::from_millis(value.into())),
        }
    }
}
