//! Programs that the user wants run when sessions change state: `[[hook]]` of the preferences.
//!
//! What happened is on disk before a hook hears of it. A hook hears of it once; if the daemon ends
//! meanwhile, perhaps not at all.

use std::{
    convert::Infallible,
    io,
    path::Path,
    process::{ExitStatus, Stdio},
    sync::Arc,
};

use alc_core::{Entry, Seq, SessionId, StateName};
use tokio::{
    io::AsyncWriteExt as _,
    process::{Child, Command},
    sync::{
        Semaphore,
        mpsc::{self, Receiver, Sender},
    },
    time::timeout,
};

use crate::{cause::chain, journal::Journal, log, preferences::Hook};

/// How many run at a time.
const AT_ONCE: usize = 4;
/// How many changes may wait for that; more are missed, and the log says so.
const WAITING: usize = 1024;

/// A session has got into a state.
#[derive(Debug)]
pub(crate) struct Change {
    session: SessionId,
    /// The place behind which the event is that tells of it.
    before: Seq,
    state: StateName,
}

/// Tells those who run hooks what happens; cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hooks(Option<Sender<Change>>);

/// Runs hooks.
#[derive(Debug)]
pub(crate) struct Runner {
    hooks: Arc<[Hook]>,
    changes: Receiver<Change>,
}

impl Hooks {
    /// These hooks, and what runs them.
    pub(crate) fn new(hooks: Vec<Hook>) -> (Self, Runner) {
        let (sender, changes) = mpsc::channel(WAITING);
        let told = (!hooks.is_empty()).then_some(sender);
        (Self(told), Runner { hooks: hooks.into(), changes })
    }

    /// What these entries of a session's history, behind `after`, will be to hooks; nothing where there
    /// are none.
    pub(crate) fn changes(
        &self,
        session: &SessionId,
        after: Seq,
        entries: &[Entry],
    ) -> Vec<Change> {
        if self.0.is_none() {
            return Vec::new();
        }
        let change = |(place, entry): (usize, &Entry)| {
            let state = match entry {
                // It tells what is asked, as the change of state does not.
                Entry::PauseRequested { .. } => StateName::Paused,
                Entry::StateTransition { to, .. } if *to != StateName::Paused => *to,
                _ => return None,
            };
            Some(Change { session: session.clone(), before: after.plus(place), state })
        };
        entries.iter().enumerate().filter_map(change).collect()
    }

    /// These are on disk. Never waits.
    pub(crate) fn tell(&self, changes: Vec<Change>) {
        let Some(sender) = &self.0 else { return };
        for change in changes {
            if let Err(missed) = sender.try_send(change) {
                let Change { session, state, .. } = missed.into_inner();
                log::line(&format!("hooks are late; none hears that {session} is {state}"));
            }
        }
    }
}

impl Runner {
    /// Runs the hooks of what happens in the data folder `home`, for ever.
    pub(crate) async fn run(mut self, journal: Journal, home: Arc<Path>) -> Infallible {
        let places = Arc::new(Semaphore::new(AT_ONCE));
        while let Some(change) = self.changes.recv().await {
            let event = match journal.events(&change.session, change.before, 1).await {
                Ok(events) => events.into_iter().next().map(|(_, event)| event),
                Err(error) => {
                    log::line(&format!("hooks: {}", chain(&error)));
                    None
                }
            };
            // It may have been deleted.
            let Some(event) = event else { continue };
            for hook in self.hooks.iter().filter(|hook| hook.on.contains(&change.state)) {
                let Ok(place) = Arc::clone(&places).acquire_owned().await else { continue };
                let call = Call {
                    hook: hook.clone(),
                    session: change.session.clone(),
                    state: change.state,
                    event: event.clone(),
                    home: Arc::clone(&home),
                };
                tokio::spawn(async move {
                    call.make().await;
                    drop(place);
                });
            }
        }
        std::future::pending().await
    }
}

/// A hook that is run.
struct Call {
    hook: Hook,
    session: SessionId,
    state: StateName,
    /// An [`alc_core::EventView`].
    event: String,
    home: Arc<Path>,
}

impl Call {
    /// Runs it to its end, or to the end of its time, and logs what went wrong.
    async fn make(self) {
        let problem = match self.start() {
            Ok(mut child) => match timeout(self.hook.timeout, self.finish(&mut child)).await {
                Ok(Ok(status)) if status.success() => return,
                Ok(Ok(status)) => status.to_string(),
                Ok(Err(error)) => chain(&error),
                Err(_) => {
                    kill(&mut child);
                    format!("took longer than {:?}", self.hook.timeout)
                }
            },
            Err(error) => chain(&error),
        };
        let Self { hook, session, state, .. } = self;
        log::line(&format!("hook failed: {} on {session} {state}: {problem}", hook.run.join(" ")));
    }

    fn start(&self) -> io::Result<Child> {
        let (program, arguments) =
            self.hook.run.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&*self.home).env("ALC_HOME", &*self.home);
        command.env("ALC_SESSION", self.session.as_str()).env("ALC_STATE", self.state.as_str());
        // What it says goes to the daemon's log; a session's text is not among it.
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::inherit());
        // With its own children, if it takes too long.
        #[cfg(unix)]
        command.process_group(0);
        command.spawn()
    }

    async fn finish(&self, child: &mut Child) -> io::Result<ExitStatus> {
        if let Some(mut stdin) = child.stdin.take() {
            // It need not read it.
            stdin.write_all(format!("{}\n", self.event).as_bytes()).await.ok();
        }
        child.wait().await
    }
}

/// Ends a hook, on Unix with all that it has started.
fn kill(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) =
        child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw)
    {
        // Not waited for yet, so its id is nobody else's.
        rustix::process::kill_process_group(group, rustix::process::Signal::KILL).ok();
    }
    child.start_kill().ok();
}
