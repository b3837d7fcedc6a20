//! The JSON that the client makes itself; sessions, events and results come from the daemon as they
//! are. Absent means missing.

mod store;

use std::collections::BTreeMap;

use alc_core::{FORMAT, QueryId, QueryView, Seq, SessionId, StateName, Usage};
use alc_ipc::{Applied, Collected, Json, Origin, Resumed, Setting, Status};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use self::store::{
    Alias, AliasLine, CardLine, Comparison, ComparisonLine, Key, KeyLine, Lineage, LineageLine,
    Node, Reset, ResetLine, SampleLine, Summary, SummaryLine, ValueLine,
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

/// A query, by `prompt`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "query")]
pub(crate) struct QueryLine {
    v: u32,
    #[serde(flatten)]
    query: QueryView,
}

impl From<QueryView> for QueryLine {
    fn from(query: QueryView) -> Self {
        Self { v: FORMAT, query }
    }
}

/// What became of answers, by `resume`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "resumed")]
pub(crate) struct ResumedLine {
    v: u32,
    /// Which session.
    session: SessionId,
    /// Where the answers leave it.
    state: StateName,
    /// Each answer.
    answers: Vec<AnswerLine>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct AnswerLine {
    /// What it answers.
    query_id: QueryId,
    /// What became of it.
    status: AnswerStatus,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
enum AnswerStatus {
    /// It is stored.
    Applied,
    /// The query had this answer before.
    Already,
}

impl ResumedLine {
    /// `None` if nothing was answered, which the daemon never says.
    pub(crate) fn new(resumed: Resumed) -> Option<Self> {
        let session = resumed.answers.first()?.0.session.clone();
        let answer = |(query_id, applied)| {
            let status = match applied {
                Applied::Now => AnswerStatus::Applied,
                Applied::Already => AnswerStatus::Already,
            };
            AnswerLine { query_id, status }
        };
        let answers = resumed.answers.into_iter().map(answer).collect();
        Some(Self { v: FORMAT, session, state: resumed.state, answers })
    }
}

/// A line that `resume --batch` reads; what `prompt --json` printed may stand beside.
#[derive(Debug, Deserialize)]
pub(crate) struct BatchLine {
    pub(crate) query_id: QueryId,
    pub(crate) response: String,
    #[serde(default)]
    pub(crate) usage: Option<Usage>,
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

/// An answer, by `log`, behind the event that tells of it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "answer")]
pub(crate) struct GivenLine<'a> {
    v: u32,
    session: SessionId,
    query_id: QueryId,
    text: &'a str,
    at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Usage>,
}

/// What an `llm_call_end` says of its answer.
#[derive(Deserialize)]
struct CallEnd {
    query_id: QueryId,
    at: i64,
    #[serde(default)]
    usage: Option<Usage>,
}

impl<'a> GivenLine<'a> {
    /// The answer that `event` tells of.
    pub(crate) fn new(event: &Json, text: &'a str) -> Result<Self, serde_json::Error> {
        let CallEnd { query_id, at, usage } = serde_json::from_str(&event.0)?;
        let session = query_id.session.clone();
        Ok(Self { v: FORMAT, session, query_id, text, at, usage })
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
}

impl<'a> DeletedLine<'a> {
    pub(crate) fn new(session: &'a SessionId) -> Self {
        Self { v: FORMAT, session }
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

/// What is compared of a history, a piece at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum PieceKind {
    /// A question.
    Prompt,
    /// Its answer, or that there is none yet.
    Answer,
    /// A line of the log.
    Log,
    /// How far it says it is.
    Progress,
    /// How it ended.
    End,
}

/// Where two histories part, by `diff`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "diff")]
pub(crate) struct DiffLine<'a> {
    v: u32,
    a: DiffSide<'a>,
    b: DiffSide<'a>,
    /// How many answers they share before that.
    shared_answers: usize,
    /// Missing if they do not differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    parts_at: Option<PartsAt<'a>>,
    /// All that differs, in the form of `diff -u`.
    #[serde(skip_serializing_if = "Option::is_none")]
    diff: Option<&'a str>,
}

/// One of two sessions.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct DiffSide<'a> {
    /// Which.
    session: &'a SessionId,
    /// Where it stands.
    state: StateName,
}

/// The first difference.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct PartsAt<'a> {
    /// What differs.
    pub(crate) kind: PieceKind,
    /// The number of the query, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) query: Option<u32>,
    /// What the first session has there, in lines as a transcript has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) a: Option<&'a str>,
    /// What the second one has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) b: Option<&'a str>,
}

impl<'a> DiffLine<'a> {
    pub(crate) fn new(
        [a, b]: [DiffSide<'a>; 2],
        shared_answers: usize,
        parts_at: Option<PartsAt<'a>>,
        diff: Option<&'a str>,
    ) -> Self {
        Self { v: FORMAT, a, b, shared_answers, parts_at, diff }
    }
}

impl<'a> DiffSide<'a> {
    pub(crate) fn new(session: &'a SessionId, state: StateName) -> Self {
        Self { session, state }
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

    fn text(line: &impl Serialize) -> String {
        serde_json::to_string(line).expect("has a JSON form")
    }

    #[test]
    fn each_line_has_its_format_and_type() {
        let query: QueryView =
            serde_json::from_str(r#"{"query_id":"k7fq2m9d.3","prompt":"2+2?","max_tokens":9}"#)
                .expect("a query");
        let id = query.query_id.clone();
        assert_eq!(
            text(&QueryLine::from(query)),
            r#"{"type":"query","v":1,"query_id":"k7fq2m9d.3","prompt":"2+2?","max_tokens":9}"#
        );
        assert_eq!(
            text(&CancelledLine::new(&id.session, true, false)),
            r#"{"type":"cancelled","v":1,"session":"k7fq2m9d","first":true}"#
        );
        let answers = vec![(id.clone(), Applied::Now), (id.session.query(4), Applied::Already)];
        let resumed = ResumedLine::new(Resumed { answers, state: StateName::Running, next: None });
        let expected = concat!(
            r#"{"type":"resumed","v":1,"session":"k7fq2m9d","state":"running","answers":["#,
            r#"{"query_id":"k7fq2m9d.3","status":"applied"},"#,
            r#"{"query_id":"k7fq2m9d.4","status":"already"}]}"#
        );
        assert_eq!(text(&resumed.expect("has answers")), expected);
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
