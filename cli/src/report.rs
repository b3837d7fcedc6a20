//! A session's story as a page: what it asked and was told, how long that took, what it cost and what
//! came of it.

mod html;
mod markdown;

use alc_core::{
    CancelReason, EventView, ForkChild, LogLine, PauseKind, Progress, Query, ShownEntry, StateName,
    Usage,
};

pub(crate) use self::{html::html, markdown::markdown};
use crate::story::Story;

/// What stands on the page, in order.
struct Page<'a> {
    story: &'a Story,
    items: Vec<Item<'a>>,
    /// When the story that is told here ends.
    until: i64,
}

/// Something that happened, and when.
struct Item<'a> {
    at: i64,
    what: What<'a>,
}

enum What<'a> {
    /// It asked, and waited.
    Pause(Pause<'a>),
    /// It wrote to its log: lines between which nothing else happened.
    Log(Vec<(i64, &'a LogLine)>),
    /// It said how far it is.
    Progress(&'a Progress),
    /// Somebody added a note.
    Note { title: Option<&'a str>, content: &'a str },
    /// Something else, in a word or two.
    Mark(String),
}

/// Questions that were open at the same time.
struct Pause<'a> {
    kind: PauseKind,
    questions: Vec<Question<'a>>,
}

struct Question<'a> {
    number: u32,
    query: &'a Query,
    answer: Option<Answer<'a>>,
}

struct Answer<'a> {
    at: i64,
    text: &'a str,
    usage: Option<Usage>,
}

impl Pause<'_> {
    /// When its last answer came; `None` while one is missing.
    fn ended(&self) -> Option<i64> {
        let answers = self.questions.iter().map(|question| Some(question.answer.as_ref()?.at));
        answers.collect::<Option<Vec<_>>>()?.into_iter().max()
    }

    /// What it is, in words.
    fn name(&self) -> String {
        let count = self.questions.len();
        let of_fork = self.questions.iter().any(|question| question.query.child.is_some());
        match (of_fork, self.kind) {
            (true, _) if count == 1 => "Fork: a question".to_owned(),
            (true, _) => format!("Fork: {count} questions"),
            (false, PauseKind::Single) => "Question".to_owned(),
            (false, PauseKind::Batch) => format!("Batch of {count} questions"),
        }
    }
}

impl<'a> Page<'a> {
    fn new(story: &'a Story) -> Self {
        let mut items = Vec::new();
        for (event, answer) in &story.told {
            add(&mut items, event, answer.as_deref());
        }
        Self { story, items, until: story.session.changed_at }
    }

    /// What people call the session.
    fn title(&self) -> String {
        let session = &self.story.session;
        match &session.name {
            Some(name) => format!("{name} ({})", session.id),
            None => session.id.to_string(),
        }
    }

    /// What is known of it as a whole: names and values.
    fn facts(&self) -> Vec<(&'static str, String)> {
        let session = &self.story.session;
        let usage = &session.usage;
        let end = if session.state.is_terminal() { "ended" } else { "last change" };
        let mut facts = vec![
            ("started", shown_time(session.created_at)),
            (end, shown_time(session.changed_at)),
            ("took", lasted(session.changed_at - session.created_at)),
            ("of that, waited", lasted(self.waited())),
        ];
        let budget = session.budget.unwrap_or_default();
        let of = |used: u64, limit: Option<u64>| match limit {
            Some(limit) => format!("{used} of {limit}"),
            None => used.to_string(),
        };
        facts.push(("queries", of(usage.llm_calls, budget.max_llm_calls)));
        let tokens = usage.prompt_tokens.saturating_add(usage.completion_tokens);
        if tokens > 0 || budget.max_tokens.is_some() {
            let parts = format!("{} + {}", usage.prompt_tokens, usage.completion_tokens);
            facts.push(("tokens", format!("{} ({parts})", of(tokens, budget.max_tokens))));
        }
        if let Some(limit) = budget.max_elapsed_ms {
            facts.push(("may take", lasted(i64::try_from(limit).unwrap_or(i64::MAX))));
        }
        if let Some(deadline) = session.deadline_at {
            facts.push(("deadline", shown_time(deadline)));
        }
        let labels = session.labels.iter().map(|(key, value)| format!("{key}={value}"));
        let labels: Vec<_> = labels.collect();
        if !labels.is_empty() {
            facts.push(("labels", labels.join(", ")));
        }
        facts
    }

    /// The times at which it waited, from and to.
    fn waits(&self) -> impl Iterator<Item = (i64, i64)> {
        self.items.iter().filter_map(|item| match &item.what {
            What::Pause(pause) => Some((item.at, pause.ended().unwrap_or(self.until))),
            _ => None,
        })
    }

    fn waited(&self) -> i64 {
        self.waits().map(|(from, to)| (to - from).max(0)).sum()
    }

    /// What came of it: the state, and in lines what is to be said of it.
    fn outcome(&self) -> Option<(StateName, String)> {
        let outcome = self.story.outcome.as_ref()?;
        let text = match outcome.state {
            StateName::Done => {
                let value = outcome.value.as_ref().map_or("null", |value| value.get());
                let parsed = serde_json::from_str::<serde_json::Value>(value);
                parsed.map_or_else(|_| value.to_owned(), |value| format!("{value:#}"))
            }
            StateName::Failed => {
                let error = outcome.error.as_ref();
                let lines = error.map(|error| {
                    let trace = error.traceback.as_deref().unwrap_or_default();
                    format!("{}\n{trace}", error.message)
                });
                lines.unwrap_or_default().trim_end().to_owned()
            }
            _ => outcome.reason.as_ref().map(reason).unwrap_or_default(),
        };
        Some((outcome.state, text))
    }
}

