//! `config.toml` in the data folder: what a user sets once for all.
//!
//! A flag counts before the environment, that before the file, and that before the default. The file
//! is read when a daemon starts.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use alc_core::{Limits, StateName, parse_duration, parse_size};
use alc_ipc::{Json, Origin, Setting};
use serde::{Deserialize, Deserializer, de};
use serde_json::json;

use crate::{
    config::Given,
    engine::SCRIPT_MEMORY,
    registry::{Defaults, KEPT, Policy},
};

/// What the file is called.
const FILE: &str = "config.toml";

/// How much memory the scripts of paused sessions keep, in MiB.
const MEMORY: usize = 512;
/// How long a daemon stays that nobody needs.
const IDLE_EXIT: Duration = Duration::from_mins(10);
/// How long the daemon's log becomes before a new daemon begins another one, in bytes.
const LOG_SIZE: u64 = 16 << 20;
/// How long a hook may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PreferencesError {
    #[error("cannot read {}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{}:{line}: {problem}", path.display())]
    Wrong { path: PathBuf, line: usize, problem: String },
}

/// What holds for one data folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Preferences {
    /// In MiB.
    memory: Set<usize>,
    pub(crate) idle_exit: Set<Duration>,
    /// In bytes.
    pub(crate) log_size: Set<u64>,
    /// In MiB.
    script_memory: Set<usize>,
    max_llm_calls: Set<Option<u64>>,
    deadline: Set<Option<Duration>>,
    older_than: Set<Duration>,
    /// In bytes.
    keep_bytes: Set<Option<u64>>,
    pub(crate) hooks: Vec<Hook>,
}

/// A value, and who said so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Set<T> {
    pub(crate) value: T,
    pub(crate) origin: Origin,
}

