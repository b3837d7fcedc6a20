//! `alc resume`: answers what a session asks.
//!
//! The query is fixed before the answer is sent, so that an answer that is sent again after a lost
//! connection can never reach the next question.

use std::{collections::HashSet, time::Duration};

use alc_core::{Key, QueryId, QueryView, Reference, SessionId, SessionRef};
use alc_ipc::{Aim, Answer, Answers, Applied, ClientError, FRAME_LIMIT, Resume, Resumed};

use super::prompt;
use crate::{
    args,
    connect::Connector,
    error::CliError,
    exit::Exit,
    input::{self, BadLine, InputError, LIMIT, Value},
    json::{BatchLine, ResumedLine},
    link::{Doubt, Link},
    output::Output,
    signals::Left,
};

const ANSWER: &str = "the answer";

pub(super) fn run(
    args: args::Resume,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let args::Next { next, timeout } = args.next;
    let how = How { key: args.idempotency_key.clone(), next };
    let reference = args.reference.clone();
    let (mut link, resumed);
    if args.batch {
        let text = input::read_piped_stdin("the answers", FRAME_LIMIT, "alc resume --help")?;
        let lines = read_batch(&text)?;
        link = connector.reading_session(&reference)?;
        resumed = send_batch(&reference, lines, how, &mut link)?;
    } else {
        let text = read_answer(args)?;
        link = connector.reading_session(&reference)?;
        resumed = send(&reference, text, how, &mut link)?;
    }
    for (query, applied) in &resumed.answers {
        if *applied == Applied::Already {
            output.notice(&format!("{query} had this answer already"));
        }
    }
    if next {
        print_next(resumed, timeout, connector, &mut link, output)?;
    } else if output.json()
        && let Some(line) = ResumedLine::new(resumed)
    {
        output.object(&line)?;
    }
    Ok(Exit::Done)
}

/// How answers are sent.
struct How {
    key: Option<Key>,
    /// The next query may come along.
    next: bool,
}

fn read_answer(args: args::Resume) -> Result<String, InputError> {
    let value = args.text.unwrap_or(Value::Stdin);
    let (from_stdin, given) = (value == Value::Stdin, matches!(value, Value::Text(_)));
    let mut text = value.read(ANSWER)?;
    if from_stdin && !args.raw {
        text = input::without_line_end(text);
    }
    if text.len() > LIMIT {
        return Err(InputError::TooLarge { what: ANSWER, limit: LIMIT });
    }
    // What a crashed program wrote is no answer; what somebody typed is.
    if text.is_empty() && !given && !args.allow_empty {
        return Err(InputError::EmptyAnswer);
    }
    Ok(text)
}

/// Answers one query; what became of it.
pub(super) fn answer(
    query: &QueryId,
    text: String,
    link: &mut Link<'_>,
) -> Result<Resumed, CliError> {
    send(&query.clone().into(), text, How { key: None, next: false }, link)
}

/// Sends one answer.
fn send(
    reference: &Reference,
    text: String,
    How { key, next }: How,
    link: &mut Link<'_>,
) -> Result<Resumed, CliError> {
    let session = fix(reference, key.as_ref(), link)?;
    let doubt = doubt(&session);
    let resume = Resume { session, answers: Answers::One { text, usage: None }, key, next };
    link.change(doubt, |client| client.resume(resume.clone()))
}

fn doubt(session: &Reference) -> Doubt {
    let unknown = "whether the answer was stored";
    Doubt { unknown, look: format!("alc log {session}") }
}

/// The query that the answer is for; refused if there is nothing to answer.
fn fix(
    reference: &Reference,
    key: Option<&Key>,
    link: &mut Link<'_>,
) -> Result<Reference, CliError> {
    let is_id = match &reference.session {
        SessionRef::Text(text) => text.parse::<SessionId>().is_ok(),
        SessionRef::Newest => false,
    };
    if is_id && reference.query.is_some() {
        return Ok(reference.clone());
    }
    let aim = Aim { session: reference.clone(), key: key.cloned() };
    Ok(link.call(|client| client.aim(aim.clone()))?.into())
}

/// Each line with its number, from 1.
fn read_batch(text: &str) -> Result<Vec<(usize, BatchLine)>, InputError> {
    let mut lines = Vec::new();
    let mut seen = HashSet::new();
    for (line, text) in (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty()) {
        let bad = |problem| InputError::Line { line, problem };
        let answer: BatchLine =
            serde_json::from_str(text).map_err(|error| bad(BadLine::NoAnswer(error)))?;
        if answer.response.len() > LIMIT {
            return Err(bad(BadLine::TooLarge));
        }
        if !seen.insert(answer.query_id.clone()) {
            return Err(bad(BadLine::Twice(answer.query_id)));
        }
        lines.push((line, answer));
    }
    if lines.is_empty() { Err(InputError::Empty { what: "the batch" }) } else { Ok(lines) }
}

