//! `alc daemon`: runs, starts, stops and shows the background process.

mod install;
mod log;

use std::time::{Duration, Instant};

use alc_ipc::{ClientError, Status};

use crate::{
    args,
    connect::Connector,
    error::CliError,
    escape::escape,
    exit::Exit,
    json::{DaemonLine, StoppedLine},
    launch::{self, LaunchError},
    output::Output,
    signals::Left,
    time::rfc3339,
};

/// Longer than anybody waits, and short enough to count from now.
const LONG: Duration = Duration::from_hours(1_000_000);

pub(super) fn run(
    args: args::Daemon,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    match args {
        args::Daemon::Run => run_here(connector),
        args::Daemon::Start => start(connector, output),
        args::Daemon::Stop(args) => stop(&args, connector, output),
        args::Daemon::Restart(args) => restart(&args, connector, output),
        args::Daemon::Status => status(connector, output),
        args::Daemon::Log(args) => log::run(&args, connector, output),
        args::Daemon::Install(args) => install::install(&args, connector, output),
        args::Daemon::Uninstall => install::uninstall(connector, output),
    }
}

/// Becomes the daemon, or waits for it where a program cannot become another.
fn run_here(connector: &Connector) -> Result<Exit, CliError> {
    connector.home().make().map_err(LaunchError::Folder)?;
    let mut command = launch::command(connector.home(), connector.environment());
    let program = command.get_program().into();
    #[cfg(unix)]
    let ended: std::io::Result<std::process::ExitStatus> =
        Err(std::os::unix::process::CommandExt::exec(&mut command));
    #[cfg(not(unix))]
    let ended = command.status();
    let status = ended.map_err(|source| LaunchError::Program { program, source })?;
    Ok(if status.success() { Exit::Done } else { Exit::Unreachable })
}

fn start(connector: &Connector, output: &mut Output) -> Result<Exit, CliError> {
    let mut client = match connector.running()? {
        Some(client) => client,
        // Asked for by name, it is started even with `--no-start`.
        None => connector.start()?,
    };
    let status = client.status()?;
    if output.json() {
        output.object(&DaemonLine::from(&status))?;
    }
    output.notice(&format!("the daemon runs as process {}", status.pid));
    Ok(Exit::Done)
}

fn stop(args: &args::Stop, connector: &Connector, output: &mut Output) -> Result<Exit, CliError> {
    let was_running = end(args, "alc daemon stop --force", connector)?;
    if output.json() {
        output.object(&StoppedLine::new(was_running))?;
    }
    Ok(Exit::Done)
}

fn restart(
    args: &args::Stop,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    end(args, "alc daemon restart --force", connector)?;
    start(connector, output)
}

/// Ends the daemon and returns when it is gone; true if there was one. Refused while Lua runs, and
/// then `insist` is the command that ends it all the same.
fn end(args: &args::Stop, insist: &'static str, connector: &Connector) -> Result<bool, CliError> {
    let deadline = Instant::now() + args.timeout.min(LONG);
    let _waiting = connector.signals().waiting(Left {
        sentence: "stopped waiting for the daemon to end".to_owned(),
        command: "alc daemon status".to_owned(),
    });
    connector.stop(args.force, deadline).map_err(|error| match error {
        CliError::Client(ClientError::Busy(sessions)) => CliError::Busy { sessions, insist },
        error => error,
    })
}

fn status(connector: &Connector, output: &mut Output) -> Result<Exit, CliError> {
    let mut client = connector.running()?.ok_or_else(|| connector.not_running())?;
    let status = client.status()?;
    if output.json() {
        output.object(&DaemonLine::from(&status))?;
    } else {
        for line in lines(&status) {
            output.line(&line)?;
        }
    }
    Ok(Exit::Done)
}

fn lines(status: &Status) -> Vec<String> {
    let mut lines = vec![
        format!("version={}", status.version),
        format!("pid={}", status.pid),
        format!("home={}", escape(&status.home)),
        format!("started_at={}", rfc3339(status.started_at)),
    ];
    lines.extend(status.sessions.iter().map(|(state, count)| format!("{state}={count}")));
    lines
}

#[cfg(test)]
mod tests {
    use alc_core::StateName;

    use super::*;

    #[test]
    fn status_is_a_key_and_its_value_on_each_line() {
        let status = Status {
            version: "0.1.0".to_owned(),
            pid: 7,
            home: "/a\nb".to_owned(),
            started_at: 0,
            sessions: vec![(StateName::Running, 1), (StateName::Paused, 2)],
        };
        let expected = "version=0.1.0\npid=7\nhome=/a\\nb\nstarted_at=1970-01-01T00:00:00.000Z\nrunning=1\npaused=2";
        assert_eq!(lines(&status).join("\n"), expected);
    }
}
