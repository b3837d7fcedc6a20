//! Stderr: remarks, what went wrong, and what is drawn while a verb waits.

use std::{
    borrow::Cow,
    io::{self, Write as _},
};

use super::{Manner, Sink, Style, paint};
use crate::{
    error::{CliError, Interrupted},
    escape::{shield, shield_json},
    progress::Screen,
};

/// How every error begins.
const ALC: &str = "alc:";

/// Where people are told; clones share the drawing.
#[derive(Clone, Debug)]
pub(crate) struct Stderr {
    manner: Manner,
    sink: Sink,
    screen: Screen,
}

impl Stderr {
    /// `dumb`: the terminal cannot move its cursor.
    pub(super) fn new(manner: Manner, sink: Sink, dumb: bool) -> Self {
        let drawn = sink.terminal && !dumb && !manner.quiet && !manner.json;
        Self { manner, sink, screen: Screen::new(drawn) }
    }

    /// One that says nothing but errors.
    #[cfg(test)]
    pub(crate) fn for_tests() -> Self {
        let color = crate::args::ColorChoice::Never;
        let manner = Manner { json: false, quiet: true, verbose: false, color };
        Self::new(manner, Sink { terminal: false, color: false }, true)
    }

    /// What is drawn while a verb waits.
    pub(crate) fn screen(&self) -> &Screen {
        &self.screen
    }

    /// A remark for people; not with `-q` or `--json`.
    pub(crate) fn notice(&self, text: &str) {
        if !self.manner.quiet && !self.manner.json {
            let text = paint(self.sink, Style::Dim, &self.shown(text)).into_owned();
            self.screen.suspend(|| write(&text));
        }
    }

    /// Whether somebody looks at it.
    pub(crate) fn is_terminal(&self) -> bool {
        self.sink.terminal
    }

    /// A remark for somebody who looks on.
    pub(crate) fn remark(&self, text: &str) {
        if self.sink.terminal {
            self.notice(text);
        }
    }

    /// What a person must see who is asked something: lines in their styles.
    pub(crate) fn page(&self, lines: &[(Style, &str)]) {
        let lines: Vec<_> = lines
            .iter()
            .map(|(style, line)| paint(self.sink, *style, &self.shown(line)).into_owned())
            .collect();
        self.screen.suspend(|| write(&lines.join("\n")));
    }

    /// The mark behind which somebody types.
    pub(crate) fn mark(&self) {
        self.screen.suspend(|| io::stderr().write_all(b"> ").ok());
    }

    /// What the client does; only with `-v`.
    pub(crate) fn detail(&self, text: impl FnOnce() -> String) {
        if self.manner.verbose {
            self.notice(&format!("{ALC} {}", text()));
        }
    }

    /// What went wrong.
    pub(crate) fn error(&self, error: &CliError) {
        let text = self.complaint(|| error.to_text(ALC), || error.to_json());
        self.screen.suspend(|| write(&text));
    }

    /// Says what a signal left behind, and ends the process before anything else is printed.
    pub(crate) fn end(&self, interrupted: Option<Interrupted<'_>>, end: impl FnOnce()) {
        let text = interrupted.map(|this| self.complaint(|| this.to_text(ALC), || this.to_json()));
        self.screen.suspend(|| {
            if let Some(text) = text {
                write(&text);
            }
            end();
        });
    }

    fn complaint(&self, text: impl Fn() -> String, json: impl Fn() -> String) -> String {
        if self.manner.json {
            let json = json();
            return if self.sink.terminal { shield_json(&json).into_owned() } else { json };
        }
        let text = text();
        let text = self.shown(&text);
        match text.strip_prefix(ALC) {
            Some(rest) => format!("{}{rest}", paint(self.sink, Style::Red, ALC)),
            None => text.into_owned(),
        }
    }

    /// The text as it may stand on a terminal.
    fn shown<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.sink.terminal { Cow::Owned(shield(text)) } else { Cow::Borrowed(text) }
    }
}

fn write(text: &str) {
    // There is nowhere left to say that stderr is gone.
    io::stderr().write_all(format!("{text}\n").as_bytes()).ok();
}
