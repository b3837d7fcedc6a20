//! What is written reads back.

use alc_core::{
    Call, CallKind, CallResult, Entry, Event, EventView, PauseKind, Progress, Reply, ResultView,
    Script, Seq, ShownEntry, State, StateName, Usage,
};
use proptest::prelude::*;

use super::{
    super::{Journal, StoredQuery},
    Env, Life, answer, answer_text, error, line, new_session, query, reason,
};

/// What the journal says must be what the session's actor knows.
async fn agrees(journal: &Journal, life: &Life) {
    let snapshot = journal.snapshot(&life.id).await.expect("reads").expect("is there");
    assert_eq!(snapshot.state, life.state);
    assert_eq!((snapshot.seq, snapshot.asked), (life.seq, life.asked));
    let recording = journal.recording(&life.id).await.expect("reads").expect("is there");
    assert_eq!((recording.calls.len() as u64, recording.asked), (life.calls, life.asked));
    assert_eq!(folded(journal, life).await, snapshot.state);
    let ended = journal.outcome(&life.id).await.expect("reads").is_some();
    assert_eq!(ended, life.state.name().is_terminal());
}

/// The state that the history, read in small pages, leads to.
async fn folded(journal: &Journal, life: &Life) -> State {
    let (mut after, mut name, mut open, mut kind) = (Seq(0), StateName::Running, vec![], None);
    let mut cancel = None;
    loop {
        let page = journal.events(&life.id, after, 3).await.expect("reads");
        let Some((last, _)) = page.last() else { break };
        for (seq, json) in &page {
            let event: EventView = serde_json::from_str(json).expect("parses");
            after = after.plus(1);
            assert_eq!((event.seq, *seq, &event.session), (after, after, &life.id));
            match event.entry {
                ShownEntry::StateTransition { from, to } => {
                    assert_eq!(from, name);
                    name = to;
                }
                ShownEntry::PauseRequested { pause } => kind = Some(pause.kind),
                ShownEntry::LlmCallBegin { query_id } => open.push(query_id.number),
                ShownEntry::LlmCallEnd { query_id, .. } => {
                    open.retain(|number| *number != query_id.number);
                }
                ShownEntry::CancelRequested { reason } => cancel = Some(reason),
                _ => {}
            }
        }
        assert_eq!(*last, after);
    }
    match name {
        StateName::Running => State::Running { cancel },
        StateName::Paused => {
            let kind = kind.expect("a pause was told");
            State::Paused(alc_core::Pause::with_open(kind, open).expect("is open"))
        }
        StateName::Done => State::Done,
        StateName::Failed => State::Failed,
        StateName::Cancelled => State::Cancelled,
    }
}

fn reply(text: String) -> Reply {
    Reply { text, usage: Some(Usage { prompt_tokens: Some(10), completion_tokens: None }) }
}

#[tokio::test]
async fn a_life_reads_back_at_every_step_and_after_reopening() {
    let env = Env::new();
    let mut life = Life::spawn(&env.journal, 1).await;
    agrees(&env.journal, &life).await;
    for step in 0..4 {
        let event = match step {
            0 => Event::Logged(line("hi")),
            1 => life.ask(1),
            2 => answer(&[1]),
            _ => Event::Finished,
        };
        life.live(&env.journal, event).await;
        agrees(&env.journal, &life).await;
    }
    let before = env.journal.events(&life.id, Seq(0), 100).await.expect("reads");
    let env = env.reopen().await;
    agrees(&env.journal, &life).await;
    assert_eq!(env.journal.events(&life.id, Seq(0), 100).await.expect("reads"), before);
}

#[tokio::test]
async fn a_batch_half_answered_is_a_pause_with_the_rest_open() {
    let env = Env::new();
    let mut life = Life::spawn(&env.journal, 1).await;
    life.live(&env.journal, life.ask(3)).await;
    let begun = life.at;
    life.live(&env.journal, answer(&[2])).await;
    let State::Paused(pause) = &life.state else { panic!("not paused") };
    assert_eq!((pause.kind(), pause.open()), (PauseKind::Batch, &[1, 3][..]));
    let env = env.reopen().await;
    agrees(&env.journal, &life).await;

    let view = env.journal.view(&life.id).await.expect("reads").expect("is there");
    let pause = view.pause.expect("is paused");
    assert_eq!((pause.kind, pause.paused_at), (PauseKind::Batch, begun));
    let open: Vec<_> = pause.queries.iter().map(|query| query.query_id.number).collect();
    assert_eq!(open, [1, 3]);
    assert_eq!(pause.queries[1].query, query("question 3"));
    assert_eq!((view.usage.llm_calls, view.usage.prompt_tokens), (3, 16));

    let recording = env.journal.recording(&life.id).await.expect("reads").expect("is there");
    let slots = CallResult::Answers(vec![None, Some(reply(answer_text(2))), None]);
    assert_eq!(
        recording.calls,
        [Call { kind: CallKind::Llm, fingerprint: [0; 16], result: slots }]
    );
    let asked = env.journal.queries_of_call(&life.id, 0).await.expect("reads");
    assert_eq!(asked.len(), 3);
}

