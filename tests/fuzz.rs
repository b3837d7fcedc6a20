//! The readers of what others send, called as fuzzers call them: with the seeds in `fuzz/corpus`, and with
//! what is like them.

use std::{collections::BTreeSet, ffi::OsString, fs, path::Path};

use alc_core::{CancelReason, Key, ReasonCode, Reference, Seq};
use alc_ipc::{
    Answers, Cancel, ErrorCode, Failure, FolderId, Hello, Json, List, Observe, Request, Response,
    Resume, Spawn, Tagged, encode,
};
use fastrand::Rng;

use crate::env::TestEnv;

/// What reads bytes of others.
type Reader = fn(&[u8]);

/// Each reader, by the name of its fuzz target and of the folder with its seeds.
const READERS: [(&str, Reader); 11] = [
    ("amounts", alc_cli::fuzz::amounts),
    ("cassette", alc_cli::fuzz::cassette),
    ("frames", alc_ipc::fuzz::frames),
    ("hello", alc_ipc::fuzz::hello),
    ("import", alc_daemon::fuzz::import),
    ("json", alc_daemon::fuzz::json),
    ("project", alc_daemon::fuzz::project),
    ("request", alc_ipc::fuzz::request),
    ("response", alc_ipc::fuzz::response),
    ("variables", alc_daemon::fuzz::variables),
    ("words", alc_ipc::fuzz::words),
];

/// Bytes of the seal behind an exported session.
const SEAL: usize = 40;

/// How many texts each reader reads, where `ALC_FUZZ_ROUNDS` says nothing.
const ROUNDS: usize = 2_000;

/// What texts have a meaning for.
const MEANT: &[u8] = b"\0\x01\x7f\x80\xff\"'[]{}:,.=#\\\n @-09aE";

fn fuzz() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz"))
}

/// What a reader begins with. Messages are made here, since their form still changes.
fn seeds(reader: &str) -> Vec<Vec<u8>> {
    let message = |body| encode(&Tagged { id: 7, body }).expect("encodes");
    let reply = |body| encode(&Tagged { id: 7, body }).expect("encodes");
    let session: Reference = "k7fq2m9d.3".parse().expect("a reference");
    match reader {
        "frames" => {
            let frame = |body: Vec<u8>| {
                let length = u32::try_from(body.len()).expect("fits");
                [&length.to_be_bytes(), &body[..]].concat()
            };
            let bodies = ["hello", "request", "response"].map(seeds);
            bodies.into_iter().flatten().map(frame).collect()
        }
        "hello" => vec![Hello::new(FolderId(*b"0123456789abcdef")).to_bytes()],
        "import" => {
            let env = TestEnv::new();
            let id = env
                .spawn_paused("print('x') return alc.llm_batch({{prompt = 'a'}, {prompt = 'b'}})");
            env.alc(["resume", &format!("{id}.2"), "x"]).ok();
            env.alc(["export", &id, "-o", "session.alc"]).ok();
            let mut file = fs::read(env.folder().join("session.alc")).expect("reads");
            file.truncate(file.len() - SEAL);
            vec![file]
        }
        "request" => {
            let ctx = Json("{\"a\":[1,null]}".to_owned());
            let spawn = Spawn {
                key: Some(Key::from_random(7)),
                labels: vec!["batch=b=1".parse().expect("a label")],
                ..Spawn::new("return alc.llm('2+2?')".to_owned(), "-e".to_owned(), ctx)
            };
            let answers = Answers::One { text: "4".to_owned(), usage: None };
            let reason = CancelReason { code: ReasonCode::User, detail: None, requested_at: 7 };
            [
                Request::Spawn(spawn),
                Request::State(session.clone()),
                Request::List(List::default()),
                Request::Resume(Resume::new(session.clone(), answers)),
                Request::Cancel(Cancel { session: session.clone(), reason }),
                Request::Observe(Observe { session, after: Seq(41) }),
            ]
            .map(message)
            .into()
        }
        "response" => {
            let failure = Failure {
                code: ErrorCode::StaleQuery,
                message: "query k7fq2m9d.3 has another answer already".to_owned(),
                hint: Some("alc state k7fq2m9d".to_owned()),
            };
            [Response::Heartbeat, Response::Failure(failure)].map(reply).into()
        }
        _ => {
            let files = fs::read_dir(fuzz().join("corpus").join(reader)).expect("has seeds");
            files.map(|file| fs::read(file.expect("a file").path()).expect("reads")).collect()
        }
    }
}

/// Something like one of the seeds.
fn like(seeds: &[Vec<u8>], random: &mut Rng) -> Vec<u8> {
    let mut bytes = random.choice(seeds).expect("a seed").clone();
    for _ in 0..random.usize(1..8) {
        let place = random.usize(0..=bytes.len());
        let end = random.usize(place..=bytes.len().min(place + 16));
        let byte = *random.choice(MEANT).expect("a byte");
        match random.u8(0..6) {
            0 => bytes.truncate(place),
            1 => bytes.insert(place, byte),
            2 => drop(bytes.drain(place..end)),
            3 => bytes.extend_from_within(place..end),
            4 => bytes.extend(&random.choice(seeds).expect("a seed")[..]),
            _ => {
                if let Some(at) = bytes.get_mut(place) {
                    *at = if random.bool() { byte } else { *at ^ (1 << random.u8(0..8)) };
                }
            }
        }
    }
    bytes
}

#[test]
fn whatever_others_send_no_reader_panics() {
    let number = |name| std::env::var(name).ok().map(|text| text.parse().expect("a number"));
    let seed = number("ALC_FUZZ_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("ALC_FUZZ_SEED={seed}");
    let mut random = Rng::with_seed(seed);
    let rounds =
        number("ALC_FUZZ_ROUNDS").map_or(ROUNDS, |rounds| usize::try_from(rounds).expect("fits"));
    for (reader, read) in READERS {
        let seeds = seeds(reader);
        for seed in &seeds {
            read(seed);
        }
        for _ in 0..rounds {
            let bytes = like(&seeds, &mut random);
            let read = std::panic::catch_unwind(|| read(&bytes));
            assert!(read.is_ok(), "{reader}: {}", bytes.escape_ascii());
        }
    }
}

#[test]
fn every_reader_is_a_fuzz_target() {
    let files = fs::read_dir(fuzz().join("fuzz_targets")).expect("lists");
    let targets = files.map(|file| file.expect("a file").path());
    let targets: BTreeSet<_> =
        targets.map(|file| file.file_stem().expect("a name").to_owned()).collect();
    let readers: BTreeSet<OsString> = READERS.iter().map(|(reader, _)| (*reader).into()).collect();
    assert_eq!(targets, readers);
}
