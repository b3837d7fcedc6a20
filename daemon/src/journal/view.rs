//! What people and scripts are shown: sessions, their histories and how they ended.

use std::collections::BTreeMap;

use alc_core::{
    Budget, CancelReason, Entry, EventView, FORMAT, Key, LogEntry, LogLine, PauseView, Progress,
    Query, QueryView, ResultView, Seq, SessionError, SessionId, SessionView, StateName, Stats,
    Tally, UsageView,
};
use rusqlite::Connection;
use serde_json::value::RawValue;

use super::{
    find::{newest, row_number},
    record::{Filter, StoredQuery},
    row::{Columns, ReadError, all, first, for_each, parse_kind, parse_pause},
    text::Flaw,
};

/// How many lines of its log a session shows.
const LOG_LINES: i64 = 20;

/// The size at which a page of a history ends, in bytes; one entry is always on it.
const PAGE: usize = 1 << 20;

/// Some of the journal's sessions.
#[derive(Debug)]
pub(crate) struct Page {
    /// Newest first.
    pub(crate) sessions: Vec<SessionView>,
    /// Why sessions are missing that should be among them.
    pub(crate) damaged: Vec<ReadError>,
    /// Where the next page begins, if there is one.
    pub(crate) next: Option<u64>,
}

/// One page of the sessions, see [`newest`].
pub(super) fn list(
    db: &Connection,
    filter: &Filter,
    limit: usize,
    after: Option<u64>,
) -> Result<Page, ReadError> {
    // One more than asked for says whether there is another page.
    let mut found = newest(db, filter, after, limit.saturating_add(1))?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|(n, _)| *n);
    let mut page = Page { sessions: Vec::with_capacity(found.len()), damaged: vec![], next };
    for (_, id) in found {
        let view = match id.parse::<SessionId>() {
            Ok(id) => view(db, &id),
            Err(_) => Err(ReadError::Damaged { session: id, column: "id", source: Flaw::Unknown }),
        };
        match view {
            Ok(view) => page.sessions.extend(view),
            Err(error @ ReadError::Damaged { .. }) => page.damaged.push(error),
            Err(error) => return Err(error),
        }
    }
    Ok(page)
}

/// One session as it is now.
pub(super) fn view(db: &Connection, id: &SessionId) -> Result<Option<SessionView>, ReadError> {
    let sql = "SELECT n, name, kind, state, seq, created_at, changed_at, deadline_at, paused_at,
                   pause_kind, asked, tally, budget, progress
               FROM session WHERE id = ?1";
    first(db, id.as_str(), sql, [id.as_str()], |row| {
        let n = row.number("n")?;
        let progress: Option<Progress> = row.optional_json("progress")?;
        let budget: Budget = row.json("budget")?;
        let tally: Tally = row.json("tally")?;
        Ok(SessionView {
            v: FORMAT,
            id: id.clone(),
            name: row.optional_text("name")?,
            kind: row.word("kind", parse_kind)?,
            state: row.word("state", StateName::parse)?,
            seq: Seq(row.number("seq")?),
            created_at: row.number("created_at")?,
            changed_at: row.number("changed_at")?,
            deadline_at: row.optional_number("deadline_at")?,
            labels: labels(db, id, n)?,
            pause: pause(db, id, n, row)?,
            usage: UsageView {
                llm_calls: row.number("asked")?,
                prompt_tokens: tally.prompt().tokens,
                completion_tokens: tally.response().tokens,
                source: tally.total().source,
            },
            budget: budget.is_set().then_some(budget),
            progress,
            log: log(db, id, n)?,
        })
    })
}

fn labels(db: &Connection, id: &SessionId, n: i64) -> Result<BTreeMap<String, String>, ReadError> {
    let sql = "SELECT key, value FROM label WHERE session = ?1";
    let labels = all(db, id.as_str(), sql, [n], |row| Ok((row.text("key")?, row.text("value")?)))?;
    Ok(labels.into_iter().collect())
}

fn pause(
    db: &Connection,
    id: &SessionId,
    n: i64,
    row: &Columns<'_>,
) -> Result<Option<PauseView>, ReadError> {
    if row.is_null("pause_kind")? {
        return Ok(None);
    }
    let sql = "SELECT number, record FROM query INDEXED BY query_open
               WHERE session = ?1 AND answer IS NULL ORDER BY number";
    Ok(Some(PauseView {
        kind: row.word("pause_kind", parse_pause)?,
        paused_at: row.number("paused_at")?,
        queries: all(db, id.as_str(), sql, [n], |row| query_view(id, row))?,
    }))
}

