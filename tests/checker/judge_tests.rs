//! A judge that cannot complain is worthless: each wrong story is told apart from the right one.

use std::collections::BTreeMap;

use alc_core::StateName;
use serde_json::{Value, json};

use super::{
    facts::{Entries, Fact, Log, Reply, Wish},
    judge::judge,
    survey::{Survey, Told},
};

/// What clients wrote down, and what the daemon told.
#[derive(Clone)]
struct Story {
    facts: Vec<Fact>,
    survey: Survey,
}

impl Story {
    fn told(&mut self, id: &str) -> &mut Told {
        self.survey.sessions.get_mut(id).expect("a session")
    }

    /// Changes an entry of a history, in every reading.
    fn entry(&mut self, id: &str, seq: u64, change: impl Fn(&mut Value)) {
        for (_, entries) in &mut self.told(id).readings {
            for (_, text) in entries.iter_mut().filter(|(place, _)| *place == seq) {
                let mut entry: Value = serde_json::from_str(text).expect("JSON");
                change(&mut entry);
                *text = entry.to_string();
            }
        }
    }

    /// Adds an entry at the end of a history, in every reading.
    fn append(&mut self, id: &str, entry: &Value) {
        for (_, entries) in &mut self.told(id).readings {
            let seq = entries.last().map_or(0, |(seq, _)| *seq) + 1;
            entries.push((seq, entry.to_string()));
        }
    }

    /// Another answer, and what became of it.
    fn answer(&mut self, n: u64, id: &str, answers: &[(u32, &str)], fate: Option<Fact>) {
        let answers = answers.iter().map(|(query, text)| (*query, (*text).to_owned())).collect();
        let wish = Wish::Answer { session: id.to_owned(), answers };
        self.facts.push(Fact::Asked { n, wish });
        self.facts.extend(fate);
    }
}

fn read(entries: &[Value]) -> Vec<(u64, Entries)> {
    let whole: Entries = (1..).zip(entries.iter().map(Value::to_string)).collect();
    let half = whole.len() / 2;
    vec![(0, whole.clone()), (half as u64, whole[half..].to_vec())]
}

fn log(line: &str) -> Value {
    json!({"kind": "log", "message": line})
}

fn query(kind: &str, id: &str, number: u32) -> Value {
    json!({"kind": kind, "query_id": format!("{id}.{number}")})
}

fn moved(from: &str, to: &str) -> Value {
    json!({"kind": "state_transition", "from": from, "to": to})
}

/// Two sessions: `ddd` asked a batch of two and is done, `ccc` was cancelled with its query open.
fn right() -> Story {
    let done = [
        json!({"kind": "spawned"}),
        log("mark\td"),
        json!({"kind": "pause_requested"}),
        query("llm_call_begin", "ddd", 1),
        query("llm_call_begin", "ddd", 2),
        moved("running", "paused"),
        query("llm_call_end", "ddd", 2),
        query("llm_call_end", "ddd", 1),
        moved("paused", "running"),
        log("got\t1\tA"),
        log("got\t2\tB"),
        moved("running", "done"),
    ];
    let cancelled = [
        json!({"kind": "spawned"}),
        log("mark\tc"),
        json!({"kind": "pause_requested"}),
        query("llm_call_begin", "ccc", 1),
        moved("running", "paused"),
        json!({"kind": "cancel_requested"}),
        moved("paused", "cancelled"),
    ];
    let outcome = json!({"state": "done", "value": {"answers": ["A", "B"]}}).to_string();
    let sessions = BTreeMap::from([
        (
            "ddd".to_owned(),
            Told {
                state: StateName::Done,
                outcome: Some(outcome.clone()),
                readings: read(&done),
                again: vec![(1, "A".to_owned(), "already".to_owned())],
            },
        ),
        (
            "ccc".to_owned(),
            Told {
                state: StateName::Cancelled,
                outcome: Some(json!({"state": "cancelled"}).to_string()),
                readings: read(&cancelled),
                again: vec![],
            },
        ),
    ]);
    let survey = Survey { ids: vec!["ddd".to_owned(), "ccc".to_owned()], sessions };
    let facts = facts(&survey, outcome);
    Story { facts, survey }
}

