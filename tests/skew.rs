//! Client and daemon of two releases: they talk if they have a protocol in common, and say which
//! releases they are if not.

use std::{io, ops::RangeInclusive, os::unix::net::UnixStream, thread};

use alc_ipc::{FolderId, Hello, PROTOCOL, Request, Response, Tagged, decode, encode};

use crate::{
    detour::{Detour, receive, send},
    env::{Ran, TestEnv},
};

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn next() -> u16 {
    PROTOCOL.end() + 1
}

/// What another release says.
fn other(folder: FolderId, protocols: RangeInclusive<u16>) -> Hello {
    // It knows of things that nobody here has heard of.
    let capabilities = u64::MAX;
    Hello { protocols, capabilities, build: "99.0.0".to_owned(), ..Hello::new(folder) }
}

/// Runs `alc` on a daemon that greets as one of another release, which speaks these protocols.
fn with_another_daemon(env: &TestEnv, protocols: RangeInclusive<u16>, words: &[&str]) -> Ran {
    let detour = Detour::new(env);
    let answers = |mut daemon: &UnixStream, mut client: &UnixStream| {
        let hello = Hello::from_bytes(&receive(daemon)?).map_err(io::Error::other)?;
        send(client, &other(hello.folder, protocols).to_bytes())?;
        io::copy(&mut daemon, &mut client)
    };
    thread::scope(|scope| {
        let passed = scope.spawn(|| detour.pass(answers));
        let ran = env.alc(words.iter().copied());
        passed.join().expect("ends").expect("no error");
        ran
    })
}

#[test]
fn a_daemon_that_also_speaks_other_protocols_is_used_silently() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('a')");
    for protocols in [0..=*PROTOCOL.start(), *PROTOCOL.end()..=next(), 0..=u16::MAX] {
        let ran = with_another_daemon(&env, protocols.clone(), &["state", &id]);
        assert_eq!(
            (ran.code, ran.stdout.as_str(), ran.stderr.as_str()),
            (Some(0), "paused\n", ""),
            "{protocols:?}"
        );
    }
    with_another_daemon(&env, 0..=next(), &["resume", &id, "x"]).ok();
    assert_eq!(env.alc(["result", "--wait", "-r", &id]).ok(), "x");
}

#[test]
fn a_daemon_without_a_common_protocol_is_named_with_the_command_to_run() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('a')");
    let sentence = format!("alc {VERSION} and the daemon 99.0.0 speak no common protocol");
    for protocols in [0..=PROTOCOL.start() - 1, next()..=u16::MAX] {
        for words in [&["state", &id][..], &["resume", &id, "x"], &["spawn", "-e", "return 1"]] {
            let stderr = with_another_daemon(&env, protocols.clone(), words);
            let stderr = stderr.fails(76, "incompatible");
            let expected = format!("alc: {sentence} [incompatible]\n  hint: alc daemon restart\n");
            assert_eq!(stderr, expected);
        }
        let ran = with_another_daemon(&env, protocols, &["state", &id, "--json"]);
        let error: serde_json::Value = serde_json::from_str(&ran.stderr).expect("JSON");
        assert_eq!((&error["exit"], &error["message"]), (&76.into(), &sentence.clone().into()));
    }
    // Nobody was asked for anything.
    assert_eq!(env.alc(["list", "-q"]).ok(), id);
    assert_eq!(env.alc(["state", &id]).ok(), "paused");
}

#[test]
fn a_client_is_told_who_it_met_and_served_if_they_have_a_protocol_in_common() {
    let env = TestEnv::new();
    let id = env.spawn_paused("return alc.llm('a')");
    let endpoint = env.endpoint().expect("a daemon");
    let process = env.daemon_pid().expect("a daemon").cast_unsigned();
    let ours = Hello { process, ..Hello::new(endpoint.folder()) };
    let request = encode(&Tagged { id: 7, body: Request::Status }).expect("encodes");
    let (start, end) = (*PROTOCOL.start(), *PROTOCOL.end());
    for (protocols, served) in [
        (0..=start - 1, false),
        (0..=start, true),
        (end..=u16::MAX, true),
        (end + 1..=u16::MAX, false),
        // Upside down: there is no protocol in it.
        (RangeInclusive::new(end + 1, start - 1), false),
    ] {
        let client = UnixStream::connect(endpoint.address()).expect("connects");
        send(&client, &other(endpoint.folder(), protocols.clone()).to_bytes()).expect("sends");
        let hello = receive(&client).ok().and_then(|body| Hello::from_bytes(&body).ok());
        assert_eq!(hello, Some(ours.clone()), "{protocols:?}");
        // The daemon may have hung up.
        let _ = send(&client, &request);
        let response = receive(&client).ok().map(|body| decode::<Tagged<Response>>(&body));
        let answered = matches!(response, Some(Ok(Tagged { id: 7, body: Response::Status(_) })));
        assert_eq!((answered, response.is_some()), (served, served), "{protocols:?}");
    }
    assert_eq!(env.alc(["state", &id]).ok(), "paused");
}
