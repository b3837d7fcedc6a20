//! Clients that ask much at once, or break the protocol, or never read: nobody else is disturbed.

use std::{
    collections::BTreeMap,
    io::Write as _,
    ops::RangeInclusive,
    os::unix::net::UnixStream,
    thread,
    time::{Duration, Instant},
};

use alc_core::{CancelReason, QueryId, ReasonCode, Reference, Seq};
use alc_ipc::{
    Answers, Cancel, ClientError, Errand, FRAME_LIMIT, FolderId, Hello, Json, List, Observe,
    Request, Response, Resume, Spawn, Tagged, Wait, WaitFor, decode, encode,
};

use crate::{
    detour::{frame, receive, send},
    env::TestEnv,
};

/// A connection on which nobody minds the protocol.
struct Raw(UnixStream);

impl Raw {
    /// Connects to the daemon of `env` and says nothing.
    fn silent(env: &TestEnv) -> Self {
        drop(env.connect());
        let endpoint = env.endpoint().expect("an endpoint");
        Self(UnixStream::connect(endpoint.address()).expect("connects"))
    }

    /// Connects and greets.
    fn new(env: &TestEnv) -> Self {
        let mut raw = Self::silent(env);
        raw.send(&Hello::new(env.endpoint().expect("an endpoint").folder()).to_bytes());
        Hello::from_bytes(&raw.receive().expect("a greeting")).expect("a greeting");
        raw
    }

    fn send(&mut self, body: &[u8]) {
        send(&self.0, body).expect("sends");
    }

    fn ask(&mut self, id: u32, body: Request) {
        self.send(&encode(&Tagged { id, body }).expect("encodes"));
    }

    /// The next frame's body; `None` if the daemon has hung up.
    fn receive(&mut self) -> Option<Vec<u8>> {
        receive(&self.0).ok()
    }

    /// The next last response, and to what; heartbeats and entries are passed over.
    fn last(&mut self) -> (u32, Response) {
        loop {
            let body = self.receive().expect("a response");
            let Tagged { id, body } = decode::<Tagged<Response>>(&body).expect("a response");
            if body.is_last() {
                return (id, body);
            }
        }
    }

    /// Returns once the daemon has hung up.
    fn wait_for_end(mut self) {
        while self.receive().is_some() {}
    }
}

fn ask(source: &str) -> Spawn {
    let (chunk, ctx) = ("frames.lua".to_owned(), Json("{}".to_owned()));
    Spawn::new(source.to_owned(), chunk, ctx)
}

fn answer(query: &QueryId, text: &str) -> Request {
    let answers = Answers::One { text: text.to_owned(), usage: None };
    Request::Resume(Resume::new(query.clone().into(), answers))
}

/// What anybody else may do meanwhile: a session from its start to its end.
#[track_caller]
fn assert_undisturbed(env: &TestEnv) {
    let mut client = env.connect();
    let id = client.spawn(ask("return alc.llm('a') .. alc.llm('b')")).expect("spawns");
    for number in 1..=2 {
        let wait = Wait { session: id.clone().into(), until: WaitFor::Actionable };
        client.wait(wait).expect("waits");
        let session = Reference { query: Some(number), ..id.clone().into() };
        let answers = Answers::One { text: number.to_string(), usage: None };
        client.resume(Resume::new(session, answers)).expect("answers");
    }
    assert_eq!(env.alc(["result", "--wait", "-r", id.as_str()]).ok(), "12");
}

/// A daemon that still obeys ends, whoever is connected.
#[track_caller]
fn assert_stops(env: &TestEnv) {
    env.alc(["daemon", "stop", "--force"]).ok();
}

