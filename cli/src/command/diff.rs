//! `alc diff`: where the histories of two sessions part.
//!
//! A history is compared as a list of pieces: a question, its answer, a line of the log, the end. An
//! answer stands behind its question, whenever it came.

use std::{fmt::Write as _, time::Duration};

use alc_core::{QueryView, SessionId, ShownEntry, StateName};
use similar::TextDiff;

use crate::{
    args,
    connect::Connector,
    error::CliError,
    escape::shield,
    exit::Exit,
    json::{DiffLine, DiffSide, PartsAt, PieceKind as Kind},
    output::{Output, OutputError, Style},
    story::Story,
};

/// How long the comparison of what follows may take; then it is coarser.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) fn run(
    args: &args::Diff,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let mut link = connector.reading_session(&args.a)?;
    let stories = [Story::read(&args.a, &mut link)?, Story::read(&args.b, &mut link)?];
    let [a, b] = stories.each_ref().map(pieces);
    let shared = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let parts_at = [a.get(shared), b.get(shared)];
    let answers = a[..shared].iter().filter(|piece| piece.kind == Kind::Answer).count();
    let [one, other] = stories.each_ref().map(|story| &story.session);
    let diff = unified(&a, &b, [&one.id, &other.id]);
    if output.json() {
        let at = parts_at.iter().flatten().next().map(|piece| PartsAt {
            kind: piece.kind,
            query: piece.query,
            a: parts_at[0].map(|piece| piece.text.as_str()),
            b: parts_at[1].map(|piece| piece.text.as_str()),
        });
        let sides = [one, other].map(|session| DiffSide::new(&session.id, session.state));
        output.object(&DiffLine::new(sides, answers, at, diff.as_deref()))?;
        return Ok(Exit::Done);
    }
    output.line(&sentence([&one.id, &other.id], answers, parts_at))?;
    print(diff.as_deref().unwrap_or_default(), output)?;
    Ok(Exit::Done)
}

/// A piece of a history.
#[derive(Debug, PartialEq, Eq)]
struct Piece {
    kind: Kind,
    /// Of which query.
    query: Option<u32>,
    text: String,
}

impl Piece {
    fn new(kind: Kind, query: Option<u32>, text: impl Into<String>) -> Self {
        Self { kind, query, text: text.into() }
    }

    /// What it is, in words.
    fn name(&self) -> String {
        match (self.kind, self.query) {
            (Kind::Prompt, Some(query)) => format!("query {query}"),
            (Kind::Answer, Some(query)) => format!("the answer to query {query}"),
            (Kind::Log, _) => "a line of the log".to_owned(),
            (Kind::Progress, _) => "the progress".to_owned(),
            _ => "the end".to_owned(),
        }
    }
}

/// A history as what is compared.
fn pieces(story: &Story) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (event, answer) in &story.told {
        match &event.entry {
            ShownEntry::PauseRequested { pause } => {
                for query in &pause.queries {
                    let number = Some(query.query_id.number);
                    pieces.push(Piece::new(Kind::Prompt, number, prompt(query)));
                    pieces.push(Piece::new(Kind::Answer, number, "* is open\n"));
                }
            }
            ShownEntry::LlmCallEnd { query_id, .. } => {
                let asked = |piece: &&mut Piece| {
                    piece.kind == Kind::Answer && piece.query == Some(query_id.number)
                };
                if let Some(piece) = pieces.iter_mut().rfind(asked) {
                    piece.text = marked('=', answer.as_deref().unwrap_or_default());
                }
            }
            ShownEntry::Log(line) => {
                let text = format!("{} {}: {}", line.level, line.source, line.message);
                pieces.push(Piece::new(Kind::Log, None, marked('|', &text)));
            }
            ShownEntry::Progress(progress) => {
                let message = progress.message.as_deref().unwrap_or_default();
                let text = format!("progress {}/{} {message}", progress.step, progress.total);
                pieces.push(Piece::new(Kind::Progress, None, marked('*', text.trim_end())));
            }
            _ => {}
        }
    }
    pieces.extend(story.outcome.as_ref().map(|outcome| {
        let why = match outcome.state {
            StateName::Done => outcome.value.as_ref().map(|value| value.get().to_owned()),
            StateName::Failed => outcome.error.as_ref().map(|error| error.message.clone()),
            _ => outcome.reason.as_ref().and_then(|reason| reason.detail.clone()),
        };
        let text = format!("{} {}", outcome.state, why.unwrap_or_default());
        Piece::new(Kind::End, None, marked('*', text.trim_end()))
    }));
    pieces
}

fn prompt(QueryView { query_id, query }: &QueryView) -> String {
    let role = query.role.as_ref().map(|role| format!(" role={role}")).unwrap_or_default();
    let head = marked('*', &format!("query {}{role}", query_id.number));
    let system = query.system.as_ref().map(|system| marked('~', system)).unwrap_or_default();
    head + &system + &marked('?', &query.prompt)
}

/// The lines of a text behind this character.
fn marked(mark: char, text: &str) -> String {
    let text = shield(text);
    let mut marked = String::with_capacity(text.len() + 8);
    // A text without a line is one that is empty.
    let lines = text.lines().chain(text.is_empty().then_some(""));
    for line in lines {
        // Writing to a string cannot fail.
        let _ = writeln!(marked, "{mark} {line}");
    }
    marked
}

