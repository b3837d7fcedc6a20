//! The library as `stdlib/*.lua` has it, table by table; each file also in replay.
//!
//! A query is answered with itself, as JSON.

use std::path::PathBuf;

use super::*;

fn echo(query: &Query) -> Reply {
    Reply { text: serde_json::to_string(query).expect("encodes"), usage: None }
}

fn check(file: &str) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/engine/vm/tests/stdlib");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("reads");
    let ctx = serde_json::json!({ "case": read("case.lua") }).to_string();
    let script = Script { ctx, chunk: file.to_owned(), ..script(&read(file)) };
    let (step, calls) = answered(&script, vec![], echo);
    let Step::Finished(failures) = &step else { panic!("{file}: {step:?}") };
    let failures: Vec<String> = serde_json::from_str(failures).expect("a list");
    assert!(failures.is_empty(), "{file}:\n{}", failures.join("\n"));
    let (again, same) = answered(&script, calls.clone(), echo);
    assert_eq!(format!("{again:?}"), format!("{step:?}"), "{file}");
    assert_eq!(same, calls, "{file}");
}

macro_rules! files {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            check(concat!(stringify!($name), ".lua"));
        })*

        #[test]
        fn each_file_is_run() {
            let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
            let files = folder.join("src/engine/vm/tests/stdlib").read_dir().expect("a folder");
            let mut names: Vec<_> = files
                .map(|file| file.expect("a file").path().file_stem().map(ToOwned::to_owned))
                .collect();
            names.sort();
            let mut run = vec![$(stringify!($name)),*, "case"];
            run.sort();
            assert_eq!(names, run.iter().map(|name| Some((*name).into())).collect::<Vec<_>>());
        }
    };
}

files! { budget cache chunk choice environment eval fingerprint format frame_graders frame_model frame_run frame_stats globals guarded intent json list llm log parallel parse pipe stats tuning }
