//! Which command answers a query, and what it is told of it.

use std::{
    ffi::OsString,
    io::{self, Write as _},
    process::Command,
};

use alc_core::{QueryId, QueryView};
use tempfile::{NamedTempFile, TempPath};

use crate::{args::Driving, shell::shell};

/// The longest system prompt that goes into the environment, which systems limit.
const IN_ENVIRONMENT: usize = 64 << 10;

/// What runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Program {
    /// A program and its arguments.
    Words(OsString, Vec<OsString>),
    /// A line for the shell.
    Shell(OsString),
}

impl Program {
    /// What answers queries of this role; `None` if that is a person.
    pub(super) fn choose(how: &Driving, role: Option<&str>) -> Option<Self> {
        let own = how.roles.iter().find(|own| Some(own.role.as_str()) == role);
        if let Some(own) = own {
            return Some(Self::Shell(own.command.clone().into()));
        }
        match (&how.sh, how.command.split_first()) {
            (Some(line), _) => Some(Self::Shell(line.clone())),
            (None, Some((program, words))) => Some(Self::Words(program.clone(), words.to_vec())),
            (None, None) => None,
        }
    }

    /// As messages call it.
    pub(super) fn name(&self) -> String {
        let (Self::Words(name, _) | Self::Shell(name)) = self;
        name.to_string_lossy().into_owned()
    }

    /// The command that answers this query, and a file it needs that is gone when it is dropped.
    pub(super) fn command(&self, query: &QueryView) -> io::Result<(Command, Option<TempPath>)> {
        let mut command = match self {
            Self::Words(program, words) => {
                let mut command = Command::new(program);
                command.args(words);
                command
            }
            Self::Shell(line) => shell(line),
        };
        let QueryView { query_id: QueryId { session, .. }, query: asked } = query;
        command.env("ALC_SESSION", session.as_str());
        command.env("ALC_QUERY", query.query_id.to_string());
        command.env("ALC_MAX_TOKENS", asked.max_tokens.to_string());
        // A driver may itself be run by an answer command.
        for name in ["ALC_ROLE", "ALC_SYSTEM", "ALC_SYSTEM_FILE"] {
            command.env_remove(name);
        }
        if let Some(role) = &asked.role {
            command.env("ALC_ROLE", role);
        }
        let file = match &asked.system {
            Some(system) if system.len() > IN_ENVIRONMENT || system.contains('\0') => {
                let mut file = NamedTempFile::with_prefix("alc-system-")?;
                file.write_all(system.as_bytes())?;
                let file = file.into_temp_path();
                command.env("ALC_SYSTEM_FILE", &*file);
                Some(file)
            }
            Some(system) => {
                command.env("ALC_SYSTEM", system);
                None
            }
            None => None,
        };
        Ok((command, file))
    }
}
