//! `alc result`: what a session returned, or why it did not.

use alc_core::{Reference, ResultView, SessionId, StateName};
use alc_ipc::{Json, WaitFor};
use serde_json::value::RawValue;

use crate::{args, connect::Connector, error::CliError, exit::Exit, link::Link, output::Output};

pub(super) fn run(
    args: &args::ResultArgs,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let mut reference = args.session.reference.clone();
    let mut link = connector.reading_session(&reference)?;
    if args.wait {
        let (_, session) = link.state(&reference)?;
        if !session.state.is_terminal() {
            link.set_timeout(args.timeout);
            let raw = if args.raw { " -r" } else { "" };
            let again = output.same(format!("alc result {} --wait{raw}", session.id));
            let waited = link.wait(&session.id, WaitFor::Terminal, again);
            waited.map_err(|error| error.about(&session.id))?;
            link.set_timeout(None);
        }
        reference = Reference::from(session.id);
    }
    print(&reference, args.raw, &mut link, output)
}

/// Prints what a session returned, and exits as it ended.
pub(super) fn print(
    session: &Reference,
    raw: bool,
    link: &mut Link<'_>,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let (state, outcome) = outcome(session, link)?;
    if output.json() {
        output.relay(&outcome)?;
        return Ok(Exit::of_state(state));
    }
    let value = value(&outcome)?;
    let json = value.as_deref().map_or("null", RawValue::get);
    match string(json).filter(|_| raw) {
        Some(text) => output.text(&(text + "\n"))?,
        None => output.json_line(json)?,
    }
    Ok(Exit::Done)
}

/// How a session ended, as the daemon tells it.
fn outcome(session: &Reference, link: &mut Link<'_>) -> Result<(StateName, Json), CliError> {
    let (session, state, outcome) = link.call(|client| client.outcome(session.clone()))?;
    let outcome = outcome.ok_or(CliError::NotEnded { session, state })?;
    Ok((state, outcome))
}

/// What a session returned, or why it did not.
fn value(outcome: &Json) -> Result<Option<Box<RawValue>>, CliError> {
    let ResultView { session, value, error, reason, .. } = serde_json::from_str(&outcome.0)?;
    match (error, reason) {
        (Some(error), _) => Err(CliError::SessionFailed { session, error }),
        (None, Some(reason)) => Err(CliError::SessionCancelled { session, reason }),
        (None, None) => Ok(value),
    }
}

/// Says how a session ended; if it is not done, why.
pub(super) fn check(session: &SessionId, link: &mut Link<'_>) -> Result<Exit, CliError> {
    let (_, outcome) = outcome(&session.clone().into(), link)?;
    value(&outcome).map(|_| Exit::Done)
}

/// The string that a value is, if it is one.
fn string(json: &str) -> Option<String> {
    // Most values are none, and may be long.
    json.starts_with('"').then(|| serde_json::from_str(json).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_string_can_do_without_quotes() {
        assert_eq!(string(r#""a\nb""#).as_deref(), Some("a\nb"));
        for json in [r#"{"a":1.0}"#, "1", "null", r#"["a"]"#] {
            assert_eq!(string(json), None);
        }
    }

    #[test]
    fn a_result_of_the_daemon_reads() {
        let none = r#"{"tokens":0,"source":"definite"}"#;
        let done = format!(
            r#"{{"v":1,"type":"result","session":"k7fq2m9d","state":"done",
                "value":12345678901234567890123,"finished_at":7,"stats":{{"auto":{{"elapsed_ms":1,
                "llm_calls":0,"pauses":0,"rounds":0,"total_prompt_chars":0,
                "total_response_chars":0,"prompt_tokens":{none},"response_tokens":{none},
                "total_tokens":{none}}},"custom":{{"a":[1]}}}}}}"#
        );
        let view: ResultView = serde_json::from_str(&done).expect("a result");
        assert_eq!(view.value.as_deref().map(RawValue::get), Some("12345678901234567890123"));
        let null = done.replace("12345678901234567890123", "null");
        let view: ResultView = serde_json::from_str(&null).expect("a result");
        assert_eq!(view.value.as_deref().map_or("null", RawValue::get), "null");
    }
}