/// What differs, in the form of `diff -u`; `None` if nothing does.
fn unified(a: &[Piece], b: &[Piece], names: [&SessionId; 2]) -> Option<String> {
    if a == b {
        return None;
    }
    let text =
        |pieces: &[Piece]| pieces.iter().map(|piece| piece.text.as_str()).collect::<String>();
    let (a, b) = (text(a), text(b));
    let diff = TextDiff::configure().timeout(PATIENCE).diff_lines(&a, &b);
    Some(diff.unified_diff().header(names[0].as_str(), names[1].as_str()).to_string())
}

fn sentence([a, b]: [&SessionId; 2], answers: usize, parts_at: [Option<&Piece>; 2]) -> String {
    let share = match answers {
        0 => "share no answer".to_owned(),
        1 => "share 1 answer".to_owned(),
        more => format!("share {more} answers"),
    };
    match parts_at {
        [None, None] => format!("{a} and {b} do not differ; they {share}"),
        [Some(piece), _] => format!("{a} and {b} {share} and part at {}", piece.name()),
        [None, Some(piece)] => format!("{a} and {b} {share}; only {b} has {}", piece.name()),
    }
}

fn print(diff: &str, output: &mut Output) -> Result<(), OutputError> {
    for line in diff.lines() {
        let style = match line.as_bytes().first() {
            Some(b'-') => Style::Red,
            Some(b'+') => Style::Green,
            Some(b'@') => Style::Dim,
            _ => Style::Plain,
        };
        let line = output.paint(style, line).into_owned();
        output.line(&line)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn story(events: &[(&str, Option<&str>)], outcome: Option<&str>) -> Story {
        let head = r#""v":1,"type":"event","session":"k7fq2m9d","seq":1,"at":7"#;
        let told = events.iter().map(|(fields, answer)| {
            let event = serde_json::from_str(&format!("{{{head},{fields}}}")).expect("an event");
            (event, answer.map(str::to_owned))
        });
        let session = r#"{"v":1,"type":"session","id":"k7fq2m9d","kind":"run","state":"paused",
            "seq":1,"created_at":0,"changed_at":0,"labels":{},"log":[],
            "usage":{"llm_calls":0,"prompt_tokens":0,"completion_tokens":0,"source":"definite"}}"#;
        Story {
            session: serde_json::from_str(session).expect("a session"),
            told: told.collect(),
            outcome: outcome.map(|outcome| serde_json::from_str(outcome).expect("a result")),
        }
    }

    const ASKED: &str = concat!(
        r#""kind":"pause_requested","pause":{"kind":"batch","queries":["#,
        r#"{"query_id":"k7fq2m9d.1","prompt":"a?\nb?","system":"s","max_tokens":1},"#,
        r#"{"query_id":"k7fq2m9d.2","prompt":"c?","role":"r","max_tokens":1}]}"#
    );
    const FIRST: &str = r#""kind":"llm_call_end","query_id":"k7fq2m9d.1""#;
    const SECOND: &str = r#""kind":"llm_call_end","query_id":"k7fq2m9d.2""#;

    #[test]
    fn the_order_of_answers_is_no_difference() {
        let one = story(&[(ASKED, None), (FIRST, Some("A")), (SECOND, Some("B"))], None);
        let other = story(&[(ASKED, None), (SECOND, Some("B")), (FIRST, Some("A"))], None);
        assert_eq!(pieces(&one), pieces(&other));
        let text: String = pieces(&one).iter().map(|piece| piece.text.as_str()).collect();
        assert_eq!(text, "* query 1\n~ s\n? a?\n? b?\n= A\n* query 2 role=r\n? c?\n= B\n");
    }

    #[test]
    fn two_histories_part_at_the_first_piece_that_differs() {
        let one = pieces(&story(&[(ASKED, None), (FIRST, Some("A")), (SECOND, Some("B"))], None));
        let other = pieces(&story(&[(ASKED, None), (FIRST, Some("A")), (SECOND, Some("C"))], None));
        let shared = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
        assert_eq!(one[shared].name(), "the answer to query 2");
        let ids = [1, 2].map(SessionId::from_random);
        let diff = unified(&one, &other, [&ids[0], &ids[1]]).expect("differs");
        assert!(diff.ends_with(" * query 2 role=r\n ? c?\n-= B\n+= C\n"), "{diff}");
        assert_eq!(unified(&one, &one, [&ids[0], &ids[1]]), None);
    }

    #[test]
    fn an_end_differs_from_none() {
        let none = r#"{"tokens":0,"source":"definite"}"#;
        let done = format!(
            r#"{{"v":1,"type":"result","session":"k7fq2m9d","state":"done","value":{{"a":1}},
                "finished_at":0,"stats":{{"auto":{{"elapsed_ms":0,"llm_calls":0,"pauses":0,
                "rounds":0,"total_prompt_chars":0,"total_response_chars":0,"prompt_tokens":{none},
                "response_tokens":{none},"total_tokens":{none}}},"custom":{{}}}}}}"#
        );
        let ended = pieces(&story(&[], Some(&done)));
        assert_eq!(ended, [Piece::new(Kind::End, None, "* done {\"a\":1}\n")]);
        let ids = [1, 2].map(SessionId::from_random);
        let told = sentence([&ids[0], &ids[1]], 0, [None, ended.first()]);
        assert!(told.ends_with("has the end"), "{told}");
    }
}
