//! The service against a model of it: whatever is asked in whatever order, with restarts between, each
//! answer is the model's, and so is every session.

use std::collections::BTreeMap;

use alc_core::Note;
use proptest::prelude::*;

use super::*;

/// How many queries each pause of the script has.
const PAUSES: [u32; 3] = [1, 2, 1];
const SOURCE: &str = "local all = {} \
     for _, count in ipairs({1, 2, 1}) do \
       local items = {} for i = 1, count do items[i] = {prompt = #all + i .. '?'} end \
       for _, answer in ipairs(alc.llm_batch(items)) do all[#all + 1] = answer end \
     end return all";

/// What is asked of the service. The first number says of which session.
#[derive(Clone, Debug)]
enum Ask {
    Spawn,
    Answer {
        session: usize,
        query: Option<u32>,
        text: &'static str,
        next: bool,
    },
    Cancel(usize),
    Note(usize),
    Delete(usize),
    /// The next daemon begins.
    Restart,
}

fn any_ask() -> impl Strategy<Value = Ask> {
    let query = prop_oneof![2 => Just(None), 3 => (1..6u32).prop_map(Some)];
    let answer = (0..4usize, query, prop_oneof![Just("x"), Just("y")], any::<bool>());
    prop_oneof![
        2 => Just(Ask::Spawn),
        9 => answer.prop_map(|(session, query, text, next)| Ask::Answer { session, query, text, next }),
        1 => (0..4usize).prop_map(Ask::Cancel),
        1 => (0..4usize).prop_map(Ask::Note),
        1 => (0..4usize).prop_map(Ask::Delete),
        2 => Just(Ask::Restart),
    ]
}

/// One session, as it should be.
#[derive(Debug, Default)]
struct Model {
    answers: BTreeMap<u32, &'static str>,
    cancelled: bool,
    notes: usize,
}

impl Model {
    /// The queries of the last pause that was reached, and those before.
    fn asked(&self) -> u32 {
        let mut asked = 0;
        for count in PAUSES {
            let complete = (1..=asked).all(|query| self.answers.contains_key(&query));
            if complete {
                asked += count;
            }
        }
        asked
    }

    fn open(&self) -> Vec<u32> {
        let live = !self.cancelled;
        (1..=self.asked()).filter(|query| live && !self.answers.contains_key(query)).collect()
    }

    fn state(&self) -> StateName {
        match (self.cancelled, self.open().is_empty()) {
            (true, _) => StateName::Cancelled,
            (false, true) => StateName::Done,
            (false, false) => StateName::Paused,
        }
    }

    /// Whether an answer is new, or why it is refused.
    fn answer(&mut self, query: Option<u32>, text: &'static str) -> Result<bool, &'static str> {
        let known = query.and_then(|query| self.answers.get(&query));
        if known == Some(&text) {
            return Ok(false);
        }
        if self.cancelled {
            return Err("already_cancelled");
        }
        match query {
            Some(query) if query > self.asked() => Err("unknown_query"),
            Some(_) if known.is_some() => Err("stale_query"),
            _ => {
                let query = query.or(self.open().first().copied()).ok_or("not_paused")?;
                self.answers.insert(query, text);
                Ok(true)
            }
        }
    }
}

/// Both, and the sessions' ids.
struct Pair {
    service: Service,
    models: Vec<(SessionId, Model)>,
}

impl Pair {
    async fn restart(&mut self) {
        self.service.registry = registry(&self.service.folder, MEMORY);
        self.service.registry.recover().await.expect("recovers");
    }

    async fn ask(&mut self, ask: Ask) {
        match ask {
            Ask::Spawn => {
                let id = self.service.paused(SOURCE).await;
                self.models.push((id, Model::default()));
            }
            Ask::Restart => self.restart().await,
            Ask::Answer { session, query, text, next } => {
                let Some((id, model)) = self.models.get_mut(session) else { return };
                let answers = Answers { next, ..one(query, text) };
                let told = self.service.registry.resume(&id.clone().into(), answers).await;
                let told = match told {
                    Ok((_, accepted)) => Ok(!accepted.answers[0].1),
                    Err(RegistryError::Rejected(rejected)) => Err(name(&rejected)),
                    Err(error) => panic!("{error}"),
                };
                assert_eq!(told, model.answer(query, text));
                let state = model.state();
                self.service
                    .registry
                    .wait(&id.clone().into(), |now| now == state)
                    .await
                    .expect("gets there");
            }
            Ask::Cancel(session) => {
                let Some((id, model)) = self.models.get_mut(session) else { return };
                assert_eq!(self.service.cancel(id).await, !model.state().is_terminal());
                model.cancelled |= !model.state().is_terminal();
            }
            Ask::Note(session) => {
                let Some((id, model)) = self.models.get_mut(session) else { return };
                let note = Note { title: None, content: "noted".to_owned() };
                self.service.registry.note(&id.clone().into(), note).await.expect("notes");
                model.notes += 1;
            }
            Ask::Delete(session) => {
                if self.models.len() <= session {
                    return;
                }
                let (id, model) = &self.models[session];
                let deleted = self.service.registry.delete(&id.clone().into()).await;
                assert_eq!(deleted.is_ok(), model.state().is_terminal(), "{deleted:?}");
                if deleted.is_ok() {
                    let gone = self.service.registry.state(&id.clone().into()).await;
                    assert!(matches!(gone, Err(RegistryError::NotFound(_))), "{gone:?}");
                    self.models.remove(session);
                }
            }
        }
    }

    /// Asserts that each session is as it should be.
    async fn agrees(&self) {
        for (id, model) in &self.models {
            let view = self.service.registry.state(&id.clone().into()).await.expect("is there");
            assert_eq!(view.state, model.state());
            let open = view.pause.into_iter().flat_map(|pause| pause.queries);
            let open: Vec<_> = open.map(|query| query.query_id.number).collect();
            assert_eq!(open, model.open());
            let kinds = self.service.kinds(id).await;
            let count = |kind: &str| kinds.iter().filter(|other| *other == kind).count();
            assert_eq!(count("llm_call_end"), model.answers.len());
            assert_eq!(count("note"), model.notes);
            assert_eq!(count("cancel_requested"), usize::from(model.cancelled));
            let outcome = self.service.registry.outcome(&id.clone().into()).await.expect("reads").2;
            assert_eq!(outcome.is_some(), model.state().is_terminal());
            if let (Some(outcome), StateName::Done) = (outcome, model.state()) {
                let outcome: serde_json::Value = serde_json::from_str(&outcome).expect("JSON");
                assert_eq!(
                    outcome["value"],
                    serde_json::json!(model.answers.values().collect::<Vec<_>>())
                );
            }
        }
        let listed = self.service.registry.list(Filter::default(), 99, None).await.expect("lists");
        assert_eq!(listed.sessions.len(), self.models.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_service_answers_as_its_model_does(asks in prop::collection::vec(any_ask(), 1..30)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("starts").block_on(async {
            let mut pair = Pair { service: Service::open(), models: Vec::new() };
            for ask in asks {
                pair.ask(ask).await;
                pair.agrees().await;
            }
        });
    }
}
