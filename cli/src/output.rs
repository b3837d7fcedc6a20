//! The only place that prints: results on stdout, everything else on stderr, as text or as JSON.
//!
//! What sessions say goes out byte for byte, but never raw to a terminal, which it could command.

mod closed;
mod stderr;

use std::{
    borrow::Cow,
    io::{self, BufWriter, IsTerminal as _, Stdout, Write as _},
};

use alc_ipc::Json;
use clap::builder::StyledStr;
use serde::Serialize;

pub(crate) use self::stderr::Stderr;
use crate::{
    args::ColorChoice,
    environment::{ColorWish, Environment},
    error::CliError,
    escape::{shield, shield_json},
};

/// How output is asked to look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    /// JSON, a line for each object.
    pub(crate) json: bool,
    /// No notices.
    pub(crate) quiet: bool,
    /// Notices about what the client does.
    pub(crate) verbose: bool,
    /// When to use colour.
    pub(crate) color: ColorChoice,
}

/// Where a command's words go.
pub(crate) struct Output {
    stdout: BufWriter<Stdout>,
    /// There is none.
    closed: bool,
    stderr: Stderr,
    manner: Manner,
    sink: Sink,
}

/// What is at the other end.
#[derive(Clone, Copy, Debug)]
struct Sink {
    terminal: bool,
    color: bool,
}

/// Standard output takes no more.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutputError {
    /// Its reader has gone.
    #[error("nobody reads stdout any more")]
    Closed,
    /// It cannot be written.
    #[error("cannot write to stdout")]
    Lost(#[source] io::Error),
}

impl From<io::Error> for OutputError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::Closed } else { Self::Lost(error) }
    }
}

/// A colour or weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// As it is.
    Plain,
    /// Headings.
    Bold,
    /// Of less interest.
    Dim,
    /// Failures.
    Red,
    /// Successes.
    Green,
    /// What waits for somebody.
    Yellow,
}

impl Style {
    fn code(self) -> &'static str {
        match self {
            Self::Plain => "0",
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Red => "1;31",
            Self::Green => "32",
            Self::Yellow => "33",
        }
    }
}

fn paint(sink: Sink, style: Style, text: &str) -> Cow<'_, str> {
    if sink.color && style != Style::Plain {
        Cow::Owned(format!("\x1b[{}m{text}\x1b[0m", style.code()))
    } else {
        Cow::Borrowed(text)
    }
}

fn uses_color(choice: ColorChoice, wish: ColorWish, terminal: bool) -> bool {
    match (choice, wish) {
        (ColorChoice::Always, _) | (ColorChoice::Auto, ColorWish::Always) => true,
        (ColorChoice::Auto, ColorWish::Auto) => terminal,
        (ColorChoice::Auto | ColorChoice::Never, _) => false,
    }
}

impl Output {
    /// This process's output; stdout and stderr are judged apart.
    pub(crate) fn new(manner: Manner, environment: &Environment) -> Self {
        let sink = |terminal| Sink {
            terminal,
            color: uses_color(manner.color, environment.color, terminal),
        };
        let stdout = io::stdout();
        let (out, err) = (sink(stdout.is_terminal()), sink(io::stderr().is_terminal()));
        let stderr = Stderr::new(manner, err, environment.dumb);
        let closed = closed::stdout_was_closed();
        Self { stdout: BufWriter::new(stdout), closed, stderr, manner, sink: out }
    }

    /// The other one.
    pub(crate) fn stderr(&self) -> &Stderr {
        &self.stderr
    }

    /// Whether JSON is asked for.
    pub(crate) fn json(&self) -> bool {
        self.manner.json
    }

    /// Whether `-q` is given.
    pub(crate) fn quiet(&self) -> bool {
        self.manner.quiet
    }

    /// A command that goes on where this one stops, with output of the same form.
    pub(crate) fn same(&self, command: String) -> String {
        if self.manner.json { command + " --json" } else { command }
    }

    /// Whether somebody looks at stdout.
    pub(crate) fn is_terminal(&self) -> bool {
        self.sink.terminal
    }