/// A program that is run when sessions change state.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hook {
    /// The states that call it.
    #[serde(deserialize_with = "states")]
    pub(crate) on: Vec<StateName>,
    /// The program and its arguments.
    #[serde(deserialize_with = "command")]
    pub(crate) run: Vec<String>,
    /// How long it may take.
    #[serde(default = "timeout", deserialize_with = "duration")]
    pub(crate) timeout: Duration,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    daemon: Daemon,
    #[serde(default)]
    session: Session,
    #[serde(default)]
    gc: Gc,
    #[serde(default)]
    hook: Vec<Hook>,
    /// What strategies read; see `settings`.
    #[serde(default, rename = "setting")]
    _setting: Option<de::IgnoredAny>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Daemon {
    memory: Option<usize>,
    #[serde(default, deserialize_with = "some_duration")]
    idle_exit: Option<Duration>,
    #[serde(default, deserialize_with = "some_size")]
    log_size: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Session {
    memory: Option<usize>,
    max_llm_calls: Option<u64>,
    #[serde(default, deserialize_with = "some_duration")]
    deadline: Option<Duration>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Gc {
    #[serde(default, deserialize_with = "some_duration")]
    older_than: Option<Duration>,
    #[serde(default, deserialize_with = "some_size")]
    keep_bytes: Option<u64>,
}

impl Preferences {
    /// The settings of the data folder `home`, for a program that was given these.
    pub(crate) fn read(home: &Path, given: &Given) -> Result<Self, PreferencesError> {
        let File { daemon, session, gc, hook: hooks, .. } = read(&Self::path(home))?;
        let script_memory = SCRIPT_MEMORY >> 20;
        Ok(Self {
            memory: Set::first(given.memory, daemon.memory, MEMORY),
            idle_exit: Set::first(given.idle_exit, daemon.idle_exit, IDLE_EXIT),
            log_size: Set::first(None, daemon.log_size, LOG_SIZE),
            script_memory: Set::first(given.session_memory, session.memory, script_memory),
            max_llm_calls: Set::first(None, session.max_llm_calls.map(Some), None),
            deadline: Set::first(None, session.deadline.map(Some), None),
            older_than: Set::first(None, gc.older_than, KEPT),
            keep_bytes: Set::first(None, gc.keep_bytes.map(Some), None),
            hooks,
        })
    }

    /// What of it concerns sessions.
    pub(crate) fn defaults(&self) -> Defaults {
        let deadline = self.deadline.value.map(millis);
        let older_than = i64::try_from(millis(self.older_than.value)).unwrap_or(i64::MAX);
        Defaults {
            memory: bytes(self.memory.value),
            script_memory: bytes(self.script_memory.value),
            limits: Limits { deadline, max_llm_calls: self.max_llm_calls.value },
            policy: Policy { older_than, keep_bytes: self.keep_bytes.value },
        }
    }

    /// Each by its name in the file.
    pub(crate) fn named(&self) -> Vec<Setting> {
        let set = |key: &str, value: serde_json::Value, origin| Setting {
            key: key.to_owned(),
            value: Json(value.to_string()),
            origin,
        };
        let hooks = self.hooks.iter().map(|Hook { on, run, timeout }| {
            let on: Vec<_> = on.iter().map(|state| state.as_str()).collect();
            let hook = json!({ "on": on, "run": run, "timeout": in_seconds(*timeout) });
            set("hook", hook, Origin::File)
        });
        let time = |time: Duration| json!(in_seconds(time));
        let Self { memory, idle_exit, log_size, script_memory, .. } = self;
        let Self { max_llm_calls, deadline, older_than, keep_bytes, .. } = self;
        let own = [
            set("daemon.memory", json!(memory.value), memory.origin),
            set("daemon.idle_exit", time(idle_exit.value), idle_exit.origin),
            set("daemon.log_size", json!(in_units(log_size.value)), log_size.origin),
            set("session.memory", json!(script_memory.value), script_memory.origin),
            set("session.max_llm_calls", json!(max_llm_calls.value), max_llm_calls.origin),
            set("session.deadline", json!(deadline.value.map(in_seconds)), deadline.origin),
            set("gc.older_than", time(older_than.value), older_than.origin),
            set("gc.keep_bytes", json!(keep_bytes.value.map(in_units)), keep_bytes.origin),
        ];
        own.into_iter().chain(hooks).collect()
    }

    /// Where they are kept.
    pub(crate) fn path(home: &Path) -> PathBuf {
        home.join(FILE)
    }
}

impl<T> Set<T> {
    fn first(caller: Option<T>, file: Option<T>, default: T) -> Self {
        let of = |origin| move |value| Self { value, origin };
        let said = caller.map(of(Origin::Environment)).or_else(|| file.map(of(Origin::File)));
        said.unwrap_or(Self { value: default, origin: Origin::Default })
    }
}

fn read(path: &Path) -> Result<File, PreferencesError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(File::default()),
        Err(source) => return Err(PreferencesError::Unreadable { path: path.to_owned(), source }),
    };
    toml_edit::de::from_str(&text).map_err(|error| {
        let place = error.span().map_or(0, |span| span.start);
        let line = text.as_bytes().iter().take(place).filter(|byte| **byte == b'\n').count() + 1;
        PreferencesError::Wrong { path: path.to_owned(), line, problem: error.message().to_owned() }
    })
}

fn timeout() -> Duration {
    TIMEOUT
}

fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    parse_duration(&String::deserialize(deserializer)?).map_err(de::Error::custom)
}

fn some_size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    parse_size(&String::deserialize(deserializer)?).map(Some).map_err(de::Error::custom)
}

/// A size as the file has it.
fn in_units(bytes: u64) -> String {
    for (unit, size) in [("G", 1 << 30), ("M", 1 << 20), ("K", 1 << 10)] {
        if bytes > 0 && bytes.is_multiple_of(size) {
            return format!("{}{unit}", bytes / size);
        }
    }
    bytes.to_string()
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// So many MiB.
fn bytes(mib: usize) -> usize {
    mib.saturating_mul(1 << 20)
}

/// A duration as the file has it.
fn in_seconds(duration: Duration) -> String {
    match duration.subsec_millis() {
        0 => format!("{}s", duration.as_secs()),
        _ => format!("{}ms", duration.as_millis()),
    }
}

fn some_duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    duration(deserializer).map(Some)
}

fn states<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<StateName>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    let state = |name: &String| {
        // A session runs after every answer, and whoever answers knows.
        let known = StateName::parse(name).filter(|state| *state != StateName::Running);
        known.ok_or_else(|| {
            de::Error::custom(format!("`{name}` is not paused, done, failed or cancelled"))
        })
    };
    names.iter().map(state).collect()
}

