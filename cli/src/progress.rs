//! What a person sees while a verb waits: lines at the end of a terminal's stderr, gone without a
//! trace afterwards.

mod board;
mod terminal;

use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

pub(crate) use self::board::Board;
use self::terminal::Terminal;

/// How often a spinner turns.
const TURN: Duration = Duration::from_millis(120);
/// How often a second the lines are drawn at most.
const RATE: u8 = 20;

/// The lines of one process; clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Screen(MultiProgress);

impl Screen {
    /// Draws on stderr, or nothing at all; and nothing where another job has the terminal.
    pub(crate) fn new(drawn: bool) -> Self {
        let target = if drawn && terminal::is_lent() {
            ProgressDrawTarget::term_like_with_hz(Box::new(Terminal::new()), RATE)
        } else {
            ProgressDrawTarget::hidden()
        };
        Self(MultiProgress::with_draw_target(target))
    }

    /// Takes the lines away while something else is printed, or for good if that ends the process.
    pub(crate) fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        self.0.suspend(print)
    }

    /// Draws what is waited for, until the spinner is dropped.
    pub(crate) fn spinner(&self, what: &str) -> Spinner {
        let drawn = !self.0.is_hidden();
        let spinner = Spinner(drawn.then(|| self.0.add(ProgressBar::new_spinner())));
        if let Some(line) = &spinner.0 {
            line.set_style(style("{spinner} {msg} {elapsed}"));
            spinner.waits_for(what);
            line.enable_steady_tick(TURN);
        }
        spinner
    }

    /// Draws the sessions that are watched.
    pub(crate) fn board(&self) -> Board {
        Board::new(self)
    }
}

/// A line that turns.
#[derive(Debug)]
pub(crate) struct Spinner(Option<ProgressBar>);

impl Spinner {
    /// Something else is waited for.
    pub(crate) fn waits_for(&self, what: &str) {
        if let Some(line) = &self.0 {
            line.set_message(format!("waiting for {what}"));
        }
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        if let Some(line) = &self.0 {
            line.finish_and_clear();
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template);
    style.unwrap_or_else(|_| ProgressStyle::default_spinner()).progress_chars("=> ")
}
