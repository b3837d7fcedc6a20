//! The JSON that the client makes itself; sessions, events and results come from the daemon as they
//! are. Absent means missing.

use std::collections::BTreeMap;

use alc_core::{FORMAT, QueryId, QueryView, SessionId, StateName, Usage};
use alc_ipc::{Applied, Resumed, Status};
use serde::{Deserialize, Serialize};

/// What went wrong, on stderr.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "error")]
pub(crate) struct ErrorLine<'a> {
    pub(crate) v: u32,
    pub(crate) code: &'a str,
    pub(crate) exit: u8,
    pub(crate) message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hint: Option<&'a str>,
    pub(crate) retryable: bool,
}

/// A query, by `prompt`.
#[derive(Debug, Serialize)]
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
#[serde(tag = "type", rename = "resumed")]
pub(crate) struct ResumedLine {
    v: u32,
    session: SessionId,
    state: StateName,
    answers: Vec<AnswerLine>,
}

#[derive(Debug, Serialize)]
struct AnswerLine {
    query_id: QueryId,
    status: AnswerStatus,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum AnswerStatus {
    Applied,
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

/// A session that is cancelled, by `cancel`.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "cancelled")]
pub(crate) struct CancelledLine<'a> {
    v: u32,
    session: &'a SessionId,
    first: bool,
}

impl<'a> CancelledLine<'a> {
    pub(crate) fn new(session: &'a SessionId, first: bool) -> Self {
        Self { v: FORMAT, session, first }
    }
}

/// A running daemon, by `daemon start` and `daemon status`.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "daemon")]
pub(crate) struct DaemonLine<'a> {
    v: u32,
    version: &'a str,
    pid: u32,
    home: &'a str,
    started_at: i64,
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
#[serde(tag = "type", rename = "stopped")]
pub(crate) struct StoppedLine {
    v: u32,
    was_running: bool,
}

impl StoppedLine {
    pub(crate) fn new(was_running: bool) -> Self {
        Self { v: FORMAT, was_running }
    }
}

/// Both versions, by `version`.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "version")]
pub(crate) struct VersionLine<'a> {
    v: u32,
    client: &'a str,
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
            text(&CancelledLine::new(&id.session, true)),
            r#"{"type":"cancelled","v":1,"session":"k7fq2m9d","first":true}"#
        );
        let answers = vec![(id.clone(), Applied::Now), (id.session.query(4), Applied::Already)];
        let resumed = ResumedLine::new(Resumed { answers, state: StateName::Running });
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
