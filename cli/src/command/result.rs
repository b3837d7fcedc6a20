//! `alc result`: what a session returned, or why it did not.

use alc_core::{Reference, ResultView};
use alc_ipc::WaitFor;
use serde_json::value::RawValue;

use crate::{args, connect::Connector, error::CliError, exit::Exit, output::Output};

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
    let (session, state, outcome) = link.call(|client| client.outcome(reference.clone()))?;
    let Some(text) = outcome else { return Err(CliError::NotEnded { session, state }) };
    if output.json() {
        output.relay(&text)?;
        return Ok(Exit::of_state(state));
    }
    match serde_json::from_str(&text.0)? {
        ResultView { error: Some(error), .. } => Err(CliError::SessionFailed { session, error }),
        ResultView { reason: Some(reason), .. } => {
            Err(CliError::SessionCancelled { session, reason })
        }
        ResultView { value, .. } => {
            output.line(&shown(value.as_deref(), args.raw))?;
            Ok(Exit::of_state(state))
        }
    }
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
