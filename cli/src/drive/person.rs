//! A person at the terminal, who is asked what no command answers.

use std::{
    io::{self, BufRead as _, IsTerminal as _},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use alc_core::QueryView;

use super::answer::{Answer, NoAnswer};
use crate::{
    connect::Connector,
    editor::write_answer,
    input::LIMIT,
    output::{Stderr, Style},
};

/// Whether there is one.
pub(super) fn is_there(stderr: &Stderr) -> bool {
    io::stdin().is_terminal() && stderr.is_terminal()
}

/// A query that a person is asked.
#[derive(Debug)]
pub(super) struct Asking {
    pub(super) query: QueryView,
    pub(super) may_be_empty: bool,
    /// Somebody else has answered meanwhile.
    pub(super) closed: Arc<AtomicBool>,
}

impl Asking {
    /// The answer, once it is typed.
    pub(super) fn ask(&self, connector: &Connector) -> Result<Answer, NoAnswer> {
        let stderr = connector.stderr();
        self.show(stderr);
        loop {
            let text = match read(stderr)? {
                Typed::Text(text) => text,
                Typed::Edit => match write_answer(&self.query.query.prompt, connector) {
                    Ok(text) => text,
                    Err(error) => {
                        stderr.page(&[(Style::Red, &format!("the editor failed: {error}"))]);
                        continue;
                    }
                },
            };
            if self.closed.load(Ordering::Relaxed) {
                return Err(NoAnswer::Declined);
            }
            if text.len() > LIMIT {
                stderr.page(&[(Style::Red, "that is over the limit of 16 MiB")]);
            } else if text.is_empty() && !self.may_be_empty {
                stderr.page(&[(Style::Dim, "that is empty; Ctrl-D leaves the query open")]);
            } else {
                return Ok(Answer { text, usage: None });
            }
        }
    }

    fn show(&self, stderr: &Stderr) {
        const EMPTY: (Style, &str) = (Style::Plain, "");
        let QueryView { query_id, query } = &self.query;
        let role = query.role.as_ref().map(|role| format!(" as {role}")).unwrap_or_default();
        let head = format!("{query_id} asks you{role}, for up to {} tokens", query.max_tokens);
        let mut lines = vec![EMPTY, (Style::Bold, head.as_str())];
        lines.extend(query.system.iter().map(|system| (Style::Dim, system.as_str())));
        lines.extend([EMPTY, (Style::Yellow, query.prompt.trim_end()), EMPTY]);
        lines.push((
            Style::Dim,
            "Answer, then an empty line or Ctrl-D; `e` alone opens your editor.",
        ));
        stderr.page(&lines);
    }
}

/// What was typed.
#[derive(Debug, PartialEq, Eq)]
enum Typed {
    Text(String),
    /// Somebody would rather write elsewhere.
    Edit,
}

/// Lines up to an empty one or the end.
fn read(stderr: &Stderr) -> Result<Typed, NoAnswer> {
    let mut lines: Vec<String> = Vec::new();
    loop {
        stderr.mark();
        let mut line = Vec::new();
        // A terminal that cannot be read is one at which nobody is.
        io::stdin().lock().read_until(b'\n', &mut line).ok();
        let ended = line.last() != Some(&b'\n');
        if ended {
            // Ctrl-D leaves the cursor where it is.
            stderr.page(&[]);
        }
        line.pop_if(|byte| *byte == b'\n');
        match String::from_utf8(line) {
            Ok(line) if line == "e" && lines.is_empty() && !ended => return Ok(Typed::Edit),
            Ok(line) if line.is_empty() && ended && lines.is_empty() => {
                return Err(NoAnswer::Declined);
            }
            Ok(line) => {
                let over = ended || line.is_empty();
                lines.extend((!line.is_empty()).then_some(line));
                if over {
                    return Ok(Typed::Text(lines.join("\n")));
                }
            }
            Err(_) => {
                stderr.page(&[(Style::Red, "that line is not UTF-8, and is left out")]);
            }
        }
    }
}