fn facts(survey: &Survey, outcome: String) -> Vec<Fact> {
    let spawned = |n, mark: &str, session: Option<&str>| {
        let asked = Fact::Asked { n, wish: Wish::Spawn { mark: mark.to_owned() } };
        let told = session.map(|id| Fact::Told { n, reply: Reply::Spawned { session: id.into() } });
        [Some(asked), told].into_iter().flatten()
    };
    let session = || "ddd".to_owned();
    let answers = vec![(1, "A".to_owned()), (2, "B".to_owned())];
    let (after, entries) = survey.sessions["ddd"].readings[1].clone();
    let mut facts: Vec<Fact> = spawned(0, "d", Some("ddd")).chain(spawned(1, "c", None)).collect();
    facts.extend([
        Fact::Asked { n: 2, wish: Wish::Answer { session: session(), answers } },
        Fact::Told { n: 2, reply: Reply::Answered },
        Fact::Asked { n: 3, wish: Wish::Cancel { session: "ccc".to_owned() } },
        Fact::Told { n: 3, reply: Reply::Cancelled { first: true } },
        Fact::Ended { session: session(), outcome },
        Fact::Saw { session: session(), after, entries },
    ]);
    facts
}

#[test]
fn the_right_story_has_no_flaw() {
    let Story { facts, survey } = right();
    assert_eq!(judge(&facts, &survey), Vec::<String>::new());
    // The checker writes down the end and the history that nobody saw yet.
    let news = survey.news(&facts);
    assert!(matches!(&news[..], [Fact::Ended { .. }, Fact::Saw { after: 0, .. }]), "{news:?}");
}

/// The beginning of a complaint, and what makes the right story so wrong that it must come.
type Wrong<'a> = (&'a str, &'a dyn Fn(&mut Story));

#[track_caller]
fn complains(stories: &[Wrong]) {
    for (complaint, change) in stories {
        let mut story = right();
        change(&mut story);
        let complaints = judge(&story.facts, &story.survey);
        let found = complaints.iter().any(|found| found.starts_with(complaint));
        assert!(found, "not found: {complaint}\namong: {complaints:#?}");
    }
}

#[test]
fn a_confirmed_request_that_is_gone_is_noticed() {
    complains(&[
        ("I1: session ddd is gone", &|story| drop(story.survey.sessions.remove("ddd"))),
        ("I1: the answer A to query 1 is gone: now", &|story| {
            story.told("ddd").again[0].2 = "now".to_owned();
        }),
        ("I1: query 2 is open", &|story| {
            story.entry("ddd", 7, |entry| *entry = json!({"kind": "recovered"}));
        }),
        ("I6: it was cancelled and is paused", &|story| {
            story.told("ccc").state = StateName::Paused;
        }),
    ]);
}

