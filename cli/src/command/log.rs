//! `alc log`: a session's transcript, for people.
//!
//! ```text
//! * TIME prompt k7fq2m9d.1        what happened and when
//! ? 2+2?                          a text, each line behind the mark of its kind
//! ```

use std::{fmt::Write as _, ops::ControlFlow};

use alc_core::{EventView, LogLine, Note, QueryView, Reference, Seq, SessionId, ShownEntry, Usage};
use alc_ipc::{Json, ReadLog};

use crate::{
    args,
    connect::Connector,
    error::CliError,
    escape::shield,
    exit::Exit,
    json::GivenLine,
    output::{Output, OutputError, Style},
    row::Row,
    signals::Left,
    time::rfc3339,
};

pub(super) fn run(
    args: &args::Log,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let reference = &args.session.reference;
    let mut link = connector.reading_session(reference)?;
    // From here on by id: `@` and a name may mean another session after a lost connection.
    let (_, session) = link.state(reference)?;
    let mut after = args.after;
    let mut transcript = Transcript::default();
    let mut shown = Ok(());
    let waiting =
        args.follow.then(|| connector.signals().waiting(left(&session.id, after, output)));
    let ended = link.call(|client| {
        let reference = Reference::from(session.id.clone());
        let log = ReadLog { session: reference, after, follow: args.follow };
        client.log(log, |seq, event, answer| {
            shown = match &waiting {
                None => transcript.show(event, answer, output),
                Some(waiting) => waiting.step(|| {
                    let shown = transcript.show(event, answer, output);
                    let shown = shown.and_then(|()| Ok(output.flush()?));
                    (shown, left(&session.id, seq, output))
                }),
            };
            after = seq;
            if shown.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })
    });
    shown?;
    ended?;
    Ok(Exit::Done)
}

/// What is left if nobody follows any more.
fn left(session: &SessionId, after: Seq, output: &Output) -> Left {
    Left {
        sentence: format!("stopped following; {session} has not ended"),
        command: output.same(format!("alc log {session} --follow --after {after}")),
    }
}

/// What a line of the transcript is, by its first character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Head,
    System,
    Prompt,
    Answer,
    Log,
    Note,
}

impl Mark {
    fn text(self) -> &'static str {
        match self {
            Self::Head => "*",
            Self::System => "~",
            Self::Prompt => "?",
            Self::Answer => "=",
            Self::Log => "|",
            Self::Note => "#",
        }
    }

    fn style(self) -> Style {
        match self {
            Self::Head | Self::System | Self::Log => Style::Dim,
            Self::Prompt => Style::Yellow,
            Self::Answer => Style::Green,
            Self::Note => Style::Bold,
        }
    }
}

/// The lines that stand together: a head, and a text's lines.
#[derive(Debug, Default)]
struct Block {
    lines: Vec<(Mark, String)>,
}

impl Block {
    fn head(at: i64, what: &str) -> Self {
        let head = shield(what).replace('\n', " ");
        Self { lines: vec![(Mark::Head, format!("{} {head}", rfc3339(at)))] }
    }

    fn with(mut self, mark: Mark, text: &str) -> Self {
        let text = shield(text);
        // A text without a line is one that is empty.
        let mut lines = text.lines().peekable();
        if lines.peek().is_none() {
            self.lines.push((mark, String::new()));
        }
        self.lines.extend(lines.map(|line| (mark, line.to_owned())));
        self
    }

    fn log(at: i64, line: &LogLine) -> Self {
        let mut block = Self::default().with(
            Mark::Log,
            &format!("{} {} {}: {}", rfc3339(at), line.level, line.source, line.message),
        );
        for (_, text) in block.lines.iter_mut().skip(1) {
            text.insert_str(0, "  ");
        }
        block
    }

    /// Whether it needs an empty line around it.
    fn is_tall(&self) -> bool {
        self.lines.len() > 1 && self.lines.iter().any(|(mark, _)| *mark != Mark::Log)
    }
}

/// The blocks of an entry; none for what only programs care about.
fn blocks(event: &Json, answer: Option<&str>) -> Result<Vec<Block>, CliError> {
    let Ok(EventView { at, entry, .. }) = serde_json::from_str(&event.0) else {
        let Row { at, kind, text, .. } = Row::read(event)?;
        return Ok(vec![Block::head(at, format!("{kind} {text}").trim_end())]);
    };
    let head = |what: &str| vec![Block::head(at, what)];
    Ok(match entry {
        ShownEntry::Spawned {} | ShownEntry::Recovered {} => head(entry.kind()),
        ShownEntry::Imported { .. } | ShownEntry::Branched { .. } => {
            let Row { kind, text, .. } = Row::read(event)?;
            head(format!("{kind} {text}").trim_end())
        }
        ShownEntry::StateTransition { to, .. } if to.is_terminal() => head(to.as_str()),
        ShownEntry::PauseRequested { pause } => {
            pause.queries.iter().map(|query| prompt(at, query)).collect()
        }
        ShownEntry::LlmCallEnd { query_id, usage } => {
            let what = format!("answer {query_id}{}", cost(usage));
            vec![Block::head(at, &what).with(Mark::Answer, answer.unwrap_or_default())]
        }
        ShownEntry::Progress(progress) => {
            let message = progress.message.as_deref().unwrap_or_default();
            head(format!("progress {}/{} {message}", progress.step, progress.total).trim_end())
        }
        ShownEntry::Log(line) => vec![Block::log(at, &line)],
        ShownEntry::CancelRequested { reason } => {
            let why = reason.detail.map(|detail| format!(": {detail}")).unwrap_or_default();
            head(&format!("cancel requested{why}"))
        }
        ShownEntry::Note(Note { title, content }) => {
            let title = title.map(|title| format!(" {title}")).unwrap_or_default();
            vec![Block::head(at, &format!("note{title}")).with(Mark::Note, &content)]
        }
        ShownEntry::StateTransition { .. }
        | ShownEntry::LlmCallBegin { .. }
        | ShownEntry::ResumeAccepted { .. } => vec![],
    })
}

