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
            let waited = link.wait(&session.id, WaitFor::Terminal);
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
    output.line(&shown(value.as_deref(), raw))?;
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

/// The value as JSON, or a string as it is if that is asked for.
fn shown(value: Option<&RawValue>, raw: bool) -> String {
    let text = value.map_or("null", RawValue::get);
    match serde_json::from_str::<String>(text) {
        Ok(string) if raw => string,
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Box<RawValue> {
        serde_json::from_str(text).expect("JSON")
    }

    #[test]
    fn a_value_is_json_and_a_raw_string_is_itself() {
        assert_eq!(shown(Some(&value(r#""a\nb""#)), false), r#""a\nb""#);
        assert_eq!(shown(Some(&value(r#""a\nb""#)), true), "a\nb");
        assert_eq!(shown(Some(&value(r#"{"a":1.0}"#)), true), r#"{"a":1.0}"#);
        assert_eq!(shown(None, true), "null");
    }

    #[test]
    fn a_result_of_the_daemon_reads() {
        let done = r#"{"v":1,"type":"result","session":"k7fq2m9d","state":"done","value":12345678901234567890123,"finished_at":7}"#;
        let view: ResultView = serde_json::from_str(done).expect("a result");
        assert_eq!(shown(view.value.as_deref(), false), "12345678901234567890123");
        let null = done.replace("12345678901234567890123", "null");
        let view: ResultView = serde_json::from_str(&null).expect("a result");
        assert_eq!(shown(view.value.as_deref(), false), "null");
    }
}
