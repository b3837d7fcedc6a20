//! Commands, for `os.execute` and `io.popen`: run once, from start to end, by the shell, in the
//! caller's folder and with the variables that the session was given.

use std::process::Stdio;

use alc_core::{CallKind, Caller};
use mlua::{Lua, Table};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    process::{Child, Command},
    runtime::Handle,
};
use tokio_util::sync::CancellationToken;

use super::{add, handles::text, operate, world};
use crate::engine::{
    operation::{Operation, Outcome},
    world::PAYLOAD_LIMIT,
};

pub(super) fn register(lua: &Lua, host: &Table) -> mlua::Result<()> {
    // process_run(command, input): how it ended, and what it printed.
    add(lua, host, "process_run", |lua, arguments| {
        let (command, input) = (arguments.text(lua, 1)?, arguments.bytes(2)?);
        let (caller, token) = world(lua, |world| (world.caller.clone(), world.token.clone()))?;
        let key = format!("{command}\0{}", blake3::hash(&input).to_hex());
        let shown = command.clone();
        let run = move || Handle::current().block_on(run(&caller, &command, &input, &token));
        operate(lua, CallKind::Process, key, Operation::once(&shown, run))
    })
}

async fn run(caller: &Caller, command: &str, input: &[u8], token: &CancellationToken) -> Outcome {
    let failed = |error: std::io::Error| format!("cannot run `{command}`: {error}");
    let mut child = shell(caller, command).spawn().map_err(failed)?;
    let group = child.id();
    let ended = tokio::select! {
        ended = converse(&mut child, input) => ended.map_err(failed),
        () = token.cancelled() => Err("the session is cancelled".to_owned()),
    };
    if ended.is_err() {
        kill(group);
    }
    ended
}

fn shell(caller: &Caller, command: &str) -> Command {
    let (program, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut shell = Command::new(program);
    shell.arg(flag).arg(command).env_clear().envs(&caller.env).kill_on_drop(true);
    for name in ["PATH", "SYSTEMROOT"] {
        if let Some(value) = std::env::var_os(name).filter(|_| !caller.env.contains_key(name)) {
            shell.env(name, value);
        }
    }
    if let Some(folder) = &caller.folder {
        shell.current_dir(folder);
    }
    #[cfg(unix)]
    shell.process_group(0);
    shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    shell
}

/// Feeds a command, takes what it prints, and waits for its end.
async fn converse(child: &mut Child, input: &[u8]) -> std::io::Result<String> {
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let feed = async {
        if let Some(mut stdin) = stdin {
            // A command need not read.
            let _ = stdin.write_all(input).await;
        }
    };
    let mut output = Vec::new();
    let take = async {
        match stdout {
            Some(stdout) => {
                stdout.take(PAYLOAD_LIMIT as u64 + 1).read_to_end(&mut output).await.map(|_| ())
            }
            None => Ok(()),
        }
    };
    let ((), taken) = tokio::join!(feed, take);
    taken?;
    if output.len() > PAYLOAD_LIMIT {
        let message = format!("it printed more than {PAYLOAD_LIMIT} bytes");
        return Err(std::io::Error::other(message));
    }
    let status = child.wait().await?;
    let (how, code) = match status.code() {
        Some(code) => ("exit", code),
        None => ("signal", signal(status)),
    };
    Ok(json!({ "ok": status.success(), "how": how, "code": code, "output": text(output) })
        .to_string())
}

#[cfg(unix)]
fn signal(status: std::process::ExitStatus) -> i32 {
    std::os::unix::process::ExitStatusExt::signal(&status).unwrap_or_default()
}

#[cfg(not(unix))]
fn signal(_: std::process::ExitStatus) -> i32 {
    0
}

/// Ends a command with all that it started.
fn kill(group: Option<u32>) {
    #[cfg(unix)]
    if let Some(group) = group.and_then(|id| rustix::process::Pid::from_raw(id.cast_signed())) {
        // It may be gone.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    #[cfg(not(unix))]
    let _ = group;
}
