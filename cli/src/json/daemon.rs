//! What is said of the daemon, by `daemon` and `version`.

use std::collections::BTreeMap;

use alc_core::FORMAT;
use alc_ipc::Status;
use serde::Serialize;

/// A running daemon, by `daemon start`, `daemon restart` and `daemon status`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "daemon")]
pub(crate) struct DaemonLine<'a> {
    v: u32,
    /// The daemon's version.
    version: &'a str,
    /// Its process.
    pid: u32,
    /// Its data folder.
    home: &'a str,
    /// When it started.
    started_at: i64,
    /// How many sessions there are in each state.
    sessions: BTreeMap<&'static str, u64>,
}

impl<'a> From<&'a Status> for DaemonLine<'a> {
    fn from(status: &'a Status) -> Self {
        let Status { version, pid, home, started_at, sessions } = status;
        let sessions = sessions.iter().map(|(state, count)| (state.as_str(), *count)).collect();
        Self { v: FORMAT, version, pid: *pid, home, started_at: *started_at, sessions }
    }
}

/// A daemon that is gone, by `daemon stop`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "stopped")]
pub(crate) struct StoppedLine {
    v: u32,
    /// Whether there was one.
    was_running: bool,
}

impl StoppedLine {
    pub(crate) fn new(was_running: bool) -> Self {
        Self { v: FORMAT, was_running }
    }
}

/// A line of the daemon's log, by `daemon log`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "logged")]
pub(crate) struct LoggedLine<'a> {
    v: u32,
    /// When it was written, if the line says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<i64>,
    /// What it says.
    text: &'a str,
}

impl<'a> LoggedLine<'a> {
    pub(crate) fn new(at: Option<i64>, text: &'a str) -> Self {
        Self { v: FORMAT, at, text }
    }
}

/// Both versions, by `version`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "version")]
pub(crate) struct VersionLine<'a> {
    v: u32,
    /// This program's.
    client: &'a str,
    /// The daemon's, if one runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    daemon: Option<&'a str>,
}

impl<'a> VersionLine<'a> {
    pub(crate) fn new(client: &'a str, daemon: Option<&'a str>) -> Self {
        Self { v: FORMAT, client, daemon }
    }
}

#[cfg(test)]
mod tests {
    use alc_core::StateName;

    use super::*;

    fn text(line: &impl Serialize) -> String {
        serde_json::to_string(line).expect("has a JSON form")
    }

    #[test]
    fn each_line_has_its_format_and_type() {
        assert_eq!(text(&StoppedLine::new(true)), r#"{"type":"stopped","v":1,"was_running":true}"#);
        assert_eq!(
            text(&VersionLine::new("0.1.0", None)),
            r#"{"type":"version","v":1,"client":"0.1.0"}"#
        );
    }

    #[test]
    fn a_daemon_counts_its_sessions_by_state() {
        let status = Status {
            version: "0.1.0".to_owned(),
            pid: 7,
            home: "/h".to_owned(),
            started_at: 9,
            sessions: vec![(StateName::Paused, 2)],
        };
        assert_eq!(
            text(&DaemonLine::from(&status)),
            r#"{"type":"daemon","v":1,"version":"0.1.0","pid":7,"home":"/h","started_at":9,"sessions":{"paused":2}}"#
        );
    }
}