fn prompt(at: i64, QueryView { query_id, query }: &QueryView) -> Block {
    let role = query.role.as_ref().map(|role| format!(" role={role}")).unwrap_or_default();
    let block = Block::head(at, &format!("prompt {query_id}{role}"));
    let block = match &query.system {
        Some(system) => block.with(Mark::System, system),
        None => block,
    };
    block.with(Mark::Prompt, &query.prompt)
}

fn cost(usage: Option<Usage>) -> String {
    let usage = usage.unwrap_or_default();
    let mut text = String::new();
    let tokens = [("prompt", usage.prompt_tokens), ("completion", usage.completion_tokens)];
    for (what, count) in tokens {
        if let Some(count) = count {
            // Writing to a string cannot fail.
            let _ = write!(text, " {what}_tokens={count}");
        }
    }
    text
}

/// What was printed last.
#[derive(Debug, Default)]
struct Transcript {
    begun: bool,
    tall: bool,
}

impl Transcript {
    fn show(
        &mut self,
        event: &Json,
        answer: Option<&str>,
        output: &mut Output,
    ) -> Result<(), CliError> {
        if output.json() {
            output.relay(event)?;
            if let Some(text) = answer {
                output.object(&GivenLine::new(event, text)?)?;
            }
            return Ok(());
        }
        for block in blocks(event, answer)? {
            self.print(&block, output)?;
        }
        Ok(())
    }

    fn print(&mut self, block: &Block, output: &mut Output) -> Result<(), OutputError> {
        if self.begun && (self.tall || block.is_tall()) {
            output.line("")?;
        }
        for (mark, text) in &block.lines {
            let line = format!("{} {text}", output.paint(mark.style(), mark.text()));
            output.line(line.trim_end_matches(' '))?;
        }
        (self.begun, self.tall) = (true, block.is_tall());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(fields: &str, answer: Option<&str>) -> Vec<String> {
        let head = r#""v":1,"type":"event","session":"k7fq2m9d","seq":42,"at":7"#;
        let blocks = blocks(&Json(format!("{{{head},{fields}}}")), answer).expect("an event");
        let lines = blocks.iter().flat_map(|block| &block.lines);
        lines.map(|(mark, text)| format!("{} {text}", mark.text())).collect()
    }

    #[test]
    fn each_line_says_what_it_is() {
        const AT: &str = "1970-01-01T00:00:00.007Z";
        let query = r#""prompt":"a?\nb?","system":"s","role":"grader","max_tokens":1"#;
        for (fields, answer, expected) in [
            (r#""kind":"spawned""#.to_owned(), None, vec![format!("* {AT} spawned")]),
            (
                format!(
                    r#""kind":"pause_requested","pause":{{"kind":"single","queries":[{{"query_id":"k7fq2m9d.1",{query}}}]}}"#
                ),
                None,
                vec![
                    format!("* {AT} prompt k7fq2m9d.1 role=grader"),
                    "~ s".to_owned(),
                    "? a?".to_owned(),
                    "? b?".to_owned(),
                ],
            ),
            (
                r#""kind":"llm_call_end","query_id":"k7fq2m9d.1","usage":{"prompt_tokens":9}"#
                    .to_owned(),
                Some("yes\n\n\u{1b}[2J"),
                vec![
                    format!("* {AT} answer k7fq2m9d.1 prompt_tokens=9"),
                    "= yes".to_owned(),
                    "= ".to_owned(),
                    "= \\033[2J".to_owned(),
                ],
            ),
            (
                r#""kind":"log","level":"info","source":"print","message":"hi\nthere""#.to_owned(),
                None,
                vec![format!("| {AT} info print: hi"), "|   there".to_owned()],
            ),
            (
                r#""kind":"note","title":"a\nb","content":""#.to_owned() + "\"",
                None,
                vec![format!("* {AT} note a b"), "# ".to_owned()],
            ),
            (
                r#""kind":"state_transition","from":"running","to":"failed""#.to_owned(),
                None,
                vec![format!("* {AT} failed")],
            ),
            (
                r#""kind":"state_transition","from":"running","to":"paused""#.to_owned(),
                None,
                vec![],
            ),
            (r#""kind":"renamed""#.to_owned(), None, vec![format!("* {AT} renamed")]),
            (
                r#""kind":"imported","from":"k7fq2m9e""#.to_owned(),
                None,
                vec![format!("* {AT} imported from k7fq2m9e")],
            ),
        ] {
            assert_eq!(lines(&fields, answer), expected, "{fields}");
        }
    }
}