#[tokio::test]
async fn an_answer_and_the_next_question_in_one_change_begin_another_pause() {
    let env = Env::new();
    let mut life = Life::spawn(&env.journal, 1).await;
    life.live(&env.journal, life.ask(2)).await;
    let answered = life.append(&answer(&[1, 2]));
    let mut running = life.clone();
    running.adopt(&answered);
    let mut both = running.append(&running.ask(1));
    both.after = answered.after;
    both.entries.splice(0..0, answered.entries);
    both.answers = answered.answers;
    life.store(&env.journal, both).await.expect("appends");
    agrees(&env.journal, &life).await;
    let view = env.journal.view(&life.id).await.expect("reads").expect("is there");
    let pause = view.pause.expect("is paused");
    assert_eq!((pause.kind, pause.paused_at), (PauseKind::Single, life.at));
}

#[tokio::test]
async fn every_text_reads_back_whatever_its_length_and_letters() {
    let env = Env::new();
    let texts = [
        String::new(),
        "a\0b\u{1f600}\u{feff}\r\n\"\\".to_owned(),
        "é\0".repeat(700),
        "x\0y".repeat(400_000),
    ];
    for (number, text) in (1u64..).zip(&texts) {
        let mut new = new_session(number);
        new.script = Script {
            source: text.clone(),
            chunk: format!("@{number}"),
            ctx: serde_json::to_string(text).expect("is JSON"),
            seed: number.wrapping_neg(),
            started_at: new.script.started_at,
            ..Script::default()
        };
        let wanted = new.script.clone();
        env.journal.create(new).await.expect("creates");
        let mut life = Life::started(number);

        life.live(&env.journal, Event::Logged(line(text))).await;
        let mut asked = life.append(&life.ask(1));
        asked.calls[0].queries[0].1 = query(text);
        life.store(&env.journal, asked).await.expect("appends");
        let mut answered = life.append(&answer(&[1]));
        answered.answers[0].text.clone_from(text);
        life.store(&env.journal, answered).await.expect("appends");
        let mut ended = life.append(&Event::Finished);
        let value = serde_json::to_string(text).expect("is JSON");
        ended.outcome = Some(alc_core::Outcome::Done(value.clone()));
        life.store(&env.journal, ended).await.expect("appends");

        let recording = env.journal.recording(&life.id).await.expect("reads").expect("is there");
        assert_eq!(recording.script, wanted);
        assert_eq!(recording.calls[1].result, CallResult::Answers(vec![Some(reply(text.clone()))]));
        let stored = env.journal.query(&life.id, 1).await.expect("reads");
        assert_eq!(
            stored,
            Some(StoredQuery { query: query(text), answer: Some(text.clone()), key: None })
        );
        let view = env.journal.view(&life.id).await.expect("reads").expect("is there");
        assert_eq!(view.log[0].line, line(text));
        let outcome = env.journal.outcome(&life.id).await.expect("reads").expect("ended");
        let result: ResultView = serde_json::from_str(&outcome).expect("parses");
        assert_eq!(result.value.expect("a value").get(), value);
        agrees(&env.journal, &life).await;
    }
}

