//! The rules: what clients wrote down against what a fresh daemon tells.

use std::collections::{BTreeMap, BTreeSet};

use alc_core::StateName;
use serde_json::Value;

use super::{
    facts::{Entries, Fact, Reply, Wish},
    survey::{Survey, Told},
};

/// Everything that is not as it must be; empty if nothing is wrong.
pub(super) fn judge(facts: &[Fact], survey: &Survey) -> Vec<String> {
    let known = Known::new(facts);
    let mut complaints = Vec::new();
    judge_ids(&known, survey, &mut complaints);
    judge_spawns(&known, survey, &mut complaints);
    for (id, told) in &survey.sessions {
        let of = known.sessions.get(id).unwrap_or(&NOTHING);
        let mut found = Vec::new();
        judge_readings(of, told, &mut found);
        let history = History::new(&told.readings[0].1);
        judge_life(told, &history, &mut found);
        judge_end(of, told, &mut found);
        judge_answers(of, told, &history, &mut found);
        judge_attempts(of, &history, &mut found);
        judge_cancel(of, told, &history, &mut found);
        complaints.extend(found.into_iter().map(|complaint| format!("{complaint} (session {id})")));
    }
    complaints
}

/// What became of a request, as far as its client knows.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fate {
    Unknown,
    Done(Reply),
    Refused(String),
}

static NOTHING: Of = Of { answers: vec![], cancels: vec![], outcomes: vec![], saw: vec![] };

/// What clients know of one session.
#[derive(Default)]
struct Of {
    answers: Vec<(Vec<(u32, String)>, Fate)>,
    cancels: Vec<Fate>,
    outcomes: Vec<String>,
    saw: Vec<(u64, Entries)>,
}

/// What clients know.
#[derive(Default)]
struct Known {
    spawns: Vec<(String, Fate)>,
    sessions: BTreeMap<String, Of>,
}

impl Known {
    fn new(facts: &[Fact]) -> Self {
        let mut known = Self::default();
        let mut wishes: BTreeMap<u64, (Wish, Fate)> = BTreeMap::new();
        for fact in facts.iter().cloned() {
            match fact {
                Fact::Asked { n, wish } => drop(wishes.insert(n, (wish, Fate::Unknown))),
                Fact::Told { n, reply } => {
                    wishes.get_mut(&n).expect("was asked").1 = Fate::Done(reply);
                }
                Fact::Refused { n, code } => {
                    wishes.get_mut(&n).expect("was asked").1 = Fate::Refused(code);
                }
                Fact::Ended { session, outcome } => known.of(session).outcomes.push(outcome),
                Fact::Saw { session, after, entries } => {
                    known.of(session).saw.push((after, entries));
                }
            }
        }
        for (wish, fate) in wishes.into_values() {
            match wish {
                Wish::Spawn { mark } => known.spawns.push((mark, fate)),
                Wish::Answer { session, answers } => {
                    known.of(session).answers.push((answers, fate));
                }
                Wish::Cancel { session } => known.of(session).cancels.push(fate),
            }
        }
        known
    }

    fn of(&mut self, session: String) -> &mut Of {
        self.sessions.entry(session).or_default()
    }
}

/// I7, and I1 for spawns.
fn judge_ids(known: &Known, survey: &Survey, complaints: &mut Vec<String>) {
    let mut ids = BTreeSet::new();
    for (mark, fate) in &known.spawns {
        let Fate::Done(Reply::Spawned { session }) = fate else { continue };
        if !ids.insert(session) {
            complaints.push(format!("I7: {session} was given twice, also for {mark}"));
        }
        if !survey.sessions.contains_key(session) {
            complaints.push(format!("I1: session {session} is gone, it was spawned as {mark}"));
        }
    }
    let listed: BTreeSet<_> = survey.ids.iter().collect();
    if listed.len() != survey.ids.len() {
        complaints.push("I7: an id is listed twice".to_owned());
    }
}

