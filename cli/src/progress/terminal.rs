//! The terminal that is drawn on.
//!
//! indicatif leaves the cursor behind a full line, where the `^C` that a terminal shows would begin a
//! new one and leave what is drawn behind; here it waits at the front. And indicatif panics where a
//! terminal cannot be written any more; here that is nobody's concern.

use std::{
    io,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

use console::Term;
use indicatif::TermLike;

/// Whether stderr's terminal is lent to this process: a shell's background job must not draw over
/// what its user types.
#[cfg(unix)]
pub(super) fn is_lent() -> bool {
    rustix::termios::tcgetpgrp(io::stderr()).is_ok_and(|group| group == rustix::process::getpgrp())
}

/// There are no background jobs here.
#[cfg(not(unix))]
pub(super) fn is_lent() -> bool {
    true
}

/// Stderr's terminal.
#[derive(Debug)]
pub(super) struct Terminal {
    term: Term,
    /// Something is written that does not show yet.
    written: AtomicBool,
}

impl Terminal {
    pub(super) fn new() -> Self {
        Self { term: Term::buffered_stderr(), written: AtomicBool::new(false) }
    }
}

impl TermLike for Terminal {
    fn width(&self) -> u16 {
        self.term.size().1
    }

    fn height(&self) -> u16 {
        self.term.size().0
    }

    fn move_cursor_up(&self, lines: usize) -> io::Result<()> {
        self.term.move_cursor_up(lines)
    }

    fn move_cursor_down(&self, lines: usize) -> io::Result<()> {
        self.term.move_cursor_down(lines)
    }

    fn move_cursor_right(&self, columns: usize) -> io::Result<()> {
        self.term.move_cursor_right(columns)
    }

    fn move_cursor_left(&self, columns: usize) -> io::Result<()> {
        self.term.move_cursor_left(columns)
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.term.write_line(text)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.written.fetch_or(!text.is_empty(), Relaxed);
        self.term.write_str(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.term.clear_line()
    }

    fn flush(&self) -> io::Result<()> {
        if self.written.swap(false, Relaxed) {
            self.term.write_str("\r").ok();
        }
        self.term.flush().ok();
        Ok(())
    }
}
