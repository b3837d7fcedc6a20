//! A verb that waits outlives its daemon: it goes on with the next one, behind the last event that it
//! printed, and gives up only when none comes.

use std::{fs, os::unix::net::UnixListener, path::Path};

use rustix::net::{AddressFamily, SocketAddrUnix, SocketType, connect, listen, socket};

use crate::{
    env::TestEnv,
    terminal::{Ended, Shown, Terminal},
};

/// Starts a client with its results in a pipe; the terminal shows when it waits.
fn start(env: &TestEnv, words: &[&str]) -> Terminal {
    Terminal::showing(Shown::Stderr, env.command(words.iter().copied()))
}

/// A session that runs until there is this file, then asks once more.
fn spawn_running(env: &TestEnv, until: &Path) -> String {
    let until = until.display();
    let id = env.spawn_paused(&format!(
        "alc.llm('first')
         while not io.open('{until}') do pcall(os.execute, 'sleep 0.05') end
         return alc.llm('second')"
    ));
    env.alc(["resume", &id, "x"]).ok();
    id
}

#[test]
fn what_waits_goes_on_with_the_next_daemon_and_misses_nothing() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('first') .. alc.llm('second')");
    let mut watch = start(&env, &["watch", "-v", &id]);
    watch.wait_for("first");
    let mut log = Terminal::start(env.command(["log", "--follow", "--color", "never", &id]));
    log.wait_for("? first");
    let mut wait = start(&env, &["wait", "--for", "terminal", &id]);
    wait.wait_for("waiting for");
    let mut result = start(&env, &["result", "--wait", "-r", &id]);
    result.wait_for("waiting for");
    env.kill_daemon();
    env.alc(["resume", &format!("{id}.1"), "A"]).ok();
    assert_eq!(env.alc(["prompt", &id]).ok(), "second");
    env.kill_daemon();
    env.alc(["resume", &format!("{id}.2"), "B"]).ok();
    let printed = |client: Terminal| {
        let Ended { status, piped, bytes, .. } = client.end();
        assert!(status.success(), "{bytes}");
        (piped, bytes.replace("\r\n", "\n"))
    };
    let (events, said) = printed(watch);
    assert_eq!(events, env.alc(["watch", &id]).stdout);
    assert!(said.contains("lost the connection to the daemon; connecting again"), "{said}");
    assert_eq!(printed(log).1, env.alc(["log", &id]).stdout);
    assert_eq!(printed(wait).0, format!("{id}\tdone\n"));
    assert_eq!(printed(result).0, "AB\n");
}

#[test]
fn a_prompt_that_is_waited_for_comes_from_the_next_daemon() {
    let env = TestEnv::new();
    let until = env.folder().join("go on");
    let id = spawn_running(&env, &until);
    let mut prompt = start(&env, &["prompt", &id]);
    prompt.wait_for("waiting for");
    env.kill_daemon();
    fs::write(&until, "").expect("writes");
    let ended = prompt.end();
    assert_eq!((ended.status.code(), ended.piped.as_str()), (Some(0), "second"), "{ended:?}");
}

#[test]
fn a_daemon_that_stays_away_is_given_up() {
    let env = TestEnv::new();
    let paused = env.spawn_paused("return alc.llm('first')");
    let running = spawn_running(&env, &env.folder().join("never"));
    let clients = [
        (vec!["watch", &paused], "? "),
        (vec!["wait", "--for", "terminal", &paused, &running], "waiting for 2 sessions"),
        (vec!["prompt", &running], "waiting for"),
        (vec!["result", "--wait", &paused], "waiting for"),
    ]
    .map(|(words, waits)| {
        let mut command = env.command(words.iter().copied());
        command.env("ALC_NO_START", "1");
        let mut client = Terminal::showing(Shown::Stderr, command);
        client.wait_for(waits);
        (words, client)
    });
    env.kill_daemon();
    for (words, client) in clients {
        let ended = client.end();
        assert_eq!(ended.status.code(), Some(75), "{words:?} {ended:?}");
        assert!(ended.screen.contains("[lost]"), "{words:?} {ended:?}");
    }
    env.alc(["cancel", &running]).ok();
}

#[test]
fn a_daemon_that_takes_nobody_in_is_called_wedged() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('a')");
    env.kill_daemon();
    let path = env.endpoint().expect("an endpoint").address().to_owned();
    fs::remove_file(&path).expect("removes");
    let address = SocketAddrUnix::new(&path).expect("an address");
    // Std's is inherited by no process that another test starts, which would keep it open.
    let listener = UnixListener::bind(&path).expect("binds");
    listen(&listener, 1).expect("listens");
    // Others wait already, as many as there is room for.
    let mut waiting = Vec::new();
    loop {
        let client = socket(AddressFamily::UNIX, SocketType::STREAM, None).expect("a socket");
        rustix::io::ioctl_fionbio(&client, true).expect("sets");
        if connect(&client, &address).is_err() {
            break;
        }
        waiting.push(client);
    }
    env.alc(["state", &id]).fails(69, "wedged");
    env.alc(["spawn", "-e", "return 1"]).fails(69, "wedged");
    drop((listener, waiting));
    assert_eq!(env.alc(["list", "-q"]).ok(), id);
}

#[test]
fn verbose_tells_what_the_client_does() {
    let env = TestEnv::new();
    let said = |words: &[&str]| env.alc(words.iter().copied()).stderr;
    let first = said(&["-v", "spawn", "-e", "return alc.llm('a')"]);
    let lines: Vec<_> = first.lines().collect();
    let folder = format!("alc: the data folder is {}", env.home().display());
    assert_eq!(lines[0], folder);
    assert!(lines.contains(&"alc: no daemon listens; one is started"), "{first}");
    let connected = format!("alc: connected to alcd {}", env!("CARGO_PKG_VERSION"));
    assert_eq!(lines.last(), Some(&connected.as_str()));
    let address =
        format!("alc: its daemon's address is {}", env.home().join("alcd.sock").display());
    let second = said(&["state", "@", "--verbose"]);
    assert_eq!(second, format!("{folder}\n{address}\n{connected}\n"));
    assert_eq!(said(&["state", "@"]), "");
    assert_eq!(said(&["state", "@", "-v", "--json"]), "");
    env.alc(["state", "@", "-v", "-q"]).fails(2, "usage");
}