#[test]
fn a_second_answer_is_noticed() {
    let told = |n| Some(Fact::Told { n, reply: Reply::Answered });
    complains(&[
        ("I2: two answers to query 1 were accepted", &|story| {
            story.answer(9, "ddd", &[(1, "X")], told(9));
        }),
        ("I2: query 1 was answered A, Lua saw another", &|story| {
            story.entry("ddd", 10, |entry| *entry = log("got\t1\tX"));
        }),
        ("I2: Lua saw two answers to query 1", &|story| {
            let outcome = json!({"state": "done", "value": {"answers": ["X", "B"]}});
            story.told("ddd").outcome = Some(outcome.to_string());
        }),
        ("I2: 1 answers returned", &|story| {
            let outcome = json!({"state": "done", "value": {"answers": ["A"]}});
            story.told("ddd").outcome = Some(outcome.to_string());
        }),
        ("I2: Lua got the answer to query 1 twice", &|story| {
            story.entry("ddd", 11, |entry| *entry = log("got\t1\tA"));
        }),
        ("I2: query 1 is answered, and is not open", &|story| {
            story.entry("ddd", 7, |entry| *entry = query("llm_call_end", "ddd", 1));
        }),
        ("I2: query 3 is asked out of order", &|story| {
            story.entry("ddd", 5, |entry| *entry = query("llm_call_begin", "ddd", 3));
        }),
        ("I2: Lua saw an answer to query 1, which is open", &|story| {
            story.entry("ddd", 8, |entry| *entry = json!({"kind": "recovered"}));
        }),
        ("I2: done, although a query is open", &|story| {
            story.entry("ddd", 8, |entry| *entry = json!({"kind": "recovered"}));
        }),
        ("I2: A was called stale", &|story| {
            let refused = Fact::Refused { n: 9, code: "stale_query".to_owned() };
            story.answer(9, "ddd", &[(1, "A")], Some(refused));
        }),
    ]);
}

#[test]
fn a_history_that_jumps_or_changes_is_noticed() {
    complains(&[
        ("I4: read from 0, the history jumps", &|story| {
            drop(story.told("ddd").readings[0].1.remove(3));
        }),
        ("I4: read from 6, the history jumps", &|story| {
            let entries = &mut story.told("ddd").readings[1].1;
            entries.insert(1, entries[0].clone());
        }),
        ("I4: read from 6, the history jumps", &|story| {
            story.told("ddd").readings[1].1.swap(0, 1);
        }),
        ("I4: read from 6, the history does not come to 12", &|story| {
            drop(story.told("ddd").readings[1].1.pop());
        }),
        ("I4: entry 7 was", &|story| {
            story.told("ddd").readings[1].1[0].1 = json!({"kind": "recovered"}).to_string();
        }),
        ("I4: entry 10 was", &|story| {
            // Told to a client before, and another one now.
            story.entry("ddd", 10, |entry| entry["at"] = json!(1));
        }),
        ("I4: entry 13 was", &|story| {
            let entries = vec![(13, json!({"kind": "recovered"}).to_string())];
            story.facts.push(Fact::Saw { session: "ddd".to_owned(), after: 12, entries });
        }),
        ("I4: a history begins with `spawned`, once", &|story| {
            story.entry("ddd", 2, |entry| *entry = json!({"kind": "spawned"}));
        }),
    ]);
}

#[test]
fn an_end_that_changes_is_noticed() {
    complains(&[
        ("I5: it ended", &|story| {
            let outcome = json!({"state": "done", "value": {"answers": ["A", "B"]}, "v": 1});
            story.told("ddd").outcome = Some(outcome.to_string());
        }),
        ("I5: it ended", &|story| story.told("ddd").outcome = None),
        ("I5: it is failed, its outcome", &|story| story.told("ddd").state = StateName::Failed),
        ("I5: the state is failed, the history ends done", &|story| {
            story.told("ddd").state = StateName::Failed;
        }),
        ("I5: behind the end", &|story| story.append("ddd", &json!({"kind": "recovered"}))),
        ("I5: done goes on as running", &|story| story.append("ddd", &moved("running", "done"))),
        ("I8: it failed by itself", &|story| {
            let told = story.told("ddd");
            told.state = StateName::Failed;
            let error = json!({"state": "failed", "error": {"kind": "diverged"}});
            told.outcome = Some(error.to_string());
        }),
    ]);
}