fn query_view(id: &SessionId, row: &Columns<'_>) -> Result<QueryView, ReadError> {
    Ok(QueryView { query_id: id.query(row.number("number")?), query: row.json("record")? })
}

/// The latest lines of a log, oldest first.
fn log(db: &Connection, id: &SessionId, n: i64) -> Result<Vec<LogEntry>, ReadError> {
    let sql = "SELECT at, body FROM event INDEXED BY event_log
               WHERE session = ?1 AND kind = 'log' ORDER BY seq DESC LIMIT ?2";
    let mut lines = all(db, id.as_str(), sql, (n, LOG_LINES), |row| {
        let line: LogLine = row.json("body")?;
        Ok(LogEntry { at: row.number("at")?, line })
    })?;
    lines.reverse();
    Ok(lines)
}

/// A query and perhaps its answer.
pub(super) fn query(
    db: &Connection,
    id: &SessionId,
    number: u32,
) -> Result<Option<StoredQuery>, ReadError> {
    let Some(n) = row_number(db, id)? else { return Ok(None) };
    let sql = "SELECT record, answer, answer_key FROM query WHERE session = ?1 AND number = ?2";
    first(db, id.as_str(), sql, (n, number), |row| {
        let answer = row.optional_text("answer")?;
        let key = row.optional_word("answer_key", |key| key.parse().ok())?;
        Ok(StoredQuery { query: row.json("record")?, answer, key })
    })
}

/// The number of the first query that was answered with this key.
pub(super) fn answered_with(
    db: &Connection,
    id: &SessionId,
    key: &Key,
) -> Result<Option<u32>, ReadError> {
    let Some(n) = row_number(db, id)? else { return Ok(None) };
    let sql = "SELECT number FROM query WHERE session = ?1 AND answer_key = ?2
               ORDER BY number LIMIT 1";
    first(db, id.as_str(), sql, (n, key.as_str()), |row| row.number("number"))
}

/// What a session asked with one call, by number.
pub(super) fn queries_of_call(
    db: &Connection,
    id: &SessionId,
    call: u64,
) -> Result<Vec<Query>, ReadError> {
    let Some(n) = row_number(db, id)? else { return Ok(Vec::new()) };
    let sql = "SELECT record FROM query WHERE session = ?1 AND call = ?2 ORDER BY number";
    all(db, id.as_str(), sql, (n, call.cast_signed()), |row| row.json("record"))
}

/// An entry of a history: its place, its [`EventView`] as JSON, and the answer it tells of.
pub(crate) type Told = (Seq, String, Option<String>);

/// As [`events`], with the texts of the answers.
pub(super) fn transcript(
    db: &Connection,
    id: &SessionId,
    after: Seq,
    limit: usize,
) -> Result<Vec<Told>, ReadError> {
    let Some(n) = row_number(db, id)? else { return Ok(Vec::new()) };
    let sql = "SELECT seq, at, kind, body FROM event WHERE session = ?1 AND seq > ?2 ORDER BY seq";
    let mut statement = db.prepare_cached(sql)?;
    let place = i64::try_from(after.0).unwrap_or(i64::MAX);
    let mut rows = statement.query((n, place))?;
    let (mut told, mut size) = (Vec::new(), 0);
    while told.len() < limit && size < PAGE {
        let Some(row) = rows.next()? else { break };
        let row = Columns::new(db, row, id.as_str());
        let (seq, event) = event(db, id, n, &row)?;
        follows(&row, seq, after.plus(told.len()))?;
        let answer = answer(db, id, n, &row)?;
        size += event.len() + answer.as_ref().map_or(0, String::len);
        told.push((seq, event, answer));
    }
    Ok(told)
}

/// The answer that an entry tells of.
fn answer(
    db: &Connection,
    id: &SessionId,
    n: i64,
    row: &Columns<'_>,
) -> Result<Option<String>, ReadError> {
    if row.text("kind")? != "llm_call_end" {
        return Ok(None);
    }
    let Entry::LlmCallEnd { query_id, .. } = row.json::<Entry>("body")? else {
        return Err(row.damaged("body", Flaw::Contradiction));
    };
    let sql = "SELECT answer FROM query WHERE session = ?1 AND number = ?2";
    let answer = first(db, id.as_str(), sql, (n, query_id), |row| row.optional_text("answer"))?;
    answer.flatten().map(Some).ok_or_else(|| row.damaged("body", Flaw::Contradiction))
}

