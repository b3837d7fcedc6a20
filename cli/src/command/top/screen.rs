//! The terminal as one screen, and as it was before when this is over, however that comes.

use std::io::{self, Stdout};

use ratatui::{
    Frame, Terminal,
    backend::CrosstermBackend,
    crossterm::{
        cursor::Show,
        execute,
        terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode},
    },
};

/// The terminal, while it is drawn on.
pub(super) struct Screen(Terminal<CrosstermBackend<Stdout>>);

impl Screen {
    /// Takes the terminal.
    pub(super) fn enter() -> io::Result<Self> {
        take().map(Self)
    }

    /// Draws it anew.
    pub(super) fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.0.draw(draw).map(drop)
    }

    /// Lets another program have it meanwhile.
    pub(super) fn lend<T>(&mut self, act: impl FnOnce() -> T) -> io::Result<T> {
        restore();
        let done = act();
        self.0 = take()?;
        Ok(done)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

fn take() -> io::Result<Terminal<CrosstermBackend<Stdout>>> {
    enable_raw_mode()?;
    let entered = execute!(io::stdout(), EnterAlternateScreen);
    // It begins empty, which a `clear` of an old one would not know without asking the terminal.
    let terminal = entered.and_then(|()| Terminal::new(CrosstermBackend::new(io::stdout())));
    terminal.inspect_err(|_| restore())
}

/// Gives the terminal back as it was.
pub(super) fn restore() {
    // A terminal that is gone needs nothing.
    disable_raw_mode().ok();
    execute!(io::stdout(), LeaveAlternateScreen, Show).ok();
}
