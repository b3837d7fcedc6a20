//! What a script finds in `alc.env`: put together once, when its session is spawned, from what its
//! context says in `env`.

mod dotenv;

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use alc_core::Caller;
use serde_json::{Map, Value};

use crate::packages::{ProjectError, allowed_variables};

/// The most bytes of a file of variables.
const LONGEST: usize = 1 << 20;

/// What the context wants cannot be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EnvironmentError {
    #[error("`ctx.env.{member}` is not {wanted}")]
    Type { member: &'static str, wanted: &'static str },
    #[error("`ctx.env.inject.{0}` is not a string")]
    NoString(String),
    #[error("`ctx.env.dotenv` is a relative path, and there is no project")]
    NoProject,
    #[error("cannot read {}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{}", path.display())]
    Dotenv { path: PathBuf, source: dotenv::BadLine },
    #[error(transparent)]
    Project(#[from] ProjectError),
    #[error("`alc.env` would have {0} bytes, over the limit of {limit}", limit = Caller::LIMIT)]
    TooLarge(usize),
}

/// Reads a file of variables, for a fuzzer.
#[cfg(feature = "fuzz")]
pub(crate) fn read_variables(text: &str) {
    let _ = dotenv::parse(text);
}

/// The variables that a session with this context sees; files are read now.
pub(crate) fn of_context(
    ctx: &Map<String, Value>,
    caller: &Caller,
) -> Result<BTreeMap<String, String>, EnvironmentError> {
    // A script may use the name for something of its own.
    let Some(Value::Object(wanted)) = ctx.get("env") else { return Ok(BTreeMap::new()) };
    let root = caller.project.as_deref().map(Path::new);
    let mut env = match wanted.get("allow_os") {
        None | Some(Value::Null | Value::Bool(false)) => BTreeMap::new(),
        Some(Value::Bool(true)) => caller.env.clone(),
        Some(_) => return Err(type_error("allow_os", "true or false")),
    };
    env.extend(file(wanted, root)?);
    env.extend(injected(wanted)?);
    let allowed = root.map_or(Ok(Vec::new()), allowed_variables)?;
    env.retain(|name, _| allowed.is_empty() || allowed.contains(name));
    match env.iter().map(|(name, value)| name.len() + value.len()).sum() {
        size if size > Caller::LIMIT => Err(EnvironmentError::TooLarge(size)),
        _ => Ok(env),
    }
}

fn type_error(member: &'static str, wanted: &'static str) -> EnvironmentError {
    EnvironmentError::Type { member, wanted }
}

/// The variables in the file that is named.
fn file(
    wanted: &Map<String, Value>,
    root: Option<&Path>,
) -> Result<Vec<(String, String)>, EnvironmentError> {
    let path = match wanted.get("dotenv") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::String(path)) => Path::new(path),
        Some(_) => return Err(type_error("dotenv", "a path")),
    };
    let path = match root {
        Some(root) => root.join(path),
        None if path.is_absolute() => path.to_owned(),
        None => return Err(EnvironmentError::NoProject),
    };
    match read(&path) {
        Ok(text) => {
            dotenv::parse(&text).map_err(|source| EnvironmentError::Dotenv { path, source })
        }
        Err(source) => Err(EnvironmentError::Unreadable { path, source }),
    }
}

/// The variables that the context itself gives.
fn injected(wanted: &Map<String, Value>) -> Result<Vec<(String, String)>, EnvironmentError> {
    let members = match wanted.get("inject") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Object(members)) => members,
        Some(_) => return Err(type_error("inject", "an object")),
    };
    let pair = |(name, value): (&String, &Value)| match value {
        Value::String(value) => Ok((name.clone(), value.clone())),
        _ => Err(EnvironmentError::NoString(name.clone())),
    };
    members.iter().map(pair).collect()
}

/// All of a file. What is no file, or is over its limit, is refused, since it may have no end.
fn read(path: &Path) -> io::Result<String> {
    let file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let mut text = String::new();
    file.take(LONGEST as u64 + 1).read_to_string(&mut text)?;
    if text.len() > LONGEST {
        return Err(io::Error::other("it is over the limit of 1 MiB"));
    }
    Ok(text)
}