/// What the result says of a session that asked so many queries, all at once, and got no answer.
fn stats(elapsed: i64, asked: i64) -> String {
    let (none, pauses, chars) = (r#"{"tokens":0,"source":"definite"}"#, asked / 2, asked * 10);
    let prompt = match asked {
        0 => none.to_owned(),
        _ => format!(r#"{{"tokens":{},"source":"estimated"}}"#, asked * 3),
    };
    format!(
        r#""stats":{{"auto":{{"elapsed_ms":{elapsed},"llm_calls":{asked},"pauses":{pauses},"rounds":0,"total_prompt_chars":{chars},"total_response_chars":0,"prompt_tokens":{prompt},"response_tokens":{none},"total_tokens":{prompt}}},"custom":{{}}}}"#
    )
}

#[tokio::test]
async fn the_way_it_ended_is_told_the_same_every_time() {
    let env = Env::new();
    let mut told = Vec::new();
    for number in 0..4 {
        let mut life = Life::spawn(&env.journal, number).await;
        assert_eq!(env.journal.outcome(&life.id).await.expect("reads"), None);
        match number {
            0 => life.live(&env.journal, Event::Finished).await,
            1 => life.live(&env.journal, Event::Failed).await,
            2 => {
                life.live(&env.journal, Event::CancelRequested(reason())).await;
                agrees(&env.journal, &life).await;
                assert_eq!(env.journal.unfinished().await.expect("reads"), [life.id.clone()]);
                life.live(&env.journal, Event::Cancelled).await;
            }
            _ => {
                life.live(&env.journal, life.ask(2)).await;
                life.live(&env.journal, Event::CancelRequested(reason())).await;
            }
        }
        agrees(&env.journal, &life).await;
        told.push((life.id.clone(), env.journal.outcome(&life.id).await.expect("reads")));
    }
    let ids: Vec<_> = told.iter().map(|(id, _)| id.as_str().to_owned()).collect();
    let outcomes: Vec<_> = told.iter().filter_map(|(_, json)| json.as_deref()).collect();
    let error = serde_json::to_string(&error()).expect("is JSON");
    let reason = serde_json::to_string(&reason()).expect("is JSON");
    assert_eq!(
        outcomes,
        [
            format!(
                r#"{{"type":"result","v":1,"session":"{}","state":"done","value":{{"z":1,"a":[0]}},"finished_at":101,{}}}"#,
                ids[0],
                stats(1, 0)
            ),
            format!(
                r#"{{"type":"result","v":1,"session":"{}","state":"failed","error":{error},"finished_at":101,{}}}"#,
                ids[1],
                stats(1, 0)
            ),
            format!(
                r#"{{"type":"result","v":1,"session":"{}","state":"cancelled","reason":{reason},"state_before":"running","finished_at":102,{}}}"#,
                ids[2],
                stats(2, 0)
            ),
            format!(
                r#"{{"type":"result","v":1,"session":"{}","state":"cancelled","reason":{reason},"state_before":"paused","finished_at":102,{}}}"#,
                ids[3],
                stats(2, 2)
            ),
        ]
    );
    assert_eq!(env.journal.unfinished().await.expect("reads"), []);
    let env = env.reopen().await;
    for (id, outcome) in told {
        assert_eq!(env.journal.outcome(&id).await.expect("reads"), outcome);
    }
}

#[tokio::test]
async fn progress_is_the_latest_and_the_log_its_last_twenty_lines() {
    let env = Env::new();
    let mut life = Life::spawn(&env.journal, 1).await;
    for step in 0..25 {
        let mut append = life.append(&Event::Logged(line(&format!("line {step}"))));
        let progress = Progress { step, total: 25, message: None };
        append.entries.push(Entry::Progress(progress));
        life.store(&env.journal, append).await.expect("appends");
    }
    let view = env.journal.view(&life.id).await.expect("reads").expect("is there");
    assert_eq!(view.progress, Some(Progress { step: 24, total: 25, message: None }));
    let lines: Vec<_> = view.log.iter().map(|entry| entry.line.message.clone()).collect();
    let wanted: Vec<_> = (5..25).map(|step| format!("line {step}")).collect();
    assert_eq!(lines, wanted);
    assert_eq!((view.log[0].ts, view.changed_at), (106, 125));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_life_the_state_machine_allows_reads_back(
        picks in prop::collection::vec((0u8..8, 1u32..4), 0..25)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("starts");
        runtime.block_on(async {
            let env = Env::new();
            let mut life = Life::spawn(&env.journal, 1).await;
            for (pick, count) in picks {
                let event = match (pick, &life.state) {
                    (0..=2, State::Paused(pause)) => {
                        answer(&pause.open()[..pause.open().len().min(count as usize)])
                    }
                    (0..=2, _) => life.ask(count),
                    (3..=4, _) => Event::Logged(line("said")),
                    (5, _) => Event::Recovered,
                    (6, _) => Event::CancelRequested(reason()),
                    (_, _) if count == 1 => Event::Cancelled,
                    (_, _) if count == 2 => Event::Finished,
                    _ => Event::Failed,
                };
                if life.state.apply(&event).is_ok() {
                    life.live(&env.journal, event).await;
                    agrees(&env.journal, &life).await;
                }
            }
            let env = env.reopen().await;
            agrees(&env.journal, &life).await;
        });
    }
}