#[test]
fn many_requests_on_one_connection_each_get_their_own_response() {
    const SESSIONS: u32 = 50;
    const EACH: u32 = 7;
    let env = TestEnv::new();
    let mut client = env.connect();
    let ids: Vec<_> =
        (0..SESSIONS).map(|_| client.spawn(ask("return alc.llm('a')")).expect("spawns")).collect();
    for id in &ids {
        let wait = Wait { session: id.clone().into(), until: WaitFor::Actionable };
        client.wait(wait).expect("waits");
    }
    let mut raw = Raw::new(&env);
    let mut reader = Raw(raw.0.try_clone().expect("a second handle"));
    let told = thread::scope(|scope| {
        // Somebody reads while all this is sent: neither side keeps more than a little for later.
        let reader =
            scope.spawn(move || (0..SESSIONS * EACH).map(|_| reader.last()).collect::<Vec<_>>());
        for (place, id) in (0..).zip(&ids) {
            let session = || Reference::from(id.clone());
            let wait = Wait { session: session(), until: WaitFor::Terminal };
            let requests: [Request; EACH as usize] = [
                Request::State(session()),
                Request::Query(id.query(1).into()),
                Request::Status,
                Request::List(List { limit: 3, ..List::default() }),
                answer(&id.query(1), "yes"),
                Request::Wait(wait),
                answer(&id.query(2), "nobody asked"),
            ];
            for (kind, request) in (0..).zip(requests) {
                raw.ask(place * EACH + kind, request);
            }
        }
        reader.join().expect("reads")
    });
    let mut responses = BTreeMap::new();
    for (request, response) in told {
        assert!(responses.insert(request, response).is_none(), "request {request}");
    }
    for (request, response) in &responses {
        let id = &ids[(request / EACH) as usize];
        match (request % EACH, response) {
            (0 | 5, Response::Session(view)) | (1, Response::Query(view)) => {
                assert!(view.0.contains(id.as_str()), "{view}");
            }
            (2, Response::Status(_)) => {}
            (3, Response::Sessions(page)) => assert_eq!(page.sessions.len(), 3),
            (4, Response::Resumed(resumed)) => assert_eq!(resumed.answers[0].0, id.query(1)),
            (6, Response::Failure(failure)) => {
                assert!(failure.message.contains(&format!("{id}")), "{failure:?}");
            }
            (kind, response) => panic!("request of kind {kind}: {response:?}"),
        }
    }
    assert_eq!(responses.len(), (SESSIONS * EACH) as usize);
}

#[test]
fn a_request_that_waits_holds_up_no_other_on_its_connection() {
    let env = TestEnv::new();
    let id = env.connect().spawn(ask("return alc.llm('a')")).expect("spawns");
    let mut raw = Raw::new(&env);
    for request in 0..40 {
        let wait = Wait { session: id.clone().into(), until: WaitFor::Terminal };
        raw.ask(request, Request::Wait(wait));
    }
    raw.ask(40, Request::Status);
    assert!(matches!(raw.last(), (40, Response::Status(_))));
    let reason = CancelReason { code: ReasonCode::User, detail: None, requested_at: 0 };
    raw.ask(41, Request::Cancel(Cancel { session: id.into(), reason }));
    let mut told: Vec<u32> = (0..41).map(|_| raw.last().0).collect();
    told.sort_unstable();
    assert_eq!(told, (0..40).chain([41]).collect::<Vec<_>>());
}

#[test]
fn half_a_frame_and_then_silence_disturbs_nobody() {
    let env = TestEnv::new();
    let greeting = frame(&Hello::new(env.connect().daemon().folder).to_bytes());
    let request = frame(&encode(&Tagged { id: 1, body: Request::Status }).expect("encodes"));
    let mut held = Vec::new();
    for part in [1, 3, 4, greeting.len() - 1] {
        let mut raw = Raw::silent(&env);
        raw.0.write_all(&greeting[..part]).expect("sends");
        held.push(raw);
    }
    for part in 1..request.len() {
        let mut raw = Raw::new(&env);
        raw.0.write_all(&request[..part]).expect("sends");
        held.push(raw);
    }
    assert_undisturbed(&env);
    assert_stops(&env);
    held.into_iter().for_each(Raw::wait_for_end);
}

