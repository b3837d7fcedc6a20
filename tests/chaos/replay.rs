//! A session whose daemon is killed on its way is none the worse for it.

use std::{
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

use alc_core::{QueryId, Reference};
use alc_ipc::{
    Answer, Answers, Client, ClientError, ErrorCode, Json, Resume, Spawn, Wait, WaitFor,
};
use serde_json::Value;

use super::random::Random;
use crate::env::{TestEnv, kill};

const KILLS: u32 = 20;
/// From one kill to the next there are so many answers, about.
const BETWEEN: u64 = 45;

/// Asks a thousand times. What it asks depends on every answer before.
const THOUSAND: &str = r"
math.randomseed(42)
local sum, count = 0, 0
local function take(answer)
  for i = 1, #answer do sum = (sum * 31 + answer:byte(i)) % 1000000007 end
  count = count + 1
end
while count < 1000 do
  if alc.time() > 1e9 then print('round', count, sum, math.random(1000)) end
  if math.random(4) == 1 then
    local how = count % 2 == 0 and 'together' or 'in parts'
    local items = {}
    for i = 1, math.min(math.random(2, 5), 1000 - count) do
      items[i] = {prompt = how .. ', item ' .. i .. ' after ' .. sum, system = 'be brief'}
    end
    for _, answer in ipairs(alc.llm_batch(items)) do take(answer) end
  else
    take(alc.llm('query ' .. count .. ' after ' .. sum .. ', ' .. math.random(1000000)))
  end
end
return {sum = sum, count = count}
";

#[test]
fn a_session_answered_a_thousand_times_is_the_same_with_twenty_kills_on_the_way() {
    let mut random = Random::seeded();
    let undisturbed = TestEnv::new();
    let expected = Run::new(&undisturbed).finish(|_| {});
    let env = TestEnv::new();
    let mut run = Run::new(&env);
    let (kills, told) = thread::scope(|scope| {
        let (progress, answered) = mpsc::channel();
        let (env, random) = (&env, &mut random);
        let killer = scope.spawn(move || kill_along(env, random, &answered));
        let told = run.finish(|count| progress.send(count).expect("the killer lives"));
        drop(progress);
        (killer.join().expect("kills"), told)
    });
    assert_eq!(kills, KILLS);
    assert_eq!(expected.0, 1000);
    assert_eq!(told.0, 1000);
    assert!(expected.1.contains(r#""count":1000"#), "{}", expected.1);
    assert_eq!(told.1, expected.1);
    assert_same(&told.2, &expected.2);
}

#[track_caller]
fn assert_same(history: &[String], expected: &[String]) {
    for (place, (is, should)) in history.iter().zip(expected).enumerate() {
        assert_eq!(is, should, "entry {place}");
    }
    assert_eq!(history.len(), expected.len());
}

/// Kills the daemon again and again, each time a moment after some more answers were given.
fn kill_along(env: &TestEnv, random: &mut Random, answered: &Receiver<u64>) -> u32 {
    let mut count = 0;
    for kills in 0..KILLS {
        let after = u64::from(kills) * BETWEEN + random.below(BETWEEN);
        while count < after {
            match answered.recv() {
                Ok(answers) => count = answers,
                Err(_) => return kills,
            }
        }
        let instant = Instant::now() + Duration::from_micros(random.below(15_000));
        while let Ok(answers) =
            answered.recv_timeout(instant.saturating_duration_since(Instant::now()))
        {
            count = answers;
        }
        // It may be on its way up still.
        let pid = loop {
            if let Ok(status) = env.connect().status() {
                break status.pid.cast_signed();
            }
        };
        kill(pid, libc::SIGKILL);
    }
    // Whoever reports must be heard to the end.
    while answered.recv().is_ok() {}
    KILLS
}

/// A session, and somebody who answers it and does not mind killed daemons.
struct Run<'a> {
    env: &'a TestEnv,
    client: Option<Client>,
    id: Reference,
}

impl<'a> Run<'a> {
    fn new(env: &'a TestEnv) -> Self {
        let mut client = env.connect();
        let id = spawn(&mut client, THOUSAND);
        Self { env, client: Some(client), id }
    }

    /// Answers every query, and returns how many, the result and the history.
    fn finish(&mut self, mut progress: impl FnMut(u64)) -> (u64, String, Vec<String>) {
        let mut answered = 0;
        loop {
            let wait = Wait { session: self.id.clone(), until: WaitFor::Actionable };
            let Some(view) = self.request(|client| client.wait(wait)) else { continue };
            let mut queries = queries(&view);
            if queries.is_empty() {
                break;
            }
            if !queries[0].1.starts_with("together") {
                queries.drain(..queries.len() - 1);
            }
            answered = u64::from(queries.last().expect("a query").0);
            self.answer(&queries);
            progress(answered);
        }
        let id = self.id.to_string();
        let result = self.env.alc(["result", &id]).ok();
        (answered, result, self.env.history(&id))
    }

    /// Answers queries in one request; it is repeated if it was lost and they are open still.
    fn answer(&mut self, queries: &[(u32, String)]) {
        let text = |prompt: &str| format!("answer to {prompt}");
        let resume = match queries {
            [(query, prompt)] => Resume::new(
                Reference { query: Some(*query), ..self.id.clone() },
                Answers::One { text: text(prompt), usage: None },
            ),
            several => {
                let answer = |(query, prompt): &(u32, String)| Answer {
                    query: *query,
                    text: text(prompt),
                    usage: None,
                };
                let answers = Answers::Batch(several.iter().map(answer).collect());
                Resume::new(self.id.clone(), answers)
            }
        };
        let next = queries[0].0.is_multiple_of(2);
        let _ = self.request(|client| client.resume(Resume { next, ..resume }));
    }

    fn request<T>(
        &mut self,
        request: impl FnOnce(&mut Client) -> Result<T, ClientError>,
    ) -> Option<T> {
        let client = self.client.get_or_insert_with(|| self.env.connect());
        match request(client) {
            Ok(told) => return Some(told),
            Err(ClientError::Lost(_)) => {}
            Err(ClientError::Refused(failure)) if failure.code == ErrorCode::Unavailable => {}
            Err(error) => panic!("{error}: {error:?}"),
        }
        self.client = None;
        None
    }
}

fn spawn(client: &mut Client, source: &str) -> Reference {
    let (chunk, ctx) = ("replay.lua".to_owned(), Json("{}".to_owned()));
    let spawn = Spawn::new(source.to_owned(), chunk, ctx);
    client.spawn(spawn).expect("spawns").into()
}

/// The open queries of a session, by number, with what they ask.
fn queries(view: &Json) -> Vec<(u32, String)> {
    let view: Value = serde_json::from_str(&view.0).expect("JSON");
    let queries = view["pause"]["queries"].as_array().cloned().unwrap_or_default();
    let read = |query: &Value| {
        let id: QueryId = query["query_id"].as_str().expect("an id").parse().expect("an id");
        (id.number, query["prompt"].as_str().expect("a prompt").to_owned())
    };
    queries.iter().map(read).collect()
}

/// Draws what differs from run to run once, and shows it in every question.
const TELLS: &str = r"
local drawn = table.concat({math.random(1 << 40), alc.time(), collectgarbage('count')}, ' ')
local keys = {}
for key in pairs({ash = 1, birch = 2, cedar = 3, elm = 4, [true] = 5}) do keys[#keys + 1] = tostring(key) end
local told = 'nothing'
for round = 1, 8 do
  local items = {}
  for i = 1, round % 3 + 1 do
    items[i] = {prompt = table.concat({drawn, table.concat(keys, ' '), round, i, told}, '|')}
  end
  local answers = alc.llm_batch(items)
  told = table.concat(answers, ',')
  print(math.random(1 << 40), alc.time() > 0, told)
end
return {drawn = drawn, told = told}
";

/// I8: killed while it waits and while it runs, a session has the questions it had, and goes on to
/// those that it would have asked.
#[test]
fn a_paused_session_has_the_same_questions_after_every_restart() {
    let env = TestEnv::new();
    let id = spawn(&mut env.connect(), TELLS);
    let wait = || {
        let wait = Wait { session: id.clone(), until: WaitFor::Actionable };
        env.connect().wait(wait).expect("a session")
    };
    let state = || env.connect().state(id.clone()).expect("a session");
    let pause = |view: &Json| -> Value {
        let view: Value = serde_json::from_str(&view.0).expect("JSON");
        view["pause"].clone()
    };
    let drawn = {
        let first = queries(&wait());
        first[0].1.split("|1|").next().expect("a prompt").to_owned()
    };
    let mut told = "nothing".to_owned();
    for round in 1..=8 {
        let paused = wait();
        let prompt = |i| format!("{drawn}|{round}|{i}|{told}");
        let expected: Vec<_> = (1..=round % 3 + 1).map(prompt).collect();
        let open = queries(&paused);
        assert_eq!(open.iter().map(|(_, prompt)| prompt.clone()).collect::<Vec<_>>(), expected);
        let mut left = pause(&paused);
        for (query, _) in &open {
            env.kill_daemon();
            assert_eq!(pause(&state()), left);
            let session = Reference { query: Some(*query), ..id.clone() };
            let answers = Answers::One { text: format!("{round}.{query}"), usage: None };
            env.connect().resume(Resume::new(session, answers)).expect("answers");
            left["queries"].as_array_mut().expect("queries").remove(0);
        }
        told =
            open.iter().map(|(query, _)| format!("{round}.{query}")).collect::<Vec<_>>().join(",");
        // It has begun to run its next part, or is about to.
        env.kill_daemon();
    }
    let id = id.to_string();
    let result: Value =
        serde_json::from_str(&env.alc(["result", "--wait", &id]).ok()).expect("JSON");
    assert_eq!(result["told"], told.as_str());
    assert!(drawn.starts_with(result["drawn"].as_str().expect("a text")), "{drawn}: {result}");
}
