//! The JSON that the client makes itself; sessions, events and results come from the daemon as they
//! are. Absent means missing.

mod answer;
mod daemon;
mod diff;
mod store;

use std::collections::BTreeMap;

use alc_core::{FORMAT, Seq, SessionId};
use alc_ipc::{Collected, Lost, Origin, Setting};
use serde::Serialize;
use serde_json::Value;

pub(crate) use self::{
    answer::{BatchLine, GivenLine, QueryLine, ResumedLine},
    daemon::{DaemonLine, LoggedLine, StoppedLine, VersionLine},
    diff::{DiffLine, DiffSide, PartsAt, PieceKind},
    store::{
        Alias, AliasLine, CardLine, Comparison, ComparisonLine, Key, KeyLine, Lineage, LineageLine,
        Node, Reset, ResetLine, SampleLine, Summary, SummaryLine, ValueLine,
    },
};

/// What went wrong, on stderr.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "error")]
pub(crate) struct ErrorLine<'a> {
    pub(crate) v: u32,
    /// The name of what is wrong, for programs.
    pub(crate) code: &'a str,
    /// The exit code.
    pub(crate) exit: u8,
    /// What is wrong, for people; its words may change.
    pub(crate) message: &'a str,
    /// More about it, in lines: a script's traceback, or how a query differs from one on tape.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<&'a str>,
    /// A command that helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hint: Option<&'a str>,
    /// Whether the same command may succeed a little later.
    pub(crate) retryable: bool,
}

/// What `doctor` found out about one thing.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "finding")]
pub(crate) struct FindingLine<'a> {
    v: u32,
    /// What was looked at.
    subject: &'a str,
    /// `ok`, or `mend` if something is to be mended.
    verdict: &'static str,
    /// What was found, for people; its words may change.
    message: &'a str,
    /// The command that mends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
}

impl<'a> FindingLine<'a> {
    pub(crate) fn new(
        subject: &'a str,
        verdict: &'static str,
        message: &'a str,
        hint: Option<&'a str>,
    ) -> Self {
        Self { v: FORMAT, subject, verdict, message, hint }
    }
}

/// A session that is cancelled, by `cancel`, or with `--dry-run` would be.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "cancelled")]
pub(crate) struct CancelledLine<'a> {
    v: u32,
    /// Which session.
    session: &'a SessionId,
    /// Whether this was the first request that it end.
    first: bool,
    /// Nothing was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    dry_run: Option<bool>,
}

impl<'a> CancelledLine<'a> {
    pub(crate) fn new(session: &'a SessionId, first: bool, dry_run: bool) -> Self {
        Self { v: FORMAT, session, first, dry_run: dry_run.then_some(true) }
    }
}

/// A note that was added, by `note`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "noted")]
pub(crate) struct NotedLine<'a> {
    v: u32,
    session: &'a SessionId,
    seq: Seq,
}

impl<'a> NotedLine<'a> {
    pub(crate) fn new(session: &'a SessionId, seq: Seq) -> Self {
        Self { v: FORMAT, session, seq }
    }
}

/// What loads and would run, by `--check`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "checked")]
pub(crate) struct CheckedLine<'a> {
    v: u32,
    /// What messages call it: the script's file, or the strategy.
    chunk: &'a str,
}

impl<'a> CheckedLine<'a> {
    pub(crate) fn new(chunk: &'a str) -> Self {
        Self { v: FORMAT, chunk }
    }
}

/// A setting, by `config show`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "setting")]
pub(crate) struct SettingLine<'a> {
    v: u32,
    /// Its name, for example `daemon.memory`.
    key: &'a str,
    /// What it is.
    value: Value,
    /// Who says so.
    origin: SettingOrigin,
}

/// Who says what a setting is.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
enum SettingOrigin {
    /// Whoever starts the daemon, by a variable.
    Environment,
    /// The file in the data folder.
    File,
    /// Nobody.
    Default,
}

