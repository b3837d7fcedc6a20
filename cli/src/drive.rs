//! Has a session's queries answered until it ends: what `drive` and `run` have in common.
//!
//! ```text
//! the lease ───┐                        ┌─► commands ─┐
//! what happens ┴─► inbox ─► Driver ─────┤             ├─► inbox
//! to the session                        └─► a person ─┘
//! ```

mod answer;
mod attempt;
mod cassette;
mod commands;
mod follow;
mod lease;
mod person;
mod process;
mod program;
mod work;

use std::{
    collections::BTreeMap,
    io,
    ops::ControlFlow,
    sync::mpsc::{self, Receiver, SyncSender},
    thread,
    time::Instant,
};

use alc_core::{QueryView, SessionId};

use self::{
    answer::Answer,
    cassette::Cassette,
    commands::Commands,
    follow::News,
    program::Program,
    work::{Phase, Work},
};
pub(crate) use self::{answer::NoAnswer, cassette::Problem as CassetteProblem};
use crate::{
    args::{Driving, Mode},
    connect::Connector,
    error::CliError,
    link::Link,
    output::{Output, Stderr},
    signals::{Left, Waiting},
};

/// Reads a cassette, for a fuzzer.
#[cfg(feature = "fuzz")]
pub(crate) fn read_cassette(tape: &crate::args::Tape) {
    let _ = cassette::Cassette::insert(tape);
}

/// How much may be waiting to be heard.
const INBOX: usize = 64;

/// What a driver hears.
#[derive(Debug)]
enum Message {
    /// The lease is taken.
    Leased,
    /// Something happened to the session.
    News(News),
    /// The session has ended.
    Ended,
    /// The lease or the connection is lost.
    Lost(Box<CliError>),
    /// What came of a query's attempt of this number.
    Tried(u32, u16, Result<Answer, NoAnswer>),
}

/// Who answers, and from what tape; refused where nobody would.
pub(crate) fn prepare<'a>(
    how: &'a Driving,
    help: &str,
    stderr: &Stderr,
) -> Result<Prepared<'a>, CliError> {
    let is_given = how.sh.is_some() || !how.command.is_empty();
    if is_given || how.tape.mode == Mode::Replay || person::is_there(stderr) {
        return Ok(Prepared { how, cassette: Cassette::insert(&how.tape)? });
    }
    let message = "nobody answers: no command is given behind `--`, and no terminal is there";
    Err(CliError::Usage { message: message.to_owned(), help: help.to_owned() })
}

/// All that is known before there is a session.
pub(crate) struct Prepared<'a> {
    how: &'a Driving,
    cassette: Option<Cassette>,
}

/// Has the session's queries answered. Returns when it has ended, or says why it has not.
pub(crate) fn drive(
    session: &SessionId,
    Prepared { how, cassette }: Prepared<'_>,
    connector: &Connector,
    link: &mut Link<'_>,
    output: &Output,
) -> Result<(), CliError> {
    let again = output.same(how.again(session));
    let left = |state: &str| Left {
        sentence: format!("stopped driving; {session} is still {state}"),
        command: again.clone(),
    };
    let waiting = connector.signals().waiting(left("running"));
    let commands = Commands::default();
    let all = commands.clone();
    let stderr = connector.stderr().clone();
    waiting.do_first(move || {
        if stderr.is_terminal() {
            // What was typed to interrupt it stands in the line.
            stderr.page(&[]);
        }
        all.end();
    });
    let (outbox, inbox) = mpsc::sync_channel(INBOX);
    let mut driver = Driver {
        session: session.clone(),
        how,
        connector,
        link,
        stderr: connector.stderr(),
        deadline: how.timeout.timeout.and_then(|timeout| Instant::now().checked_add(timeout)),
        inbox,
        outbox,
        commands,
        cassette,
        open: BTreeMap::new(),
        work: BTreeMap::new(),
        answered: 0,
        ended: false,
        failed: None,
    };
    let ended = driver.run(&waiting, left);
    driver.commands.end();
    if driver.is_asking() {
        // Somebody has begun a line.
        driver.stderr.page(&[]);
    }
    ended
}

struct Driver<'a, 'b> {
    session: SessionId,
    how: &'a Driving,
    connector: &'a Connector,
    link: &'a mut Link<'b>,
    stderr: &'a Stderr,
    /// When `--timeout` passes.
    deadline: Option<Instant>,
    inbox: Receiver<Message>,
    outbox: SyncSender<Message>,
    commands: Commands,
    cassette: Option<Cassette>,
    /// The open queries that nobody has begun to answer.
    open: BTreeMap<u32, QueryView>,
    /// Those that somebody has.
    work: BTreeMap<u32, Work>,
    answered: u32,
    ended: bool,
    /// The first query that could not be answered.
    failed: Option<CliError>,
}