#[test]
fn a_length_that_no_frame_has_ends_the_connection_and_no_other() {
    let env = TestEnv::new();
    let longer = u32::try_from(FRAME_LIMIT + 1).expect("fits");
    for length in [u32::MAX, u32::MAX / 2, longer] {
        for mut raw in [Raw::silent(&env), Raw::new(&env)] {
            // At once, since the daemon may hang up after the length.
            raw.0.write_all(&[&length.to_be_bytes()[..], &[0; 100]].concat()).expect("sends");
            raw.wait_for_end();
        }
    }
    assert_undisturbed(&env);
}

#[test]
fn garbage_ends_the_connection_and_no_other() {
    let env = TestEnv::new();
    let folder = env.connect().daemon().folder;
    let hello = Hello::new(folder).to_bytes();
    let bodies: [&[u8]; 7] =
        [b"", b"\0", b"GET / HTTP/1.1\r\n\r\n", &[255; 300], b"alc\n", &hello[..20], &[7; 5000]];
    for body in bodies {
        let mut raw = Raw::silent(&env);
        raw.send(body);
        raw.wait_for_end();
    }
    let request = encode(&Tagged { id: 1, body: Request::Status }).expect("encodes");
    let longer = [&request[..], &[0]].concat();
    let bodies: [&[u8]; 6] = [b"", b"\x01", &[255; 300], b"{\"json\":1}", &longer, &hello];
    for body in bodies {
        let mut raw = Raw::new(&env);
        raw.send(body);
        raw.wait_for_end();
    }
    assert_undisturbed(&env);
}

#[test]
fn a_greeting_that_says_strange_things_is_answered_and_does_no_harm() {
    let env = TestEnv::new();
    let folder = env.connect().daemon().folder;
    let hello = || Hello::new(folder);
    let speaking =
        |lowest, highest| Hello { protocols: RangeInclusive::new(lowest, highest), ..hello() };
    let coming = |errand| Hello { errand, ..hello() };
    let elsewhere = Hello { folder: FolderId([9; 16]), ..coming(Errand::Stop { force: true }) };
    for (greeting, understood) in [
        (speaking(0, u16::MAX), true),
        (speaking(5, 1), false),
        (speaking(0, 0), false),
        (speaking(u16::MAX, u16::MAX), false),
        (Hello { capabilities: u64::MAX, process: 0, build: "\u{0}".repeat(255), ..hello() }, true),
        (coming(Errand::Stopping), true),
        (coming(Errand::Busy(u32::MAX)), true),
        (elsewhere, true),
    ] {
        let mut raw = Raw::silent(&env);
        raw.send(&greeting.to_bytes());
        let theirs = Hello::from_bytes(&raw.receive().expect("a greeting")).expect("a greeting");
        assert_eq!((theirs.folder, theirs.errand), (folder, Errand::Talk), "{greeting:?}");
        if understood {
            raw.ask(7, Request::Status);
            assert!(matches!(raw.last(), (7, Response::Status(_))), "{greeting:?}");
        } else {
            raw.wait_for_end();
        }
    }
    assert_undisturbed(&env);
}

#[test]
fn a_client_that_never_speaks_disturbs_nobody() {
    let env = TestEnv::new();
    let held: Vec<_> = (0..20).map(|_| Raw::silent(&env)).collect();
    assert_undisturbed(&env);
    assert_stops(&env);
    held.into_iter().for_each(Raw::wait_for_end);
}

#[test]
fn two_hundred_connections_at_once_are_all_served() {
    let env = TestEnv::new();
    drop(env.connect());
    let held: Vec<Raw> = thread::scope(|scope| {
        let clients: Vec<_> = (0..200)
            .map(|request| {
                let env = &env;
                scope.spawn(move || {
                    let mut raw = Raw::new(env);
                    raw.ask(request, Request::Status);
                    assert!(matches!(raw.last(), (of, Response::Status(_)) if of == request));
                    raw
                })
            })
            .collect();
        clients.into_iter().map(|client| client.join().expect("is served")).collect()
    });
    assert_undisturbed(&env);
    assert_eq!(held.len(), 200);
}

