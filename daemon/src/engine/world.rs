//! What a script has asked of the world: looked up in its journal first, and only then answered.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use alc_core::{
    CallKind, CallResult, Caller, Difference, Event, Fingerprint, ForkChild, Lookup, Query, Replay,
    Reply, Script, Settings,
};
use mlua::Lua;
use tokio_util::sync::CancellationToken;

use super::{
    budget::Account,
    convert::ArrayMark,
    fork::Wanted,
    operation::{self, Operation, Outcome, Place, Take},
    vm::Outside,
};
use crate::{clock, packages::Package};

/// The longest prompt, answer, result or context, in bytes of JSON.
pub(crate) const PAYLOAD_LIMIT: usize = 16 << 20;
/// Calls waiting for the journal, after which the script yields so that they get there.
const MADE_LIMIT: usize = 1024;
const MADE_BYTES: usize = 1 << 20;

/// A call that the journal does not have yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Made {
    /// Its place among the script's calls, from 0.
    pub(crate) n: u64,
    pub(crate) kind: CallKind,
    pub(crate) fingerprint: Fingerprint,
    /// What it returned, as JSON text; `None` for queries, and for what it only intends.
    pub(crate) result: Option<String>,
    /// What it is about to change.
    pub(crate) intent: Option<String>,
    /// The journal has its intent, and only the result is new.
    pub(crate) intended: bool,
    /// What it asked, with the queries' numbers.
    pub(crate) queries: Vec<(u32, Query)>,
    /// What it told whoever watches.
    pub(crate) told: Option<Event>,
}

impl Made {
    fn new(n: u64, kind: CallKind, fingerprint: Fingerprint) -> Self {
        Self {
            n,
            kind,
            fingerprint,
            result: None,
            intent: None,
            intended: false,
            queries: Vec::new(),
            told: None,
        }
    }

    fn with_result(self, result: String) -> Self {
        Self { result: Some(result), ..self }
    }
}

/// Why a script stands still in the middle of a call.
#[derive(Debug)]
pub(super) enum Pending {
    /// It waits for answers, one for each query from `first` on.
    Answers {
        first: u32,
        count: u32,
        /// The script takes one string, not a list.
        single: bool,
        /// Their answers, where the journal has them and the session waits all the same.
        replies: Option<Vec<Reply>>,
        /// About how many tokens each of them has.
        tokens: Vec<u64>,
    },
    /// It waits for children; `None` once they are under way.
    Fork(Option<Vec<Wanted>>),
    /// It waits for an operation; `None` once that is under way.
    Operation(Option<Operation>, Place),
    /// It did something else than its journal says.
    Diverged(Box<Departure>),
    /// It used up its memory.
    OutOfMemory,
}

/// Where a script left its journal.
#[derive(Debug)]
pub(super) struct Departure {
    pub(super) difference: Difference,
    /// The call it made instead; `None` if it ended.
    pub(super) instead: Option<(CallKind, String)>,
    /// The Lua line that made it, where known.
    pub(super) line: Option<String>,
}

/// The script left its journal; the reason is kept, and the script must not go on.
#[derive(Debug)]
pub(super) struct Departed;

/// A question's way: known already, or to wait for.
pub(super) enum Asked {
    Answered(Vec<Reply>),
    Waits,
}

/// An operation's way: its outcome is known already, or to wait for.
pub(super) enum Operated {
    Known(Outcome),
    Waits,
}

/// One script's side of its journal; lives in the VM as app data.
#[derive(Debug)]
pub(super) struct World {
    replay: Replay,
    made: Vec<Made>,
    made_bytes: usize,
    asked: u32,
    /// How many of them the child of a fork asked that holds this world.
    pub(super) asked_by_child: u32,
    pub(super) pending: Option<Pending>,
    pub(super) mark: ArrayMark,
    pub(super) account: Account,
    seed: u64,
    started_at: i64,
    stood_still: i64,
    pub(super) caller: Caller,
    /// The variables in `alc.env`.
    pub(super) env: BTreeMap<String, String>,
    pub(super) settings: Settings,
    /// What the script has required of, as it was then.
    pub(super) packages: Vec<Arc<Package>>,
    pub(super) home: Arc<Path>,
    /// Where a child of a fork keeps its `alc.state`, while it holds this world.
    pub(super) namespace: Option<String>,
    /// Which child that is.
    pub(super) child: Option<ForkChild>,
    /// Cancelled when the session is.
    pub(super) token: CancellationToken,
}