impl Driver<'_, '_> {
    fn run(&mut self, waiting: &Waiting<'_>, left: impl Fn(&str) -> Left) -> Result<(), CliError> {
        self.take_lease()?;
        self.follow()?;
        loop {
            let asked = !(self.work.is_empty() && self.open.is_empty());
            waiting.step(|| ((), left(if asked { "paused" } else { "running" })));
            self.begin()?;
            if self.ended {
                return Ok(());
            }
            if self.work.is_empty() {
                if let Some(failed) = self.failed.take() {
                    return Err(failed);
                }
                if !self.open.is_empty() {
                    let (session, limit) = (self.session.clone(), self.answered);
                    return Err(CliError::AsksMore { session, limit });
                }
            }
            match self.hear() {
                Some(message) => self.take(message)?,
                None => self.act_in_time()?,
            }
        }
    }

    /// Returns when the lease is taken; from then on nobody else drives.
    fn take_lease(&mut self) -> Result<(), CliError> {
        let (session, steal) = (self.session.clone(), self.how.steal);
        self.spawn("lease", move |connector, outbox| {
            let taken = || drop(outbox.send(Message::Leased));
            let Err(lost) = lease::hold(&session, steal, &connector, taken);
            outbox.send(Message::Lost(Box::new(lost))).ok();
        })
        .map_err(CliError::Thread)?;
        match self.hear() {
            Some(Message::Lost(error)) => Err(*error),
            Some(_) => Ok(()),
            None => Err(CliError::Late { session: self.session.clone() }),
        }
    }

    /// From now on hears what happens to the session.
    fn follow(&mut self) -> Result<(), CliError> {
        let (_, view) = self.link.state(&self.session.clone().into())?;
        let queries = view.pause.into_iter().flat_map(|pause| pause.queries);
        self.open.extend(queries.map(|query| (query.query_id.number, query)));
        let session = self.session.clone();
        self.spawn("follow", move |connector, outbox| {
            let tell = |news| match outbox.send(Message::News(news)) {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            };
            let message = match follow::follow(&session, view.seq, &connector, tell) {
                Ok(_) => Message::Ended,
                Err(error) => Message::Lost(Box::new(error)),
            };
            outbox.send(message).ok();
        })
        .map_err(CliError::Thread)
    }

    /// A thread of this process's life.
    fn spawn(
        &self,
        name: &str,
        body: impl FnOnce(Connector, SyncSender<Message>) + Send + 'static,
    ) -> io::Result<()> {
        let (connector, outbox) = (self.connector.clone(), self.outbox.clone());
        let thread = thread::Builder::new().name(name.to_owned());
        thread.spawn(move || body(connector, outbox)).map(drop)
    }

    /// The next message; `None` when it is time to act.
    fn hear(&self) -> Option<Message> {
        let due = self.work.values().filter_map(Work::due).chain(self.deadline).min();
        match due {
            Some(due) => {
                let left = due.saturating_duration_since(Instant::now());
                self.inbox.recv_timeout(left).ok()
            }
            // It never ends, since this driver could still send.
            None => self.inbox.recv().ok(),
        }
    }

    fn take(&mut self, message: Message) -> Result<(), CliError> {
        match message {
            Message::Leased => {}
            Message::News(News::Asked(queries)) => {
                self.open.extend(queries.into_iter().map(|query| (query.query_id.number, query)));
            }
            Message::News(News::Closed(number)) => self.close(number),
            Message::Ended => self.ended = true,
            Message::Lost(error) => return Err(*error),
            Message::Tried(number, attempt, tried) => return self.tried(number, attempt, tried),
        }
        Ok(())
    }

    /// Whether a person is asked.
    fn is_asking(&self) -> bool {
        self.work.values().any(|work| matches!(work.phase, Phase::Asking { .. }))
    }

    /// The first query that somebody is free to answer: there is but one person.
    fn next(&mut self) -> Option<QueryView> {
        let busy = self.is_asking();
        let is_for_command =
            |query: &QueryView| Program::choose(self.how, query.query.role.as_deref()).is_some();
        let mut open = self.open.iter();
        let (number, _) = open.find(|(_, query)| !busy || is_for_command(query))?;
        let number = *number;
        self.open.remove(&number)
    }

    /// Has as many queries answered as may be at a time, the lowest first.
    fn begin(&mut self) -> Result<(), CliError> {
        let most = usize::from(self.how.jobs.get());
        let left = |driver: &Self| {
            let most = driver.how.max_queries.unwrap_or(u32::MAX) as usize;
            most.saturating_sub(driver.answered as usize + driver.work.len())
        };
        while self.failed.is_none() && self.work.len() < most && left(self) > 0 {
            let Some(query) = self.next() else { break };
            self.start(query, 1)?;
        }
        Ok(())
    }
}