/// I9 for spawns: each mark is one session's, and the sessions of nobody are no more than the spawns
/// of which nobody knows what became.
fn judge_spawns(known: &Known, survey: &Survey, complaints: &mut Vec<String>) {
    let mut seen = BTreeMap::new();
    let mut strangers = 0;
    let confirmed: BTreeMap<_, _> = known
        .spawns
        .iter()
        .filter_map(|(mark, fate)| match fate {
            Fate::Done(Reply::Spawned { session }) => Some((session, mark)),
            _ => None,
        })
        .collect();
    for (id, told) in &survey.sessions {
        strangers += usize::from(!confirmed.contains_key(id));
        let Some(mark) = History::new(&told.readings[0].1).mark else { continue };
        if confirmed.get(id).is_some_and(|own| **own != mark) {
            complaints.push(format!("I9: session {id} runs the script of {mark}"));
        }
        match known.spawns.iter().find(|(asked, _)| *asked == mark) {
            None => complaints.push(format!("I9: nobody asked for {mark} (session {id})")),
            Some((_, Fate::Refused(code))) => {
                complaints.push(format!("I9: {mark} was refused, {code} (session {id})"));
            }
            Some(_) => {}
        }
        if let Some(other) = seen.insert(mark.clone(), id) {
            complaints.push(format!("I9: {mark} was spawned twice, as {other} and {id}"));
        }
    }
    let unknown = known.spawns.iter().filter(|(_, fate)| *fate == Fate::Unknown).count();
    if strangers > unknown {
        complaints.push(format!("I9: {strangers} sessions of nobody for {unknown} lost requests"));
    }
}

/// I4: strictly growing, no gap, no duplicate, same content whenever and from wherever it is read.
fn judge_readings(of: &Of, told: &Told, complaints: &mut Vec<String>) {
    let whole: BTreeMap<_, _> = told.readings[0].1.iter().map(|(seq, text)| (seq, text)).collect();
    let end = told.readings[0].1.last().map_or(0, |(seq, _)| *seq);
    for (after, entries) in told.readings.iter().chain(&of.saw) {
        let places = entries.iter().map(|(seq, _)| *seq);
        if !places.eq((after + 1..).take(entries.len())) {
            complaints.push(format!("I4: read from {after}, the history jumps"));
        }
        for (seq, text) in entries {
            if whole.get(seq).is_none_or(|other| *other != text) {
                let other = whole.get(seq).map_or("nothing", |text| text.as_str());
                complaints.push(format!("I4: entry {seq} was {text}, now it is {other}"));
            }
        }
    }
    for (after, entries) in &told.readings {
        if *after < end && entries.last().is_none_or(|(seq, _)| *seq != end) {
            complaints.push(format!("I4: read from {after}, the history does not come to {end}"));
        }
    }
}

/// I2 and I5 as the history has them: queries by number and each answered once, states that follow
/// each other, and nothing behind the last.
fn judge_life(told: &Told, history: &History, complaints: &mut Vec<String>) {
    complaints.extend(history.flaws.iter().cloned());
    if history.state != told.state {
        let (is, says) = (told.state, history.state);
        complaints.push(format!("I5: the state is {is}, the history ends {says}"));
    }
    if told.state == StateName::Done && history.ended.len() != history.begun.len() {
        complaints.push("I2: done, although a query is open".to_owned());
    }
}

/// I5 for outcomes, and I8: no script of these tests leaves its journal.
fn judge_end(of: &Of, told: &Told, complaints: &mut Vec<String>) {
    for outcome in &of.outcomes {
        if told.outcome.as_ref() != Some(outcome) {
            complaints.push(format!("I5: it ended {outcome}, now {:?}", told.outcome));
        }
    }
    let Some(outcome) = &told.outcome else { return };
    let outcome: Value = serde_json::from_str(outcome).expect("JSON");
    if outcome["state"] != told.state.as_str() {
        complaints.push(format!("I5: it is {}, its outcome {outcome}", told.state));
    }
    if told.state == StateName::Failed && outcome["error"]["kind"] != "lua_error" {
        complaints.push(format!("I8: it failed by itself: {}", outcome["error"]));
    }
}

/// Answers by query number.
type Seen = BTreeSet<(u32, String)>;

