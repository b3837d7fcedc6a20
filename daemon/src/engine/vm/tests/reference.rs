//! `docs/lua-api.md` and `docs/alc.d.lua` say what is so.

use std::{collections::BTreeSet, path::Path};

use super::*;

fn document(name: &str) -> String {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    std::fs::read_to_string(docs.join(name)).expect("reads")
}

#[test]
fn the_types_name_every_field_and_no_other() {
    let types = document("alc.d.lua");
    let declared: BTreeSet<String> = types
        .lines()
        .filter_map(|line| {
            line.strip_prefix("function ")
                .unwrap_or(line)
                .strip_prefix("alc.")?
                .split(['(', ' '])
                .next()
        })
        .map(ToOwned::to_owned)
        .collect();
    let source = "local names = {} \
         for name, value in pairs(alc) do names[#names + 1] = name \
           if type(value) == 'table' and name ~= '_dirs' then \
             for inner in pairs(value) do names[#names + 1] = name .. '.' .. inner end end end \
         return names";
    let found: BTreeSet<String> = serde_json::from_str(&value(source)).expect("a list");
    assert_eq!(declared, found);
}

/// The blocks of a language, and the block that follows each.
fn examples(text: &str) -> Vec<(String, String)> {
    let mut blocks = text.split("\n```").skip(1).step_by(2).map(|block| {
        let (language, body) = block.split_once('\n').expect("a body");
        (language.to_owned(), body.to_owned())
    });
    let mut examples = Vec::new();
    while let Some((language, body)) = blocks.next() {
        if language == "lua" {
            let (kind, expected) = blocks.next().expect("a result");
            assert_eq!(kind, "json", "what follows {body}");
            examples.push((body, expected));
        }
    }
    examples
}

/// Each example with its answers: the lines `-- answer: TEXT`, in order.
#[test]
fn every_example_gives_what_is_written_below_it() {
    let examples = examples(&document("lua-api.md"));
    assert!(examples.len() > 20, "{}", examples.len());
    for (source, expected) in examples {
        let answers: Vec<_> =
            source.lines().filter_map(|line| line.strip_prefix("-- answer: ")).collect();
        let next = std::cell::Cell::new(0);
        let answer = |_: &Query| {
            let text = answers.get(next.replace(next.get() + 1)).expect("an answer");
            Reply { text: (*text).to_owned(), usage: None }
        };
        let home = tempfile::tempdir().expect("a folder");
        let (step, calls) = answered_at(home.path(), &script(&source), vec![], answer);
        let Step::Finished(result) = &step else { panic!("{source}\n{step:?}") };
        assert_eq!(*result, expected, "{source}");
        assert_eq!(next.get(), answers.len(), "{source}");
        let (again, same) = answered_at(home.path(), &script(&source), calls.clone(), answer);
        assert_eq!((format!("{again:?}"), same), (format!("{step:?}"), calls), "{source}");
    }
}