impl World {
    pub(super) fn new(replay: Replay, script: &Script, outside: Outside, mark: ArrayMark) -> Self {
        Self {
            replay,
            made: Vec::new(),
            made_bytes: 0,
            asked: 0,
            asked_by_child: 0,
            pending: None,
            mark,
            account: Account::new(script.budget),
            seed: script.seed,
            started_at: script.started_at,
            stood_still: script.stood_still,
            caller: script.caller.clone(),
            env: script.env.clone(),
            settings: script.settings.clone(),
            packages: Vec::new(),
            home: outside.home,
            namespace: None,
            child: None,
            token: outside.token,
        }
    }

    /// What the journal does not have yet, once. A slice may end between a question and the yield
    /// that waits for its answers; the question then stays here, to be published with its pause.
    pub(super) fn take_made(&mut self, slice_over: bool) -> Vec<Made> {
        self.made_bytes = 0;
        let question = self.made.iter().position(|made| !made.queries.is_empty());
        let stays = question.filter(|_| slice_over).map(|place| self.made.split_off(place));
        std::mem::replace(&mut self.made, stays.unwrap_or_default())
    }

    /// Whether the script should yield, so that its calls reach the journal.
    pub(super) fn is_full(&self) -> bool {
        self.made.len() >= MADE_LIMIT || self.made_bytes >= MADE_BYTES
    }

    /// Where a path of the script's is.
    pub(super) fn located(&self, path: &str) -> PathBuf {
        self.caller.folder.as_deref().map_or(Path::new(""), Path::new).join(path)
    }

    /// When the session was spawned, in Unix milliseconds.
    pub(super) fn started_at(&self) -> i64 {
        self.started_at
    }

    /// How many queries were asked so far, a fork's included; by a child, how many it asked itself.
    pub(super) fn asked(&self) -> u32 {
        if self.namespace.is_some() { self.asked_by_child } else { self.asked }
    }

    fn count(&mut self, queries: u32) {
        self.asked += queries;
        self.asked_by_child += queries;
        self.account.asked(queries);
    }

    /// Milliseconds since the session was spawned, its pauses included; 0 unless the budget needs it.
    pub(super) fn elapsed(&mut self, lua: &Lua) -> Result<u64, Departed> {
        if !self.account.needs_clock() {
            return Ok(0);
        }
        let stood_still = self.stood_still;
        let now = || clock::now().saturating_sub(stood_still).to_string();
        let now = self.effect(lua, CallKind::Time, "", now)?;
        let now: i64 = now.parse().unwrap_or(self.started_at);
        // The clock may have been set back since.
        Ok(u64::try_from(now.saturating_sub(self.started_at)).unwrap_or_default())
    }

    /// Takes the answers that the script waits for; says whether it takes one string, not a list.
    pub(super) fn answered(&mut self, replies: &[Reply]) -> bool {
        let Some(Pending::Answers { single, tokens, .. }) = self.pending.take() else {
            return false;
        };
        for (tokens, reply) in tokens.into_iter().zip(replies) {
            self.account.answered(tokens, reply);
        }
        single
    }

    /// The next of the session's random seeds (`SplitMix64`, Steele, Lea, Flood 2014).
    pub(super) fn next_seed(&mut self) -> u64 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.seed;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// The result of a call that takes no time: the recorded one, else `fresh`'s, as JSON text.
    pub(super) fn effect(
        &mut self,
        lua: &Lua,
        kind: CallKind,
        arguments: &str,
        fresh: impl FnOnce() -> String,
    ) -> Result<String, Departed> {
        let fingerprint = fingerprint(kind, arguments);
        let n = self.replay.made();
        match self.replay.next(kind, &fingerprint) {
            Lookup::Recorded(CallResult::Value(text)) => Ok(text),
            Lookup::New => {
                let result = fresh();
                self.made_bytes += result.len();
                self.made.push(Made::new(n, kind, fingerprint).with_result(result.clone()));
                Ok(result)
            }
            other => Err(self.depart(lua, other, kind, arguments.to_owned())),
        }
    }

