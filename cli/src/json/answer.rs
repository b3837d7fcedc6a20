//! Queries and what became of their answers, by `prompt`, `resume` and `log`.

use alc_core::{FORMAT, QueryId, QueryView, SessionId, StateName, Usage};
use alc_ipc::{Applied, Json, Resumed};
use serde::{Deserialize, Serialize};

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
        let answers = vec![(id.clone(), Applied::Now), (id.session.query(4), Applied::Already)];
        let resumed = ResumedLine::new(Resumed { answers, state: StateName::Running, next: None });
        let expected = concat!(
            r#"{"type":"resumed","v":1,"session":"k7fq2m9d","state":"running","answers":["#,
            r#"{"query_id":"k7fq2m9d.3","status":"applied"},"#,
            r#"{"query_id":"k7fq2m9d.4","status":"already"}]}"#
        );
        assert_eq!(text(&resumed.expect("has answers")), expected);
    }
}
