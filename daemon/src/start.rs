//! From the command line to a daemon that serves, and its end.

use std::{
    cell::Cell,
    convert::Infallible,
    error::Error as _,
    fs,
    io::{self, Write as _},
    num::NonZero,
    process::{Command, ExitCode},
    thread,
    time::Duration,
};

use alc_ipc::{ErrorCode, FolderError, Home, NoHome};
use tokio_util::sync::CancellationToken;

use crate::{
    cause::chain,
    clock,
    config::{self, Run},
    engine,
    engine::{Pool, Preludes},
    hooks::Hooks,
    journal::{Journal, OpenError, ReadError},
    lease::Leases,
    listener::{ListenError, Ownership},
    log,
    preferences::{Preferences, PreferencesError},
    registry::Registry,
    server::{self, Daemon},
};

#[cfg(unix)]
use crate::detach;

/// How long sessions that were given up have to end before a daemon begins anew.
const FAREWELL: Duration = Duration::from_secs(1);

/// The daemon could not start, or not go on.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error(transparent)]
    Home(#[from] NoHome),
    #[error(transparent)]
    Listen(#[from] ListenError),
    #[error(transparent)]
    Journal(#[from] OpenError),
    #[error("cannot read the journal")]
    Read(#[from] ReadError),
    #[error(transparent)]
    Preferences(#[from] PreferencesError),
    #[error("Lua iterates over tables in another order than sessions rely on")]
    Order,
    #[error("cannot set up Lua")]
    Lua(#[from] mlua::Error),
    #[error("cannot start")]
    System(#[from] io::Error),
    #[error("the journal could not be written; what was not confirmed may be lost")]
    Lost,
}

impl StartError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Journal(OpenError::Full { .. }) => ErrorCode::DiskFull,
            _ if self.is_for_lack_of(io::ErrorKind::StorageFull) => ErrorCode::DiskFull,
            Self::Listen(ListenError::Folder(
                FolderError::Foreign { .. } | FolderError::Open { .. },
            ))
            | Self::Journal(OpenError::ReadOnly { .. }) => ErrorCode::NotPermitted,
            _ if self.is_for_lack_of(io::ErrorKind::PermissionDenied) => ErrorCode::NotPermitted,
            Self::Listen(ListenError::File { source, .. }) if is_in_the_way(source) => {
                ErrorCode::Damaged
            }
            Self::Listen(ListenError::Id { .. } | ListenError::Endpoint(_)) | Self::Read(_) => {
                ErrorCode::Damaged
            }
            Self::Journal(_) | Self::Preferences(_) => ErrorCode::Damaged,
            Self::Order | Self::Lua(_) => ErrorCode::Internal,
            Self::Home(_) | Self::Listen(_) | Self::System(_) | Self::Lost => {
                ErrorCode::Unavailable
            }
        }
    }

    fn is_for_lack_of(&self, what: io::ErrorKind) -> bool {
        let mut cause = self.source();
        while let Some(error) = cause {
            let system: Option<&io::Error> = error.downcast_ref();
            if system.is_some_and(|error| error.kind() == what) {
                return true;
            }
            cause = error.source();
        }
        false
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Listen(ListenError::Folder(error)) => error.hint(),
            Self::Listen(ListenError::Owned { .. }) => Some("alc daemon status".to_owned()),
            // It begins anew, and what is left of the old one can still be looked at.
            #[cfg(unix)]
            Self::Journal(OpenError::Damaged { path, .. } | OpenError::Foreign { path }) => {
                let folder = path.parent()?.display();
                Some(format!("mkdir {folder}/damaged && mv {folder}/journal.db* {folder}/damaged"))
            }
            _ => None,
        }
    }
}

/// Whether something else has a file's name, which no further try changes.
fn is_in_the_way(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidData, IsADirectory, NotADirectory, NotFound};
    matches!(error.kind(), InvalidData | IsADirectory | NotADirectory | NotFound)
}

/// Why a daemon ended that had started.
#[derive(Default)]
enum End {
    /// It was told to.
    #[default]
    Stopped,
    /// Too many of its threads are lost; a new process has them all.
    Anew(Home),
}

/// Serves until told to stop.
pub(crate) fn run(run: &Run) -> ExitCode {
    // Builds for tests take from `FAILPOINTS` where to fail; others know no such places.
    let _scenario = fail::FailScenario::setup();
    match serve(run) {
        Ok(End::Stopped) => ExitCode::SUCCESS,
        Ok(End::Anew(home)) => begin_anew(run, &home),
        Err(error) => {
            report(run.ready, &error);
            // As alc shows the same failures: its table of exit codes.
            ExitCode::from(match error.code() {
                ErrorCode::Damaged => 78,
                ErrorCode::NotPermitted => 77,
                ErrorCode::Internal => 70,
                _ if matches!(error, StartError::Listen(ListenError::Owned { .. })) => 5,
                _ => 75,
            })
        }
    }
}

fn serve(run: &Run) -> Result<End, StartError> {
    // Whatever the caller's umask: what the daemon writes is the user's alone.
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let home = Home::find(run.home.clone())?;
    clock::follow(home.path().join("test-clock"));
    home.make().map_err(ListenError::Folder)?;
    #[cfg(unix)]
    if run.ready {
        detach::leave_caller(&home.log())
            .map_err(|source| ListenError::File { path: home.log(), source })?;
    }
    #[cfg(unix)]
    server::allow_descriptors();
    let ownership = Ownership::take(home.clone())?;
    if !engine::iterates_as_always()? {
        return Err(StartError::Order);
    }
    let journal = Journal::open(&home.journal())?;
    let preferences = Preferences::read(home.path(), &run.given)?;
    log::turn(&home.log(), preferences.log_size.value)?;
    let (defaults, idle_exit) = (preferences.defaults(), preferences.idle_exit.value);
    let (hooks, runner) = Hooks::new(preferences.hooks);
    let pool = Pool::start(thread::available_parallelism().map_or(2, NonZero::get))?;
    let (preludes, folder) = (Preludes::new()?, home.path().into());
    let registry = Registry::new(journal.clone(), pool.clone(), preludes, folder, defaults, hooks);
    // What the last daemon left there is of no use.
    fs::remove_dir_all(registry.transit()).ok();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(async {
        let stop = CancellationToken::new();
        let signals = server::stop_at_signals(stop.clone())?;
        let listener = ownership.listen(&config::runtime_folders())?;
        let recovered = registry.recover().await?;
        let folder = ownership.folder();
        let started_at = clock::now();
        let deadlines = registry.clone();
        let daemon = Daemon {
            registry,
            leases: Leases::default(),
            home: home.clone(),
            folder,
            started_at,
            stop: stop.clone(),
        };
        tell(run, &home, recovered);
        let end = Cell::new(End::Stopped);
        let serving = async { tokio::join!(server::serve(listener, daemon, idle_exit), signals) };
        let result = tokio::select! {
            ((), ()) = serving => Ok(end.take()),
            never = deadlines.enforce_deadlines() => match never {},
            never = runner.run(journal.clone(), home.path().into()) => match never {},
            () = journal.lost() => Err(StartError::Lost),
            never = give_way(&pool, &stop, &home, &end) => match never {},
        };
        journal.close().await;
        result
    });
    // An operation that blocks must not keep the daemon from ending: its intent is on disk.
    runtime.shutdown_background();
    log::line("alcd ends");
    result
}

/// Has the daemon end for a new one, once too many workers are lost. The sessions that were given up
/// fail before that, or they would be taken up again.
async fn give_way(
    pool: &Pool,
    stop: &CancellationToken,
    home: &Home,
    end: &Cell<End>,
) -> Infallible {
    pool.exhausted().await;
    tokio::time::sleep(FAREWELL).await;
    if !stop.is_cancelled() {
        end.set(End::Anew(home.clone()));
        stop.cancel();
    }
    std::future::pending().await
}

/// Becomes a new daemon for the same data folder, or starts one; every session is on disk.
fn begin_anew(run: &Run, home: &Home) -> ExitCode {
    log::line("too many scripts are lost in C functions; alcd begins anew");
    let program = std::env::current_exe().unwrap_or_else(|_| "alcd".into());
    let mut command = Command::new(program);
    command.arg("run").arg("--home").arg(home.path());
    if let Some(memory) = run.given.memory {
        command.arg("--memory").arg(memory.to_string());
    }
    if let Some(memory) = run.given.session_memory {
        command.arg("--session-memory").arg(memory.to_string());
    }
    if let Some(idle_exit) = run.given.idle_exit {
        command.arg("--idle-exit").arg(format!("{}ms", idle_exit.as_millis()));
    }
    #[cfg(unix)]
    let begun: io::Result<()> = Err(std::os::unix::process::CommandExt::exec(&mut command));
    // It waits until this process, and the lost threads with it, is gone.
    #[cfg(windows)]
    let begun = command.spawn().map(drop);
    match begun {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::line(&format!("cannot begin anew: {error}"));
            ExitCode::from(75)
        }
    }
}