/// What Lua saw: in the log, and in the value it returned.
fn seen_by_lua(told: &Told, history: &History, complaints: &mut Vec<String>) -> Seen {
    let mut seen: Seen =
        history.got.iter().map(|(query, answer)| (*query, answer.clone())).collect();
    if told.state != StateName::Done {
        return seen;
    }
    let outcome: Value =
        serde_json::from_str(told.outcome.as_deref().unwrap_or("{}")).expect("JSON");
    let returned = outcome["value"]["answers"].as_array().cloned().unwrap_or_default();
    if returned.len() != history.begun.len() {
        complaints.push(format!("I2: {} answers returned", returned.len()));
    }
    for (query, answer) in (1..).zip(returned) {
        let answer = answer.as_str().unwrap_or_default().to_owned();
        if history.got.get(&query).is_some_and(|logged| *logged != answer) {
            complaints.push(format!("I2: Lua saw two answers to query {query}"));
        }
        seen.insert((query, answer));
    }
    seen
}

/// I1 and I2 for answers: what had an OK is what is stored and what Lua saw.
fn judge_answers(of: &Of, told: &Told, history: &History, complaints: &mut Vec<String>) {
    for (query, text, code) in &told.again {
        if code != "already" {
            complaints.push(format!("I1: the answer {text} to query {query} is gone: {code}"));
        }
    }
    let seen = seen_by_lua(told, history, complaints);
    let mut confirmed: BTreeMap<u32, &String> = BTreeMap::new();
    for (answers, fate) in &of.answers {
        if *fate != Fate::Done(Reply::Answered) {
            continue;
        }
        for (query, text) in answers {
            if confirmed.insert(*query, text).is_some_and(|other| other != text) {
                complaints.push(format!("I2: two answers to query {query} were accepted"));
            }
            if !history.ended.contains(query) {
                complaints.push(format!("I1: query {query} is open, it was answered {text}"));
            }
            if seen.iter().any(|(number, saw)| number == query && saw != text) {
                complaints.push(format!("I2: query {query} was answered {text}, Lua saw another"));
            }
        }
    }
    for (query, text) in &seen {
        let sent = of.answers.iter().any(|(answers, fate)| {
            !matches!(fate, Fate::Refused(_)) && answers.contains(&(*query, text.clone()))
        });
        if !sent {
            complaints.push(format!("I9: Lua saw {text} for query {query}, which nobody stored"));
        }
        if !history.ended.contains(query) {
            complaints.push(format!("I2: Lua saw an answer to query {query}, which is open"));
        }
    }
}

/// I9 for answers: a refused text is nowhere, a batch is stored as a whole or not at all, and no
/// query is answered to which nobody sent anything.
fn judge_attempts(of: &Of, history: &History, complaints: &mut Vec<String>) {
    let texts = of.answers.iter().flat_map(|(answers, _)| answers);
    let mut sent: BTreeMap<&(u32, String), usize> = BTreeMap::new();
    texts.for_each(|answer| *sent.entry(answer).or_default() += 1);
    for (answers, fate) in &of.answers {
        if let (Fate::Refused(code), [(query, text)]) = (fate, &answers[..])
            && code == "stale_query"
            && history.got.get(query) == Some(text)
        {
            complaints.push(format!("I2: {text} was called stale, and is what Lua saw"));
        }
        // Sent once, so that whatever is stored came with this request.
        let known: Vec<bool> = answers
            .iter()
            .filter(|answer| sent[*answer] == 1)
            .filter_map(|(query, text)| history.got.get(query).map(|saw| saw == text))
            .collect();
        if known.iter().any(|stored| *stored != known[0]) {
            complaints.push(format!("I9: a part of a batch was stored: {answers:?}"));
        }
    }
    for query in &history.ended {
        let reached = of.answers.iter().any(|(answers, fate)| {
            !matches!(fate, Fate::Refused(_)) && answers.iter().any(|(number, _)| number == query)
        });
        if !reached {
            complaints.push(format!("I9: query {query} has an answer that nobody gave"));
        }
    }
}

