//! `alc top` and `alc inbox`: sessions on one live screen.
//!
//! ```text
//! keys ─► Board ─► Wish ─► source, a thread ─► News ─► Board ─► draw
//! ```

mod board;
mod draw;
mod screen;
mod source;

use std::{
    io::{self, IsTerminal as _},
    sync::mpsc::{self, Receiver, Sender},
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use alc_core::{QueryView, StateName};
use alc_ipc::List;
use ratatui::crossterm::{event, terminal};

use self::{
    board::{Act, Board},
    draw::{FRAME, Look},
    screen::Screen,
    source::{News, Wish},
};
use crate::{
    args,
    connect::Connector,
    editor::write_answer,
    error::CliError,
    exit::Exit,
    input::LIMIT,
    output::{Output, OutputError},
    signals::{Left, Signals, Waiting},
};

/// How long what the daemon says may wait for the screen.
const FRAME_TIME: Duration = Duration::from_millis(50);

/// Sessions of all kinds.
pub(super) fn top(
    args: &args::Top,
    connector: &Connector,
    output: &Output,
) -> Result<Exit, CliError> {
    let (states, labels) = (args.state.clone(), args.labels.clone());
    show("alc top", List { states, labels, ..List::default() }, connector, output)
}

/// Sessions that wait for answers.
pub(super) fn inbox(
    args: &args::Inbox,
    connector: &Connector,
    output: &Output,
) -> Result<Exit, CliError> {
    let (states, labels) = (vec![StateName::Paused], args.labels.clone());
    show("alc inbox", List { states, labels, ..List::default() }, connector, output)
}

fn show(title: &str, list: List, connector: &Connector, output: &Output) -> Result<Exit, CliError> {
    if output.json() || !output.is_terminal() || !io::stdin().is_terminal() {
        let message = format!("`{title}` is for people at a terminal");
        return Err(CliError::Usage { message, help: "alc list --help".to_owned() });
    }
    let Some(link) = connector.reading()? else {
        output.notice("no sessions yet");
        return Ok(Exit::Done);
    };
    let left =
        Left { sentence: "stopped looking; sessions go on".to_owned(), command: title.to_owned() };
    let waiting = connector.signals().waiting(left.clone());
    waiting.do_first(screen::restore);
    let (_, rows) = terminal::size().map_err(OutputError::from)?;
    let board = Board::new(list, rows.saturating_sub(FRAME));
    let (wish, wishes) = mpsc::channel();
    let (tell, news) = mpsc::channel();
    let color = output.color();
    thread::scope(|scope| {
        scope.spawn(move || source::serve(link, &wishes, &tell));
        // When it returns there are no more wishes, and the thread ends.
        let watch = Watch { board, wish, connector, title, color, waiting: &waiting, left };
        watch.run(&news).map_err(OutputError::from)
    })?;
    Ok(Exit::Done)
}

/// A person who looks.
struct Watch<'a> {
    board: Board,
    wish: Sender<Wish>,
    connector: &'a Connector,
    title: &'a str,
    color: bool,
    waiting: &'a Waiting<'a>,
    left: Left,
}

impl Watch<'_> {
    fn run(mut self, news: &Receiver<News>) -> io::Result<()> {
        let mut screen = Screen::enter()?;
        self.look();
        loop {
            let look = Look { title: self.title, color: self.color, now: now() };
            let mut draw = || screen.draw(|frame| draw::draw(&self.board, look, frame));
            // Once a signal has given the terminal back, nothing is drawn any more.
            self.waiting.step(|| (draw(), self.left.clone()))?;
            let act = self.next(news)?;
            match act {
                Act::Nothing => {}
                Act::Look => self.look(),
                Act::Edit(query) => self.answer(&query, &mut screen)?,
                Act::Cancel(session) => self.ask_for(Wish::Cancel(session)),
                Act::Quit => return Ok(()),
                Act::Interrupt => Signals::interrupt(),
            }
        }
    }

    /// Waits until something is to be shown or done.
    fn next(&mut self, news: &Receiver<News>) -> io::Result<Act> {
        loop {
            if event::poll(FRAME_TIME)? {
                match event::read()? {
                    event::Event::Key(key) if key.is_press() => return Ok(self.board.press(key)),
                    event::Event::Resize(_, rows) => {
                        self.board.resize(rows.saturating_sub(FRAME));
                        return Ok(Act::Look);
                    }
                    _ => {}
                }
            }
            match news.try_recv() {
                Ok(News::Page(page)) => return Ok(self.board.take(page)),
                Ok(News::Said(sentence)) => {
                    self.board.notice = Some(sentence);
                    return Ok(Act::Nothing);
                }
                Err(_) => {}
            }
        }
    }

    fn answer(&mut self, query: &QueryView, screen: &mut Screen) -> io::Result<()> {
        let prompt = &query.query.prompt;
        match screen.lend(|| write_answer(prompt, self.connector))? {
            Ok(text) if text.is_empty() => {
                self.board.notice = Some("that is empty; the query stays open".to_owned());
            }
            Ok(text) if text.len() > LIMIT => {
                self.board.notice = Some("that is over the limit of 16 MiB".to_owned());
            }
            Ok(text) => self.ask_for(Wish::Answer(query.query_id.clone(), text)),
            Err(error) => self.board.notice = Some(format!("the editor failed: {error}")),
        }
        Ok(())
    }

    fn look(&self) {
        self.ask_for(Wish::Look(self.board.list().clone()));
    }

    fn ask_for(&self, wish: Wish) {
        // The thread lives as long as this sender.
        self.wish.send(wish).ok();
    }
}

/// Unix milliseconds.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
