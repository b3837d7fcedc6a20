//! `alc watch`: a session's history, as it grows.

use std::{fmt::Write as _, ops::ControlFlow};

use alc_core::{EventView, Reference, Seq, ShownEntry, StateName};
use alc_ipc::{Json, Observe};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    args, connect::Connector, error::CliError, escape::escape, exit::Exit, output::Output,
    time::rfc3339,
};

pub(super) fn run(
    args: &args::Watch,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let reference = &args.session.reference;
    let mut link = connector.reading_session(reference)?;
    // From here on by id: `@` and a name may mean another session after a lost connection.
    let (_, session) = link.state(reference)?;
    if args.until == Some(session.state) && session.seq <= args.after {
        return Ok(Exit::Done);
    }
    link.set_timeout(args.timeout.timeout);
    let mut after = args.after;
    let mut shown = Ok(());
    let ended = link.call(|client| {
        let observe = Observe { session: Reference::from(session.id.clone()), after };
        client.observe(observe, |seq, event| match show(event, args.until, output) {
            Ok(flow) => {
                after = seq;
                flow
            }
            Err(error) => {
                shown = Err(error);
                ControlFlow::Break(())
            }
        })
    });
    shown?;
    Ok(match ended.map_err(|error| error.about(&session.id))? {
        Some(state) => Exit::of_state(state),
        None => Exit::Done,
    })
}

/// Prints an event at once; breaks off if it is the state that is waited for.
fn show(
    event: &Json,
    until: Option<StateName>,
    output: &mut Output,
) -> Result<ControlFlow<()>, CliError> {
    let line = Line::read(event)?;
    if output.json() {
        output.relay(event)?;
    } else {
        let Line { seq, at, kind, text, .. } = &line;
        output.line(&format!("{seq}\t{}\t{kind}\t{}", rfc3339(*at), escape(text)))?;
    }
    output.flush()?;
    let there = until.is_some() && line.to == until;
    Ok(if there { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
}

/// An event in columns.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    seq: Seq,
    pub(super) at: i64,
    pub(super) kind: String,
    pub(super) text: String,
    /// The state that the session is in from here on.
    to: Option<StateName>,
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

impl Line {
    pub(super) fn read(event: &Json) -> Result<Self, CliError> {
        if let Ok(EventView { seq, at, entry, .. }) = serde_json::from_str(&event.0) {
            let to = match &entry {
                ShownEntry::StateTransition { to, .. } => Some(*to),
                _ => None,
            };
            return Ok(Self { seq, at, kind: entry.kind().to_owned(), text: text(&entry), to });
        }
        let Unknown { seq, at, kind, mut fields } = serde_json::from_str(&event.0)?;
        for known in ["v", "type", "session"] {
            fields.remove(known);
        }
        let text = if fields.is_empty() { String::new() } else { Value::from(fields).to_string() };
        Ok(Self { seq, at, kind, text, to: None })
    }
}

/// What is worth knowing of an entry, in words.
fn text(entry: &ShownEntry) -> String {
    match entry {
        ShownEntry::Spawned {} | ShownEntry::Recovered {} => String::new(),
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

    fn line(fields: &str) -> Line {
        let head = r#""v":1,"type":"event","session":"k7fq2m9d","seq":42,"at":7"#;
        Line::read(&Json(format!("{{{head},{fields}}}"))).expect("an event")
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
            (r#""kind":"note","title":"t","content":"c""#, "note", "t: c"),
            (
                r#""kind":"branched","from":"k7fq2m9c","at_query":3"#,
                "branched",
                r#"{"at_query":3,"from":"k7fq2m9c"}"#,
            ),
        ] {
            let line = line(fields);
            assert_eq!((line.seq, line.at), (Seq(42), 7));
            assert_eq!((line.kind.as_str(), line.text.as_str()), (kind, text));
        }
    }

    #[test]
    fn a_transition_tells_the_state() {
        let line = line(r#""kind":"state_transition","from":"running","to":"done""#);
        assert_eq!(line.to, Some(StateName::Done));
    }
}
