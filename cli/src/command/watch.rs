//! `alc watch`: histories, as they grow.

use std::ops::ControlFlow;

use alc_core::{Reference, Seq, SessionId, SessionView, StateName};
use alc_ipc::{ClientError, Json, Observe, Observed};

use crate::{
    args::{self, MOST_WATCHED},
    bulk,
    connect::Connector,
    error::CliError,
    escape::escape,
    exit::Exit,
    link::Link,
    output::Output,
    progress::Board,
    row::Row,
    select,
    signals::{Left, Signals},
    time::rfc3339,
};

pub(super) fn run(
    args: &args::Watch,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let mut link = connector.reading()?;
    let references = match &mut link {
        Some(link) => select::references(&args.references, &args.selection, &StateName::ALL, link)?,
        None => args.references.clone(),
    };
    if references.is_empty() {
        return Err(select::none(&args.selection));
    }
    let cursors = cursors(&references, &args.after)?;
    let board = connector.stderr().screen().board();
    let several = references.len() > 1;
    let mut watch = Watch { args, several, followed: Vec::new(), undrawn: Vec::new(), board };
    let wanted: Vec<_> = references.iter().zip(cursors).collect();
    let found = bulk::for_each(&wanted, output, |(reference, after), _| {
        let link = link.as_mut().ok_or_else(|| CliError::NotFound((*reference).clone()))?;
        watch.add(&link.state(reference)?.1, *after);
        Ok(Exit::Done)
    })?;
    if let Some(mut link) = link {
        link.set_timeout(args.timeout.timeout);
        watch.follow(&mut link, connector.signals(), output)?;
    }
    let Watch { followed, board, .. } = watch;
    drop(board);
    Ok(followed.iter().fold(found, |all, session| {
        let late = || {
            output.error(&CliError::Late { session: session.id.clone() });
            Exit::TimedOut
        };
        all.with(session.exit.unwrap_or_else(late))
    }))
}

/// Behind which place to begin, for each session.
fn cursors(references: &[Reference], after: &[Seq]) -> Result<Vec<Seq>, CliError> {
    let sessions = references.len();
    let message = match after {
        _ if sessions > MOST_WATCHED => {
            format!(
                "{sessions} sessions are selected; at most {MOST_WATCHED} are watched at a time"
            )
        }
        [one] => return Ok(vec![*one; sessions]),
        many if many.len() == sessions => return Ok(many.to_vec()),
        many => format!("--after has {} places for {sessions} sessions", many.len()),
    };
    Err(CliError::Usage { message, help: "alc watch --help".to_owned() })
}

/// The sessions that are watched.
struct Watch<'a> {
    args: &'a args::Watch,
    /// Whether each event is told with its session.
    several: bool,
    followed: Vec<Followed>,
    /// Those that the board does not show yet.
    undrawn: Vec<SessionView>,
    board: Board,
}

struct Followed {
    id: SessionId,
    state: StateName,
    /// The last event that was printed.
    after: Seq,
    /// How it ends, once it has.
    exit: Option<Exit>,
}

impl Watch<'_> {
    fn add(&mut self, session: &SessionView, after: Seq) {
        let SessionView { id, state, seq, .. } = session;
        if self.followed.iter().any(|followed| followed.id == *id) {
            return;
        }
        let there = self.args.until == Some(*state) && *seq <= after;
        let exit = there.then_some(Exit::Done);
        self.followed.push(Followed { id: id.clone(), state: *state, after, exit });
        self.undrawn.push(session.clone());
    }

    /// Prints what happens until all have ended, are where they should get, or the time is up.
    fn follow(
        &mut self,
        link: &mut Link<'_>,
        signals: &Signals,
        output: &mut Output,
    ) -> Result<(), CliError> {
        let waiting = signals.waiting(self.left(output));
        // Only now, since a signal clears what is drawn.
        for session in self.undrawn.drain(..) {
            self.board.add(&session);
        }
        let mut shown = Ok(());
        let followed = link.call(|client| {
            let going_on =
                |(place, session): (_, &Followed)| session.exit.is_none().then_some(place);
            let open: Vec<usize> = self.followed.iter().enumerate().filter_map(going_on).collect();
            let observes = open.iter().map(|place| self.followed[*place].observe()).collect();
            client.observe_all(observes, |place, observed| {
                shown = waiting.step(|| {
                    let shown = self.take(open[place], observed, output);
                    (shown, self.left(output))
                });
                let there = self.followed.iter().all(|session| session.exit.is_some());
                if there || shown.is_err() {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            })
        });
        shown?;
        match followed {
            Err(CliError::Client(ClientError::DeadlinePassed)) => Ok(()),
            followed => followed,
        }
    }

    /// Takes in what happened to a session; its events are printed at once.
    fn take(
        &mut self,
        place: usize,
        observed: Observed<'_>,
        output: &mut Output,
    ) -> Result<(), CliError> {
        let session = &mut self.followed[place];
        let (seq, event) = match observed {
            // It is where it should get; the others are not.
            _ if session.exit.is_some() => return Ok(()),
            Observed::Event(seq, event) => (seq, event),
            Observed::End(state) => {
                session.exit = Some(Exit::of_state(state));
                return Ok(());
            }
        };
        let row = Row::read(event)?;
        let named = self.several.then_some(&session.id);
        print(named, &row, event, output)?;
        session.after = seq;
        if let Some(to) = row.to() {
            session.state = to;
            if self.args.until == Some(to) {
                session.exit = Some(Exit::Done);
            }
        }
        if let Some(entry) = &row.entry {
            self.board.take(&session.id, seq, entry);
        }
        Ok(())
    }

    /// What is left if nobody watches any more.
    fn left(&self, output: &Output) -> Left {
        let open: Vec<_> = self.followed.iter().filter(|session| session.exit.is_none()).collect();
        let how = match open[..] {
            [Followed { id, state, .. }] if state.is_terminal() => format!("{id} is {state}"),
            [Followed { id, state, .. }] => format!("{id} is still {state}"),
            _ => format!("{} sessions live on", open.len()),
        };
        let list = |each: &dyn Fn(&Followed) -> String, between: &str| {
            open.iter().map(|session| each(session)).collect::<Vec<_>>().join(between)
        };
        let ids = list(&|session| session.id.to_string(), " ");
        let places = list(&|session| session.after.to_string(), ",");
        let until = self.args.until.map(|state| format!(" --until {state}")).unwrap_or_default();
        let command = output.same(format!("alc watch {ids} --after {places}{until}"));
        Left { sentence: format!("stopped watching; {how}"), command }
    }
}

impl Followed {
    /// By id: `@` and a name may mean another session after a lost connection.
    fn observe(&self) -> Observe {
        Observe { session: Reference::from(self.id.clone()), after: self.after }
    }
}

fn print(
    session: Option<&SessionId>,
    row: &Row,
    event: &Json,
    output: &mut Output,
) -> Result<(), CliError> {
    if output.json() {
        output.relay(event)?;
    } else {
        let named = session.map(|id| format!("{id}\t")).unwrap_or_default();
        let Row { seq, at, kind, text, .. } = row;
        output.line(&format!("{named}{seq}\t{}\t{kind}\t{}", rfc3339(*at), escape(text)))?;
    }
    Ok(output.flush()?)
}