fn command<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let words = Vec::<String>::deserialize(deserializer)?;
    if words.is_empty() {
        return Err(de::Error::custom("`run` names no program"));
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use std::path::MAIN_SEPARATOR;

    use super::*;

    fn settings(text: &str, given: &Given) -> Result<Preferences, String> {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(Preferences::path(folder.path()), text).expect("writes");
        Preferences::read(folder.path(), given).map_err(|error| {
            let path = format!("{}{MAIN_SEPARATOR}", folder.path().display());
            error.to_string().replace(&path, "")
        })
    }

    #[test]
    fn the_caller_counts_before_the_file_and_that_before_the_default() {
        let none = Given::default();
        let folder = tempfile::tempdir().expect("a folder");
        let absent = Preferences::read(folder.path(), &none).expect("reads");
        assert_eq!(absent.memory, Set { value: MEMORY, origin: Origin::Default });
        assert_eq!(settings("", &none), Ok(absent));
        let text = "[daemon]\nmemory = 64\nidle_exit = '1h'\n[setting.card]\nrun = true\n";
        let read = settings(text, &none).expect("reads");
        assert_eq!(read.memory, Set { value: 64, origin: Origin::File });
        assert_eq!(read.idle_exit.value, Duration::from_hours(1));
        let given = Given { memory: Some(8), ..Given::default() };
        let read = settings(text, &given).expect("reads");
        assert_eq!(read.memory, Set { value: 8, origin: Origin::Environment });
        assert_eq!(read.idle_exit.origin, Origin::File);
    }

    #[test]
    fn what_sessions_may_use_and_how_long_they_are_kept_is_set() {
        let text = "[session]\nmemory = 32\nmax_llm_calls = 9\ndeadline = '2d'\n
            [gc]\nolder_than = '1h'\nkeep_bytes = '3G'\n[daemon]\nlog_size = '64K'";
        let read = settings(text, &Given::default()).expect("reads");
        let defaults = read.defaults();
        assert_eq!(defaults.script_memory, 32 << 20);
        assert_eq!(defaults.limits.deadline, Some(2 * 24 * 3_600_000));
        assert_eq!(defaults.limits.max_llm_calls, Some(9));
        assert_eq!(defaults.policy.older_than, 3_600_000);
        assert_eq!(defaults.policy.keep_bytes, Some(3 << 30));
        let named = read.named();
        assert!(
            named
                .iter()
                .all(|setting| text.contains(setting.key.split_once('.').expect("a dot").1)
                    || setting.origin == Origin::Default)
        );
        let value = |key: &str| {
            let setting = named.iter().find(|setting| setting.key == key);
            setting.map(|setting| setting.value.0.as_str())
        };
        assert_eq!(value("gc.keep_bytes"), Some("\"3G\""));
        assert_eq!(value("daemon.log_size"), Some("\"64K\""));
        assert_eq!(value("session.deadline"), Some("\"172800s\""));
    }

    #[test]
    fn a_hook_is_a_command_and_the_states_that_call_it() {
        let text = "[[hook]]\non = ['paused', 'failed']\nrun = ['notify', '-x']\ntimeout = '5s'\n
            [[hook]]\non = ['done']\nrun = ['a']";
        let hooks = settings(text, &Given::default()).expect("reads").hooks;
        assert_eq!(hooks[0].on, [StateName::Paused, StateName::Failed]);
        assert_eq!(hooks[0].run, ["notify", "-x"]);
        assert_eq!(hooks[0].timeout, Duration::from_secs(5));
        assert_eq!(hooks[1].timeout, TIMEOUT);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (text, said) in [
            ("[daemon]\nmemori = 1", "config.toml:2: unknown field `memori`"),
            ("\n[daemon]\nmemory = 'much'", "config.toml:3: invalid type"),
            ("[gc]\nkeep_bytes = 'all'", "config.toml:2: a size is"),
            ("[session]\nmax_llm_calls = -1", "config.toml:2: invalid value"),
            ("[sesion]\nmemory = 1", "config.toml:1: unknown field `sesion`"),
            ("[daemon]\nidle_exit = 'soon'", "config.toml:2: a duration is"),
            ("[[hook]]\non = ['asleep']\nrun = ['x']", "config.toml:2: `asleep` is not paused"),
            ("[[hook]]\non = ['done']\nrun = []", "config.toml:3: `run` names no program"),
            ("[[hook]]\non = ['done']", "config.toml:1: missing field `run`"),
            ("= 1", "config.toml:1: "),
        ] {
            let error = settings(text, &Given::default()).expect_err(text);
            assert!(error.starts_with(said), "{text}: {error}");
        }
    }
}