    /// Tells whoever watches, unless they were told before; `text` is all that was said.
    pub(super) fn tell(
        &mut self,
        lua: &Lua,
        kind: CallKind,
        text: String,
        event: Event,
    ) -> Result<(), Departed> {
        let fingerprint = fingerprint(kind, &text);
        let n = self.replay.made();
        match self.replay.next(kind, &fingerprint) {
            Lookup::Recorded(_) => Ok(()),
            Lookup::New => {
                self.made_bytes += text.len();
                let made = Made::new(n, kind, fingerprint).with_result("null".to_owned());
                self.made.push(Made { told: Some(event), ..made });
                Ok(())
            }
            other => Err(self.depart(lua, other, kind, text)),
        }
    }

    /// Asks queries, all at once; `json` is their JSON text.
    pub(super) fn ask(
        &mut self,
        lua: &Lua,
        queries: Vec<Query>,
        json: String,
        single: bool,
    ) -> Result<Asked, Departed> {
        let kind = CallKind::Llm;
        let fingerprint = fingerprint(kind, &json);
        let n = self.replay.made();
        let first = self.asked + 1;
        let count = u32::try_from(queries.len()).unwrap_or(u32::MAX);
        let tokens: Vec<u64> = queries.iter().map(Query::tokens).collect();
        match self.replay.next(kind, &fingerprint) {
            Lookup::Recorded(CallResult::Answers(answers)) => {
                self.count(count);
                let replies: Vec<_> = answers.into_iter().flatten().collect();
                if self.namespace.is_some() {
                    // The children of a fork wait for each other, in replay as they did before.
                    let replies = Some(replies);
                    self.pending = Some(Pending::Answers { first, count, single, replies, tokens });
                    return Ok(Asked::Waits);
                }
                for (tokens, reply) in tokens.into_iter().zip(&replies) {
                    self.account.answered(tokens, reply);
                }
                return Ok(Asked::Answered(replies));
            }
            Lookup::Open => {}
            Lookup::New => {
                // Not among what replay compares: whose place it is follows from the order of calls.
                let of_child = |query| Query { child: self.child.clone(), ..query };
                let queries = (first..).zip(queries.into_iter().map(of_child)).collect();
                self.made.push(Made { queries, ..Made::new(n, kind, fingerprint) });
            }
            other => return Err(self.depart(lua, other, kind, json)),
        }
        self.count(count);
        self.pending = Some(Pending::Answers { first, count, single, replies: None, tokens });
        Ok(Asked::Waits)
    }

    /// Has an operation done whose `arguments` are all that it depends on.
    pub(super) fn operate(
        &mut self,
        lua: &Lua,
        kind: CallKind,
        arguments: String,
        operation: Operation,
    ) -> Result<Operated, Departed> {
        if matches!(self.pending, Some(Pending::Diverged(_) | Pending::OutOfMemory)) {
            return Err(Departed);
        }
        let fingerprint = fingerprint(kind, &arguments);
        let n = self.replay.made();
        let intent = match self.replay.next(kind, &fingerprint) {
            Lookup::Recorded(CallResult::Value(text)) => {
                let outcome = operation::load(&text);
                return Ok(Operated::Known(self.taken(outcome, operation.take)));
            }
            Lookup::Intended(intent) => Some(intent),
            Lookup::New => None,
            other => return Err(self.depart(lua, other, kind, arguments)),
        };
        let (intended, take) = (intent.is_some(), operation.take);
        let place = Place { n, kind, fingerprint, intended, take };
        self.pending = Some(Pending::Operation(Some(operation.with_intent(intent)), place));
        Ok(Operated::Waits)
    }

    /// Notes what the operation under way is about to change: all that the journal must have first.
    pub(super) fn intends(&mut self, intent: String) -> Vec<Made> {
        if let Some(Pending::Operation(_, place)) = &mut self.pending {
            place.intended = true;
            let made = Made::new(place.n, place.kind, place.fingerprint);
            self.made.push(Made { intent: Some(intent), ..made });
        }
        self.take_made(false)
    }

    /// Takes the outcome of the operation that the script waits for; returns what it is told.
    pub(super) fn operated(&mut self, outcome: Outcome) -> Outcome {
        let Some(Pending::Operation(_, place)) = self.pending.take() else { return outcome };
        let result = operation::store(&outcome);
        self.made_bytes += result.len();
        let made = Made::new(place.n, place.kind, place.fingerprint).with_result(result);
        self.made.push(Made { intended: place.intended, ..made });
        self.taken(outcome, place.take)
    }

    fn taken(&mut self, outcome: Outcome, take: Option<Take>) -> Outcome {
        match take {
            Some(take) => outcome.and_then(|value| take(self, &value)),
            None => outcome,
        }
    }