#[test]
fn a_watcher_that_never_reads_disturbs_nobody() {
    let env = TestEnv::new();
    let source = "for i = 1, 4000 do print(('x'):rep(1000)) end return alc.llm('a')";
    let mut client = env.connect();
    let id = client.spawn(ask(source)).expect("spawns");
    let wait = Wait { session: id.clone().into(), until: WaitFor::Actionable };
    client.wait(wait).expect("waits");
    let mut watchers: Vec<_> = (0..10).map(|_| Raw::new(&env)).collect();
    for watcher in &mut watchers {
        for request in 0..10 {
            let observe = Observe { session: id.clone().into(), after: Seq(0) };
            watcher.ask(request, Request::Observe(observe));
        }
    }
    assert_undisturbed(&env);
    let answers = Answers::One { text: "yes".to_owned(), usage: None };
    client.resume(Resume::new(id.clone().into(), answers)).expect("answers");
    assert_eq!(env.alc(["result", "--wait", "-r", id.as_str()]).ok(), "yes");
    assert_eq!(env.json(["watch", id.as_str()]).len(), 4008);
    assert_stops(&env);
    drop(watchers);
}

#[test]
fn a_daemon_ends_while_lua_runs() {
    let env = TestEnv::new();
    let mut client = env.connect();
    let ids: Vec<_> =
        (0..5).map(|_| client.spawn(ask("while true do end")).expect("spawns")).collect();
    assert_stops(&env);
    for id in ids {
        assert_eq!(env.alc(["state", id.as_str()]).ok(), "running");
        env.alc(["cancel", id.as_str()]).ok();
    }
}

#[test]
fn a_time_that_is_up_is_not_taken_for_a_silent_daemon() {
    let env = TestEnv::new();
    let id = env.connect().spawn(ask("return alc.llm('a')")).expect("spawns");
    for patience in 1..40 {
        let mut client = env.connect();
        let wait = Wait { session: id.clone().into(), until: WaitFor::Terminal };
        client.set_deadline(Some(Instant::now() + Duration::from_millis(patience)));
        let error = client.wait(wait).expect_err("it does not end");
        assert!(matches!(error, ClientError::DeadlinePassed), "{error:?} after {patience} ms");
    }
}

#[test]
fn json_that_is_nested_too_deeply_is_refused() {
    let env = TestEnv::new();
    let mut raw = Raw::new(&env);
    for (request, ctx) in (0..).zip([
        "[".repeat(1 << 20),
        "{\"a\":".repeat(1 << 18),
        "[".repeat(500) + &"]".repeat(500),
    ]) {
        let spawn = Spawn { ctx: Json(ctx), ..ask("return 1") };
        raw.ask(request, Request::Spawn(spawn));
        let (of, response) = raw.last();
        assert!(of == request && matches!(&response, Response::Failure(_)), "{response:?}");
    }
    assert_undisturbed(&env);
}

/// Bytes of requests that could be, changed at random.
#[test]
fn requests_with_changed_bytes_disturb_nobody() {
    let env = TestEnv::new();
    let mut random = super::random::Random::seeded();
    let id = env.connect().spawn(ask("return alc.llm('a')")).expect("spawns");
    let session = || Reference::from(id.clone());
    let requests = [
        Request::Spawn(ask("return 1")),
        Request::State(session()),
        Request::List(List::default()),
        answer(&id.query(7), "x"),
        Request::Observe(Observe { session: session(), after: Seq(0) }),
        Request::Wait(Wait { session: session(), until: WaitFor::Terminal }),
    ];
    for _ in 0..40 {
        let mut raw = Raw::new(&env);
        for request in &requests {
            let mut body = encode(&Tagged { id: 1, body: request.clone() }).expect("encodes");
            for _ in 0..=random.below(3) {
                let place = usize::try_from(random.below(body.len() as u64)).expect("fits");
                body[place] = random.below(256).to_le_bytes()[0];
            }
            // The daemon may have hung up after the one before.
            let _ = raw.0.write_all(&frame(&body));
        }
    }
    assert_undisturbed(&env);
}