/// I6, and I1 for cancels.
fn judge_cancel(of: &Of, told: &Told, history: &History, complaints: &mut Vec<String>) {
    for fate in &of.cancels {
        let Fate::Done(Reply::Cancelled { first }) = fate else { continue };
        if !told.state.is_terminal() {
            complaints.push(format!("I6: it was cancelled and is {}", told.state));
        } else if *first && told.state != StateName::Cancelled {
            complaints.push(format!("I6: a cancel ended it, and it is {}", told.state));
        }
    }
    if of.cancels.is_empty() && told.state == StateName::Cancelled {
        complaints.push("I6: nobody cancelled it".to_owned());
    }
    let firsts =
        of.cancels.iter().filter(|fate| **fate == Fate::Done(Reply::Cancelled { first: true }));
    if firsts.count() > 1 {
        complaints.push("I6: two requests were the first to cancel it".to_owned());
    }
    let refused = |(_, fate): &(_, Fate)| *fate == Fate::Refused("already_cancelled".to_owned());
    if of.answers.iter().any(refused) && told.state != StateName::Cancelled && !history.cancelling {
        complaints.push("I6: an answer was refused as cancelled".to_owned());
    }
}

/// A history, read.
struct History {
    state: StateName,
    mark: Option<String>,
    begun: BTreeSet<u32>,
    ended: BTreeSet<u32>,
    /// Answers that Lua says it saw.
    got: BTreeMap<u32, String>,
    /// A cancel was requested.
    cancelling: bool,
    flaws: Vec<String>,
}

impl History {
    fn new(entries: &Entries) -> Self {
        let mut history = Self {
            state: StateName::Running,
            mark: None,
            begun: BTreeSet::new(),
            ended: BTreeSet::new(),
            got: BTreeMap::new(),
            cancelling: false,
            flaws: Vec::new(),
        };
        for (place, (_, text)) in entries.iter().enumerate() {
            let entry: Value = serde_json::from_str(text).expect("JSON");
            if (entry["kind"] == "spawned") != (place == 0) {
                history.flaws.push("I4: a history begins with `spawned`, once".to_owned());
            }
            history.read(&entry);
        }
        history
    }

    fn read(&mut self, entry: &Value) {
        if self.state.is_terminal() {
            self.flaws.push(format!("I5: behind the end there is {entry}"));
        }
        match entry["kind"].as_str().unwrap_or_default() {
            "state_transition" => self.moved(entry),
            "llm_call_begin" => {
                let query = number(entry);
                if self.begun.len() + 1 != query as usize || !self.begun.insert(query) {
                    self.flaws.push(format!("I2: query {query} is asked out of order"));
                }
                if self.cancelling {
                    self.flaws.push(format!("I6: query {query} is asked after the cancel"));
                }
            }
            "llm_call_end" => {
                let query = number(entry);
                if !self.begun.contains(&query) || !self.ended.insert(query) {
                    self.flaws.push(format!("I2: query {query} is answered, and is not open"));
                }
            }
            "cancel_requested" if self.cancelling => {
                self.flaws.push("I6: it is cancelled twice".to_owned());
            }
            "cancel_requested" => self.cancelling = true,
            "log" => self.logged(entry["message"].as_str().unwrap_or_default()),
            _ => {}
        }
    }

    fn moved(&mut self, entry: &Value) {
        let state = |key: &str| StateName::parse(entry[key].as_str().unwrap_or_default());
        let (Some(from), Some(to)) = (state("from"), state("to")) else {
            self.flaws.push(format!("I5: unknown states in {entry}"));
            return;
        };
        if from != self.state {
            self.flaws.push(format!("I5: {} goes on as {from}", self.state));
        }
        if self.cancelling && to != StateName::Cancelled {
            self.flaws.push(format!("I6: cancelled, it became {to}"));
        }
        self.state = to;
    }

    fn logged(&mut self, line: &str) {
        let mut parts = line.splitn(3, '\t');
        match (parts.next(), parts.next(), parts.next()) {
            (Some("mark"), Some(mark), None) if self.mark.is_none() => {
                self.mark = Some(mark.to_owned());
            }
            (Some("mark"), Some(_), None) => {
                self.flaws.push("I9: the script's first line is there twice".to_owned());
            }
            (Some("got"), Some(query), Some(answer)) => {
                let query = query.parse().expect("a number");
                if self.got.insert(query, answer.to_owned()).is_some() {
                    self.flaws.push(format!("I2: Lua got the answer to query {query} twice"));
                }
            }
            _ => {}
        }
    }
}

/// The number in an entry's query id.
fn number(entry: &Value) -> u32 {
    let id = entry["query_id"].as_str().unwrap_or_default();
    id.rsplit('.').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}