    /// Whether stdout is coloured.
    pub(crate) fn color(&self) -> bool {
        self.sink.color
    }

    /// The text, coloured if stdout is.
    pub(crate) fn paint<'a>(&self, style: Style, text: &'a str) -> Cow<'a, str> {
        paint(self.sink, style, text)
    }

    /// Exactly these bytes.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<(), OutputError> {
        if self.closed {
            return Err(OutputError::Closed);
        }
        Ok(self.stdout.write_all(bytes)?)
    }

    /// A line.
    pub(crate) fn line(&mut self, text: &str) -> Result<(), OutputError> {
        self.bytes(text.as_bytes())?;
        self.bytes(b"\n")
    }

    /// What a session says: exactly so, but on a terminal without what could command it.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), OutputError> {
        let shown = if self.sink.terminal { Cow::Owned(shield(text)) } else { Cow::Borrowed(text) };
        self.bytes(shown.as_bytes())
    }

    /// A line of JSON.
    pub(crate) fn json_line(&mut self, json: &str) -> Result<(), OutputError> {
        let json = if self.sink.terminal { shield_json(json) } else { Cow::Borrowed(json) };
        self.line(&json)
    }

    /// An object of the client's own.
    pub(crate) fn object(&mut self, object: &impl Serialize) -> Result<(), OutputError> {
        self.json_line(&serde_json::to_string(object).map_err(io::Error::from)?)
    }

    /// An object as the daemon made it.
    pub(crate) fn relay(&mut self, object: &Json) -> Result<(), OutputError> {
        self.json_line(&object.0)
    }

    /// Help or version, as clap made it.
    pub(crate) fn help(&mut self, text: &StyledStr) -> Result<(), OutputError> {
        let text = if self.sink.color { text.ansi().to_string() } else { text.to_string() };
        self.bytes(text.as_bytes())
    }

    /// Hands on all that was printed.
    pub(crate) fn flush(&mut self) -> Result<(), OutputError> {
        let Self { stdout, stderr, sink, .. } = self;
        // On a terminal the two share the lines.
        if sink.terminal {
            Ok(stderr.screen().suspend(|| stdout.flush())?)
        } else {
            Ok(stdout.flush()?)
        }
    }

    /// A remark for people on stderr; not with `-q` or `--json`.
    pub(crate) fn notice(&self, text: &str) {
        self.stderr.notice(text);
    }

    /// What went wrong, on stderr.
    pub(crate) fn error(&mut self, error: &CliError) {
        // In a terminal, what was printed before stays before.
        self.flush().ok();
        self.stderr.error(error);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_is_for_terminals_unless_asked_otherwise() {
        use ColorChoice::{Always, Auto, Never};
        assert!(uses_color(Auto, ColorWish::Auto, true));
        assert!(!uses_color(Auto, ColorWish::Auto, false));
        assert!(!uses_color(Auto, ColorWish::Dumb, true));
        assert!(!uses_color(Auto, ColorWish::Never, true));
        assert!(uses_color(Auto, ColorWish::Always, false));
        assert!(uses_color(Always, ColorWish::Never, false));
        assert!(!uses_color(Never, ColorWish::Always, true));
    }

    #[test]
    fn paint_touches_nothing_without_colour() {
        let plain = Sink { terminal: false, color: false };
        let bright = Sink { terminal: true, color: true };
        assert_eq!(paint(plain, Style::Red, "x"), "x");
        assert_eq!(paint(bright, Style::Plain, "x"), "x");
        assert_eq!(paint(bright, Style::Red, "x"), "\x1b[1;31mx\x1b[0m");
    }

    #[test]
    fn a_reader_who_left_is_no_lost_output() {
        let closed = io::Error::from(io::ErrorKind::BrokenPipe);
        assert!(matches!(OutputError::from(closed), OutputError::Closed));
        let full = io::Error::from(io::ErrorKind::StorageFull);
        assert!(matches!(OutputError::from(full), OutputError::Lost(_)));
    }
}