/// Tells the log, and the caller who waits for it, that clients can connect.
fn tell(run: &Run, home: &Home, recovered: usize) {
    log::line(&format!(
        "alcd {} serves {}, {recovered} sessions go on",
        env!("CARGO_PKG_VERSION"),
        home.path().display()
    ));
    if run.ready {
        say_ready();
        #[cfg(unix)]
        if let Err(error) = detach::leave_stdout() {
            log::line(&format!("cannot let go of the caller's pipe: {error}"));
        }
    }
}

/// Tells the caller that clients can connect.
fn say_ready() {
    let mut stdout = io::stdout();
    // A caller that has left is none of our business.
    let _ = writeln!(stdout, r#"{{"ready":true}}"#).and_then(|()| stdout.flush());
}

/// Tells the caller why there is no daemon: over the pipe, and in the log or on the terminal.
fn report(ready: bool, error: &StartError) {
    let message = chain(error);
    let code = error.code().as_str();
    let hint = error.hint();
    if ready {
        let line = serde_json::json!({"error": {"code": code, "message": message, "hint": hint}});
        let _ = writeln!(io::stdout(), "{line}");
        log::line(&message);
    } else {
        let _ = writeln!(io::stderr(), "alcd: {message} [{code}]");
        if let Some(hint) = hint {
            let _ = writeln!(io::stderr(), "  hint: {hint}");
        }
    }
}