fn reason(reason: &CancelReason) -> String {
    reason.detail.clone().unwrap_or_default()
}

/// Puts an event on the page; an answer stands with its question.
fn add<'a>(items: &mut Vec<Item<'a>>, event: &'a EventView, answer: Option<&'a str>) {
    let at = event.at;
    let what = match &event.entry {
        ShownEntry::PauseRequested { pause } => {
            let ask = |query: &'a alc_core::QueryView| Question {
                number: query.query_id.number,
                query: &query.query,
                answer: None,
            };
            let questions = pause.queries.iter().map(ask).collect();
            What::Pause(Pause { kind: pause.kind, questions })
        }
        ShownEntry::LlmCallEnd { query_id, usage } => {
            let questions = items.iter_mut().rev().flat_map(|item| match &mut item.what {
                What::Pause(pause) => pause.questions.as_mut_slice(),
                _ => &mut [],
            });
            let asked = questions.into_iter().find(|asked| asked.number == query_id.number);
            if let (Some(question), Some(text)) = (asked, answer) {
                question.answer = Some(Answer { at, text, usage: *usage });
            }
            return;
        }
        ShownEntry::Log(line) => {
            if let Some(Item { what: What::Log(lines), .. }) = items.last_mut() {
                lines.push((at, line));
                return;
            }
            What::Log(vec![(at, line)])
        }
        ShownEntry::Progress(progress) => What::Progress(progress),
        ShownEntry::Note(note) => {
            What::Note { title: note.title.as_deref(), content: &note.content }
        }
        ShownEntry::Spawned {} => What::Mark("Started".to_owned()),
        ShownEntry::Recovered {} => What::Mark("Went on after the daemon had ended".to_owned()),
        ShownEntry::Imported { .. } => What::Mark("Imported from a file".to_owned()),
        ShownEntry::Branched { from } => What::Mark(format!("Branched from {from}")),
        ShownEntry::CancelRequested { reason: why } => What::Mark(
            format!("Cancel requested: {}", reason(why)).trim_end_matches(": ").to_owned(),
        ),
        ShownEntry::StateTransition { to, .. } if to.is_terminal() => What::Mark(match to {
            StateName::Done => "Done".to_owned(),
            StateName::Failed => "Failed".to_owned(),
            _ => "Cancelled".to_owned(),
        }),
        ShownEntry::StateTransition { .. }
        | ShownEntry::LlmCallBegin { .. }
        | ShownEntry::ResumeAccepted { .. } => return,
    };
    items.push(Item { at, what });
}

fn shown_time(at: i64) -> String {
    let time = crate::time::rfc3339(at);
    // To the second, as people read it.
    let second = time.get(..19).unwrap_or(&time);
    format!("{} UTC", second.replace('T', " "))
}

/// A time in milliseconds, as people say it: its two largest units.
fn lasted(millis: i64) -> String {
    let millis = millis.max(0);
    if millis < 1000 {
        return format!("{millis} ms");
    }
    let seconds = millis / 1000;
    match seconds {
        0..60 => format!("{seconds}.{} s", millis % 1000 / 100),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        3600..86_400 => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds % 86_400 / 3600),
    }
}

/// What a question needed: who asked, role, time, tokens.
fn remarks(question: &Question<'_>, asked_at: i64) -> Vec<String> {
    let mut remarks = Vec::new();
    let child = question.query.child.as_ref();
    remarks.extend(child.map(|ForkChild { place, strategy }| format!("child {place}, {strategy}")));
    remarks.extend(question.query.role.clone());
    if question.query.grounded {
        remarks.push("grounded".to_owned());
    }
    if question.query.underspecified {
        remarks.push("underspecified".to_owned());
    }
    match &question.answer {
        None => remarks.push("open".to_owned()),
        Some(answer) => {
            remarks.push(lasted(answer.at - asked_at));
            let usage = answer.usage.unwrap_or_default();
            if let (Some(prompt), Some(completion)) = (usage.prompt_tokens, usage.completion_tokens)
            {
                remarks.push(format!("{prompt} + {completion} tokens"));
            }
        }
    }
    remarks
}

/// The beginning of a text on one line.
fn headline(text: &str) -> String {
    const LONGEST: usize = 100;
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_said_in_its_two_largest_units() {
        for (millis, said) in [
            (-5, "0 ms"),
            (999, "999 ms"),
            (1234, "1.2 s"),
            (61_000, "1 min 1 s"),
            (3_720_000, "1 h 2 min"),
            (90_000_000, "1 d 1 h"),
        ] {
            assert_eq!(lasted(millis), said);
        }
    }

    #[test]
    fn a_headline_is_short_and_one_line() {
        assert_eq!(headline("\n  a b \nc"), "a b");
        assert_eq!(headline(&"ä".repeat(101)), format!("{}…", "ä".repeat(100)));
        assert_eq!(headline(""), "");
    }
}
