//! An event of a history in columns, as `watch` prints it.

use std::fmt::Write as _;

use alc_core::{EventView, Seq, ShownEntry, StateName};
use alc_ipc::Json;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::CliError;

/// An event in columns.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) seq: Seq,
    pub(crate) at: i64,
    pub(crate) kind: String,
    pub(crate) text: String,
    /// What happened, if this client knows it.
    pub(crate) entry: Option<ShownEntry>,
}

/// An event of a kind that this client does not know.
#[derive(Deserialize)]
struct Unknown {
    seq: Seq,
    at: i64,
    kind: String,
    #[serde(flatten)]
    fields: Map<String, Value>,
}

impl Row {
    /// Reads an [`EventView`], also one of a kind of a later release.
    pub(crate) fn read(event: &Json) -> Result<Self, CliError> {
        if let Ok(EventView { seq, at, entry, .. }) = serde_json::from_str(&event.0) {
            let (kind, text) = (entry.kind().to_owned(), text(&entry));
            return Ok(Self { seq, at, kind, text, entry: Some(entry) });
        }
        let Unknown { seq, at, kind, mut fields } = serde_json::from_str(&event.0)?;
        for known in ["v", "type", "session"] {
            fields.remove(known);
        }
        let text = if fields.is_empty() { String::new() } else { Value::from(fields).to_string() };
        Ok(Self { seq, at, kind, text, entry: None })
    }

    /// The state that the session is in from here on, if that has changed.
    pub(crate) fn to(&self) -> Option<StateName> {
        match self.entry {
            Some(ShownEntry::StateTransition { to, .. }) => Some(to),
            _ => None,
        }
    }
}

/// What is worth knowing of an entry, in words.
fn text(entry: &ShownEntry) -> String {
    match entry {
        ShownEntry::Spawned {} | ShownEntry::Recovered {} => String::new(),
        ShownEntry::Imported { from } => {
            from.as_ref().map(|from| format!("from {from}")).unwrap_or_default()
        }
        ShownEntry::Branched { from } => format!("from {from}"),
        ShownEntry::StateTransition { from, to } => format!("{from} {to}"),
        ShownEntry::PauseRequested { pause } => {
            let queries = pause.queries.iter();
            let lines: Vec<String> =
                queries.map(|query| format!("{} {}", query.query_id, query.query.prompt)).collect();
            lines.join("\n")
        }
        ShownEntry::LlmCallBegin { query_id } => query_id.to_string(),
        ShownEntry::LlmCallEnd { query_id, usage } => {
            let usage = usage.unwrap_or_default();
            let mut text = query_id.to_string();
            let tokens = [("prompt", usage.prompt_tokens), ("completion", usage.completion_tokens)];
            for (what, count) in tokens {
                if let Some(count) = count {
                    // Writing to a string cannot fail.
                    let _ = write!(text, " {what}_tokens={count}");
                }
            }
            text
        }
        ShownEntry::ResumeAccepted { payload_kind } => match payload_kind {
            alc_core::PayloadKind::Single => "single".to_owned(),
            alc_core::PayloadKind::Batch => "batch".to_owned(),
        },
        ShownEntry::Progress(progress) => {
            let message = progress.message.as_deref().unwrap_or_default();
            format!("{}/{} {message}", progress.step, progress.total).trim_end().to_owned()
        }
        ShownEntry::Log(line) => format!("{} {}: {}", line.level, line.source, line.message),
        ShownEntry::CancelRequested { reason } => reason.detail.clone().unwrap_or_default(),
        ShownEntry::Note(note) => {
            let title = note.title.as_ref().map(|title| format!("{title}: ")).unwrap_or_default();
            title + &note.content
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(fields: &str) -> Row {
        let head = r#""v":1,"type":"event","session":"k7fq2m9d","seq":42,"at":7"#;
        Row::read(&Json(format!("{{{head},{fields}}}"))).expect("an event")
    }

    #[test]
    fn an_event_is_a_line_with_what_is_worth_knowing() {
        for (fields, kind, text) in [
            (r#""kind":"spawned""#, "spawned", ""),
            (
                r#""kind":"state_transition","from":"running","to":"paused""#,
                "state_transition",
                "running paused",
            ),
            (
                concat!(
                    r#""kind":"pause_requested","pause":{"kind":"batch","queries":["#,
                    r#"{"query_id":"k7fq2m9d.1","prompt":"a?","max_tokens":1},"#,
                    r#"{"query_id":"k7fq2m9d.2","prompt":"b?","max_tokens":1}]}"#
                ),
                "pause_requested",
                "k7fq2m9d.1 a?\nk7fq2m9d.2 b?",
            ),
            (
                r#""kind":"llm_call_end","query_id":"k7fq2m9d.1","usage":{"prompt_tokens":9}"#,
                "llm_call_end",
                "k7fq2m9d.1 prompt_tokens=9",
            ),
            (r#""kind":"progress","step":1,"total":3"#, "progress", "1/3"),
            (
                r#""kind":"log","level":"info","source":"print","message":"hi""#,
                "log",
                "info print: hi",
            ),
            (r#""kind":"imported""#, "imported", ""),
            (r#""kind":"branched","from":"k7fq2m9e.3""#, "branched", "from k7fq2m9e.3"),
            (r#""kind":"note","title":"t","content":"c""#, "note", "t: c"),
            (
                r#""kind":"renamed","from":"k7fq2m9c","at_query":3"#,
                "renamed",
                r#"{"at_query":3,"from":"k7fq2m9c"}"#,
            ),
        ] {
            let row = row(fields);
            assert_eq!((row.seq, row.at), (Seq(42), 7));
            assert_eq!((row.kind.as_str(), row.text.as_str()), (kind, text));
        }
    }

    #[test]
    fn a_transition_tells_the_state() {
        let row = row(r#""kind":"state_transition","from":"running","to":"done""#);
        assert_eq!(row.to(), Some(StateName::Done));
    }
}