/// The entries of a history that follow `after`, as JSON of [`EventView`]: at most `limit`, and not
/// many more bytes than [`PAGE`].
pub(super) fn events(
    db: &Connection,
    id: &SessionId,
    after: Seq,
    limit: usize,
) -> Result<Vec<(Seq, String)>, ReadError> {
    let Some(n) = row_number(db, id)? else { return Ok(Vec::new()) };
    let sql = "SELECT seq, at, body FROM event WHERE session = ?1 AND seq > ?2 ORDER BY seq";
    let mut statement = db.prepare_cached(sql)?;
    let place = i64::try_from(after.0).unwrap_or(i64::MAX);
    let mut rows = statement.query((n, place))?;
    let (mut events, mut size) = (Vec::new(), 0);
    while events.len() < limit && size < PAGE {
        let Some(row) = rows.next()? else { break };
        let row = Columns::new(db, row, id.as_str());
        let (seq, event) = event(db, id, n, &row)?;
        follows(&row, seq, after.plus(events.len()))?;
        size += event.len();
        events.push((seq, event));
    }
    Ok(events)
}

/// Refuses a history with a gap.
fn follows(row: &Columns<'_>, seq: Seq, last: Seq) -> Result<(), ReadError> {
    if seq == last.plus(1) { Ok(()) } else { Err(row.damaged("seq", Flaw::Contradiction)) }
}

fn event(
    db: &Connection,
    id: &SessionId,
    n: i64,
    row: &Columns<'_>,
) -> Result<(Seq, String), ReadError> {
    let entry: Entry = row.json("body")?;
    let entry = entry.show(id, |number| {
        let sql = "SELECT number, record FROM query WHERE session = ?1 AND number = ?2";
        first(db, id.as_str(), sql, (n, number), |row| query_view(id, row))?
            .ok_or_else(|| row.damaged("body", Flaw::Contradiction))
    })?;
    let seq = Seq(row.number("seq")?);
    let event = EventView { v: FORMAT, session: id.clone(), seq, at: row.number("at")?, entry };
    let json = serde_json::to_string(&event);
    Ok((seq, json.map_err(|error| row.damaged("body", error.into()))?))
}

/// How a session ended, as JSON of [`ResultView`]; `None` while it has not.
pub(super) fn outcome(db: &Connection, id: &SessionId) -> Result<Option<String>, ReadError> {
    let sql =
        "SELECT n, state, outcome, state_before, created_at, finished_at, asked, tally, budget
               FROM session WHERE id = ?1 AND outcome IS NOT NULL";
    first(db, id.as_str(), sql, [id.as_str()], |row| {
        let state = row.word("state", StateName::parse)?;
        let mut result = ResultView {
            v: FORMAT,
            session: id.clone(),
            state,
            value: None,
            error: None,
            reason: None,
            state_before: None,
            finished_at: row.number("finished_at")?,
            stats: stats(db, id, row)?,
        };
        match state {
            StateName::Done => result.value = Some(value(row)?),
            StateName::Failed => result.error = Some(row.json::<SessionError>("outcome")?),
            StateName::Cancelled => {
                result.reason = Some(row.json::<CancelReason>("outcome")?);
                result.state_before = Some(row.word("state_before", StateName::parse)?);
            }
            StateName::Running | StateName::Paused => {
                return Err(row.damaged("outcome", Flaw::Contradiction));
            }
        }
        serde_json::to_string(&result).map_err(|error| row.damaged("outcome", error.into()))
    })
}

/// What a session that has ended used, and what it recorded about itself.
fn stats(db: &Connection, id: &SessionId, row: &Columns<'_>) -> Result<Stats, ReadError> {
    let tally: Tally = row.json("tally")?;
    let [from, to]: [i64; 2] = [row.number("created_at")?, row.number("finished_at")?];
    // The clock may have been set back.
    let elapsed = u64::try_from(to.saturating_sub(from)).unwrap_or_default();
    let auto = tally.figures(elapsed, row.number("asked")?, row.json("budget")?);
    let sql = "SELECT result FROM effect INDEXED BY effect_stats
               WHERE session = ?1 AND kind = 'stats' ORDER BY n";
    let n: i64 = row.number("n")?;
    let mut custom = BTreeMap::new();
    for_each(db, id.as_str(), sql, [n], |row| {
        custom.extend(row.json::<BTreeMap<String, Box<RawValue>>>("result")?);
        Ok(())
    })?;
    Ok(Stats { auto, custom })
}

/// The value as it was stored, byte for byte.
fn value(row: &Columns<'_>) -> Result<Box<RawValue>, ReadError> {
    RawValue::from_string(row.text("outcome")?)
        .map_err(|error| row.damaged("outcome", error.into()))
}