impl<'a> SettingLine<'a> {
    pub(crate) fn new(setting: &'a Setting) -> serde_json::Result<Self> {
        let origin = match setting.origin {
            Origin::Environment => SettingOrigin::Environment,
            Origin::File => SettingOrigin::File,
            Origin::Default => SettingOrigin::Default,
        };
        let value = serde_json::from_str(&setting.value.0)?;
        Ok(Self { v: FORMAT, key: &setting.key, value, origin })
    }
}

/// A session that is deleted, by `rm`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "deleted")]
pub(crate) struct DeletedLine<'a> {
    v: u32,
    session: &'a SessionId,
    /// What went with it, if it was damaged.
    #[serde(skip_serializing_if = "Option::is_none")]
    lost: Option<LostLine>,
}

/// What went with a damaged session: how many there were of each.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct LostLine {
    events: u64,
    queries: u64,
    answers: u64,
}

impl<'a> DeletedLine<'a> {
    pub(crate) fn new(session: &'a SessionId, lost: Option<Lost>) -> Self {
        let lost =
            lost.map(|Lost { events, queries, answers }| LostLine { events, queries, answers });
        Self { v: FORMAT, session, lost }
    }
}

/// What `gc` deleted, or with `--dry-run` would.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "collected")]
pub(crate) struct CollectedLine<'a> {
    v: u32,
    dry_run: bool,
    sessions: &'a [SessionId],
    blobs: u64,
    tombstones: u64,
    bytes: u64,
}

impl<'a> CollectedLine<'a> {
    pub(crate) fn new(collected: &'a Collected, dry_run: bool) -> Self {
        let Collected { sessions, blobs, tombstones, bytes } = collected;
        let (blobs, tombstones, bytes) = (*blobs, *tombstones, *bytes);
        Self { v: FORMAT, dry_run, sessions, blobs, tombstones, bytes }
    }
}

/// A text that is no record: help, a man page, a completion script.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "text")]
pub(crate) struct TextLine<'a> {
    v: u32,
    /// The file it usually is in, or the command it is about.
    name: &'a str,
    /// All of it.
    text: &'a str,
}

impl<'a> TextLine<'a> {
    pub(crate) fn new(name: &'a str, text: &'a str) -> Self {
        Self { v: FORMAT, name, text }
    }
}

/// A file that was written.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "file")]
pub(crate) struct FileLine<'a> {
    v: u32,
    /// Where it is.
    path: &'a str,
}

impl<'a> FileLine<'a> {
    pub(crate) fn new(path: &'a str) -> Self {
        Self { v: FORMAT, path }
    }
}

/// A session that is in a file now, by `export`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "exported")]
pub(crate) struct ExportedLine<'a> {
    v: u32,
    /// Which session.
    session: &'a SessionId,
    /// The last entry of its history in the file.
    seq: Seq,
    /// The file.
    path: &'a str,
    /// It is cancelled here.
    moved: bool,
}

impl<'a> ExportedLine<'a> {
    pub(crate) fn new(session: &'a SessionId, seq: Seq, path: &'a str, moved: bool) -> Self {
        Self { v: FORMAT, session, seq, path, moved }
    }
}

/// What people should know beside what they asked for, by `pkg` and `scenario`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "warning")]
pub(crate) struct WarningLine<'a> {
    v: u32,
    /// What, in words that may change.
    message: &'a str,
}

impl<'a> WarningLine<'a> {
    pub(crate) fn new(message: &'a str) -> Self {
        Self { v: FORMAT, message }
    }
}

/// What the exit codes say, by `help exit-codes`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "exit_codes")]
pub(crate) struct ExitCodesLine {
    pub(crate) v: u32,
    /// What each says in general.
    pub(crate) codes: Vec<ExitCode>,
    /// Which a verb gives, and what they say there.
    pub(crate) verbs: BTreeMap<&'static str, Vec<ExitCode>>,
}

/// An exit code.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct ExitCode {
    /// The number.
    pub(crate) code: u8,
    /// What it says.
    pub(crate) meaning: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_format_and_type() {
        let id = SessionId::from_random(0);
        let line = serde_json::to_string(&CancelledLine::new(&id, true, false));
        assert_eq!(
            line.expect("has a JSON form"),
            r#"{"type":"cancelled","v":1,"session":"a0000000","first":true}"#
        );
    }
}