/// Sends the answers together: all are stored, or none.
fn send_batch(
    reference: &Reference,
    lines: Vec<(usize, BatchLine)>,
    How { key, next }: How,
    link: &mut Link<'_>,
) -> Result<Resumed, CliError> {
    let (_, session) = link.state(reference)?;
    let mut answers = Vec::with_capacity(lines.len());
    for (line, BatchLine { query_id, response, usage }) in lines {
        if query_id.session != session.id {
            return Err(InputError::Line { line, problem: BadLine::OtherSession(query_id) }.into());
        }
        answers.push(Answer { query: query_id.number, text: response, usage });
    }
    let session = Reference::from(session.id);
    let doubt = doubt(&session);
    let resume = Resume { session, answers: Answers::Batch(answers), key, next };
    link.change(doubt, |client| client.resume(resume.clone()))
}

/// Prints what the session asks next, waited for as `alc prompt` does.
fn print_next(
    resumed: Resumed,
    timeout: Option<Duration>,
    connector: &Connector,
    link: &mut Link<'_>,
    output: &mut Output,
) -> Result<(), CliError> {
    let first = resumed.answers.first().ok_or(ClientError::Confused)?;
    let session = first.0.session.clone();
    let _waiting = connector.signals().waiting(Left {
        sentence: format!("stopped waiting; the answer is stored, and {session} goes on"),
        command: output.same(format!("alc prompt {session}")),
    });
    let printed = next_query(resumed, &session, timeout, link)
        .and_then(|query| Ok(prompt::print_query(query, output)?))
        .and_then(|()| Ok(output.flush()?));
    printed.map_err(|error| match error {
        CliError::Ended { .. } => error,
        error => CliError::NextUnknown { session, source: Box::new(error) },
    })
}

fn next_query(
    resumed: Resumed,
    session: &SessionId,
    timeout: Option<Duration>,
    link: &mut Link<'_>,
) -> Result<QueryView, CliError> {
    match (resumed.next, resumed.state) {
        (Some(query), _) => Ok(serde_json::from_str(&query.0)?),
        (None, state) if state.is_terminal() => {
            Err(CliError::Ended { session: session.clone(), state })
        }
        (None, _) => {
            let open = prompt::open_queries(
                &session.clone().into(),
                Some(&|session| format!("alc prompt {session}")),
                timeout,
                link,
            )?;
            Ok(open.into_iter().next().ok_or(ClientError::Confused)?)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn args(text: Value) -> args::Resume {
        let reference = "@".parse().expect("a reference");
        args::Resume {
            reference,
            text: Some(text),
            batch: false,
            allow_empty: false,
            raw: false,
            idempotency_key: None,
            next: args::Next { next: false, timeout: None },
        }
    }

    #[test]
    fn a_typed_answer_may_be_empty_and_a_read_one_may_not() {
        assert_eq!(read_answer(args(Value::Text(String::new()))).expect("is accepted"), "");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("answer");
        fs::write(&path, "").expect("writes");
        let file = || Value::File(path.clone());
        assert!(matches!(read_answer(args(file())), Err(InputError::EmptyAnswer)));
        let allowed = args::Resume { allow_empty: true, ..args(file()) };
        assert_eq!(read_answer(allowed).expect("is accepted"), "");
        fs::write(&path, "yes\n").expect("writes");
        assert_eq!(read_answer(args(file())).expect("reads"), "yes\n");
    }

    #[test]
    fn an_answer_over_the_limit_is_refused() {
        let text = "a".repeat(LIMIT);
        assert!(read_answer(args(Value::Text(text.clone()))).is_ok());
        let refused = read_answer(args(Value::Text(text + "a")));
        assert!(matches!(refused, Err(InputError::TooLarge { .. })));
    }

    #[test]
    fn a_batch_is_an_answer_a_line() {
        let lines = read_batch(concat!(
            r#"{"query_id":"k7fq2m9d.3","response":"yes"}"#,
            "\n\n",
            r#"{"query_id":"k7fq2m9d.4","prompt":"?","response":"","usage":{"prompt_tokens":7}}"#,
            "\n",
        ))
        .expect("reads");
        let numbers: Vec<_> =
            lines.iter().map(|(line, answer)| (*line, answer.query_id.number)).collect();
        assert_eq!(numbers, [(1, 3), (3, 4)]);
        assert_eq!(lines[1].1.usage.and_then(|usage| usage.prompt_tokens), Some(7));
    }

    #[test]
    fn a_bad_line_is_named() {
        let good = r#"{"query_id":"k7fq2m9d.3","response":"yes"}"#;
        for (text, expected) in [
            (format!("{good}\n{{}}"), "line 2: missing field"),
            (format!("{good}\n\n{good}"), "line 3: k7fq2m9d.3 has an answer already"),
            ("no".to_owned(), "line 1: expected"),
            (good.replace(".3", ""), "line 1: `k7fq2m9d` is not a query id"),
            ("\n".to_owned(), "the batch is empty"),
        ] {
            let refused = read_batch(&text).expect_err(&text).to_string();
            assert!(refused.starts_with(expected), "{refused}");
        }
    }
}