    /// The script has ended: did it make every call on record? A child of a fork need not.
    pub(super) fn finish(&mut self) -> Result<(), Departure> {
        if self.namespace.is_some() {
            return Ok(());
        }
        self.replay.finish().map_err(|difference| Departure {
            difference,
            instead: None,
            line: None,
        })
    }

    fn depart(&mut self, lua: &Lua, found: Lookup, kind: CallKind, text: String) -> Departed {
        let difference = match found {
            Lookup::Diverged(difference) => *difference,
            _ => Difference { after: self.replay.made(), recorded: None },
        };
        let instead = Some((kind, text));
        let departure = Departure { difference, instead, line: script_line(lua) };
        self.pending = Some(Pending::Diverged(Box::new(departure)));
        Departed
    }
}

fn fingerprint(kind: CallKind, arguments: &str) -> Fingerprint {
    let mut hasher = blake3::Hasher::new();
    hasher.update(kind.as_str().as_bytes());
    hasher.update(&[0]);
    hasher.update(arguments.as_bytes());
    let mut fingerprint = Fingerprint::default();
    hasher.finalize_xof().fill(&mut fingerprint);
    fingerprint
}

/// The innermost line of the script's own code, as `chunk:line`.
fn script_line(lua: &Lua) -> Option<String> {
    (1..20).find_map(|level| {
        lua.inspect_stack(level, |frame| {
            let source = frame.source();
            let name = source.short_src.as_deref()?;
            let line = frame.current_line()?;
            (source.what == "Lua" || source.what == "main")
                .then(|| (name != super::prelude::STRIPPED).then(|| format!("{name}:{line}")))
                .flatten()
        })
        .flatten()
    })
}

#[cfg(test)]
mod tests {
    use alc_core::LogLine;

    use super::*;

    fn world(replay: Replay) -> (Lua, World) {
        let lua = Lua::new();
        let mark = ArrayMark::new(&lua).expect("a table");
        let script = Script {
            source: String::new(),
            chunk: String::new(),
            ctx: "{}".to_owned(),
            seed: 7,
            ..Script::default()
        };
        let outside = Outside::bare(CancellationToken::new());
        (lua, World::new(replay, &script, outside, mark))
    }

    #[test]
    fn an_effect_is_asked_once_and_then_remembered() {
        let (lua, mut world) = world(Replay::default());
        let first = world.effect(&lua, CallKind::Time, "", || "1.5".to_owned()).expect("new");
        let made = world.take_made(false);
        let calls = made
            .into_iter()
            .map(|made| alc_core::Call {
                kind: made.kind,
                fingerprint: made.fingerprint,
                result: CallResult::Value(made.result.expect("a value")),
            })
            .collect();
        let (lua, mut again) = self::world(Replay::new(calls));
        let replayed =
            again.effect(&lua, CallKind::Time, "", || "9.9".to_owned()).expect("recorded");
        assert_eq!(replayed, first);
        assert!(again.take_made(false).is_empty());
    }

    #[test]
    fn a_question_reaches_the_journal_only_with_its_pause() {
        let (lua, mut world) = world(Replay::default());
        let line = LogLine { level: "info".into(), source: "print".into(), message: "hi".into() };
        world.tell(&lua, CallKind::Log, "hi".into(), Event::Logged(line)).expect("new");
        let query: Query =
            serde_json::from_str(r#"{"prompt":"a","max_tokens":7}"#).expect("a query");
        world.ask(&lua, vec![query], "[]".to_owned(), true).map(|_| ()).expect("new");
        let before: Vec<_> = world.take_made(true).iter().map(|made| made.kind).collect();
        assert_eq!(before, [CallKind::Log]);
        assert!(world.take_made(true).is_empty());
        let paused: Vec<_> = world.take_made(false).iter().map(|made| made.kind).collect();
        assert_eq!(paused, [CallKind::Llm]);
    }

    #[test]
    fn seeds_differ_and_repeat() {
        let (_, mut one) = world(Replay::default());
        let (_, mut two) = world(Replay::default());
        let seeds: Vec<_> = (0..3).map(|_| one.next_seed()).collect();
        assert_eq!(seeds, (0..3).map(|_| two.next_seed()).collect::<Vec<_>>());
        assert_ne!(seeds[0], seeds[1]);
    }
}