#[test]
fn a_cancel_that_does_not_hold_is_noticed() {
    complains(&[
        ("I6: a cancel ended it, and it is done", &|story| {
            story.told("ccc").state = StateName::Done;
        }),
        ("I6: query 2 is asked after the cancel", &|story| {
            story.entry("ccc", 7, |entry| *entry = query("llm_call_begin", "ccc", 2));
        }),
        ("I6: cancelled, it became running", &|story| {
            story.entry("ccc", 7, |entry| *entry = moved("paused", "running"));
        }),
        ("I6: it is cancelled twice", &|story| {
            story.append("ccc", &json!({"kind": "cancel_requested"}));
        }),
        ("I6: nobody cancelled it", &|story| {
            story
                .facts
                .retain(|fact| !matches!(fact, Fact::Asked { n: 3, .. } | Fact::Told { n: 3, .. }));
        }),
        ("I6: two requests were the first", &|story| {
            let wish = Wish::Cancel { session: "ccc".to_owned() };
            let reply = Reply::Cancelled { first: true };
            story.facts.extend([Fact::Asked { n: 9, wish }, Fact::Told { n: 9, reply }]);
        }),
        ("I6: an answer was refused as cancelled", &|story| {
            let refused = Fact::Refused { n: 9, code: "already_cancelled".to_owned() };
            story.answer(9, "ddd", &[(1, "X")], Some(refused));
        }),
    ]);
}

#[test]
fn an_id_that_comes_back_is_noticed() {
    complains(&[
        ("I7: ddd was given twice", &|story| {
            let reply = Reply::Spawned { session: "ddd".to_owned() };
            story.facts.push(Fact::Told { n: 1, reply });
        }),
        ("I7: an id is listed twice", &|story| story.survey.ids.push("ddd".to_owned())),
    ]);
}

#[test]
fn what_had_no_ok_and_is_there_twice_or_in_part_is_noticed() {
    complains(&[
        ("I9: d was spawned twice", &|story| {
            let again = story.told("ddd").clone();
            story.survey.sessions.insert("eee".to_owned(), again);
        }),
        ("I9: 2 sessions of nobody for 1 lost requests", &|story| {
            let again = story.told("ccc").clone();
            story.survey.sessions.insert("eee".to_owned(), again);
        }),
        ("I9: nobody asked for x", &|story| {
            story.entry("ccc", 2, |entry| *entry = log("mark\tx"));
        }),
        ("I9: session ddd runs the script of c", &|story| {
            story.entry("ddd", 2, |entry| *entry = log("mark\tc"));
        }),
        ("I9: c was refused", &|story| {
            story.facts.push(Fact::Refused { n: 1, code: "does_not_load".to_owned() });
        }),
        ("I9: the script's first line is there twice", &|story| {
            story.entry("ddd", 3, |entry| *entry = log("mark\td"));
        }),
        ("I9: Lua saw A for query 1, which nobody stored", &|story| {
            story
                .facts
                .retain(|fact| !matches!(fact, Fact::Asked { n: 2, .. } | Fact::Told { n: 2, .. }));
        }),
        ("I9: query 1 has an answer that nobody gave", &|story| {
            story
                .facts
                .retain(|fact| !matches!(fact, Fact::Asked { n: 2, .. } | Fact::Told { n: 2, .. }));
        }),
        ("I9: a part of a batch was stored", &|story| {
            story
                .facts
                .retain(|fact| !matches!(fact, Fact::Asked { n: 2, .. } | Fact::Told { n: 2, .. }));
            story.answer(8, "ddd", &[(1, "A"), (2, "X")], None);
            story.answer(9, "ddd", &[(2, "B")], None);
        }),
    ]);
}

#[test]
fn a_log_reads_back_in_the_order_of_its_writing() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = Log::new(folder.path());
    let wish = |mark: &str| Wish::Spawn { mark: mark.to_owned() };
    let first = log.ask(wish("a"));
    let second = log.ask(wish("line\nbreak"));
    let refused = Fact::Refused { n: first, code: "invalid".to_owned() };
    log.write(std::slice::from_ref(&refused));
    assert_ne!(first, second);
    assert_eq!(
        log.facts(),
        [
            Fact::Asked { n: first, wish: wish("a") },
            Fact::Asked { n: second, wish: wish("line\nbreak") },
            refused
        ]
    );
}
