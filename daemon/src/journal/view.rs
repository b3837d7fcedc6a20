//! What people and scripts are shown: sessions, their histories and how they ended.

use std::{collections::BTreeMap, ops::ControlFlow};

use alc_core::{
    Budget, CancelReason, Entry, EventView, FORMAT, Key, LogEntry, LogLine, PauseView, Progress,
    Query, QueryView, ResultView, Seq, SessionError, SessionId, SessionView, StateName, Stats,
    Tally, UsageView,
};
use rusqlite::Connection;
use serde_json::value::RawValue;

use super::{
    checksum::Table,
    find::newest,
    lines::LastLines,
    record::{Filter, StoredQuery},
    restore::open_queries,
    row::{Columns, ReadError, Rows, parse_kind, parse_pause, session},
    text::Flaw,
};

/// The size at which a page of a history ends, in bytes; one entry is always on it.
const PAGE: usize = 1 << 20;

/// Finds a query by its number.
const BY_NUMBER: &str = "WHERE session = ?1 AND number = ?2";

/// Some of the journal's sessions.
#[derive(Debug)]
pub(crate) struct Page {
    /// Newest first.
    pub(crate) sessions: Vec<SessionView>,
    /// Those that should be among them, and why they are not.
    pub(crate) damaged: Vec<(String, ReadError)>,
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
        let view = if let Ok(id) = id.parse::<SessionId>() {
            view(db, &id)
        } else {
            let session = id.clone();
            Err(ReadError::Damaged { session, column: "id", source: Flaw::Unknown })
        };
        match view {
            Ok(view) => page.sessions.extend(view),
            Err(error) if error.is_damage() => page.damaged.push((id, error)),
            Err(error) => return Err(error),
        }
    }
    Ok(page)
}

/// One session as it is now.
pub(super) fn view(db: &Connection, id: &SessionId) -> Result<Option<SessionView>, ReadError> {
    session(db, id, |row| {
        let rows = Rows { db, id, n: row.number("n")? };
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
            labels: row.json("labels")?,
            pause: pause(rows, row)?,
            usage: UsageView {
                llm_calls: row.number("asked")?,
                prompt_tokens: tally.prompt().tokens,
                completion_tokens: tally.response().tokens,
                source: tally.total().source,
            },
            budget: budget.is_set().then_some(budget),
            progress,
            log: log(rows, row)?,
        })
    })
}

fn pause(rows: Rows<'_>, row: &Columns<'_>) -> Result<Option<PauseView>, ReadError> {
    if row.is_null("pause_kind")? {
        return Ok(None);
    }
    Ok(Some(PauseView {
        kind: row.word("pause_kind", parse_pause)?,
        paused_at: row.number("paused_at")?,
        queries: open_queries(rows, row, |query| query_view(rows.id, query))?,
    }))
}

fn query_view(id: &SessionId, row: &Columns<'_>) -> Result<QueryView, ReadError> {
    Ok(QueryView { query_id: id.query(row.number("number")?), query: row.json("record")? })
}

/// The latest lines of a log, oldest first.
fn log(rows: Rows<'_>, row: &Columns<'_>) -> Result<Vec<LogEntry>, ReadError> {
    let mut lines = Vec::new();
    for seq in row.json::<LastLines>("lines")?.places() {
        let which = "WHERE session = ?1 AND seq = ?2";
        let line = rows.first(Table::Event, which, (rows.n, seq.0.cast_signed()), |row| {
            Ok(LogEntry { ts: row.number("at")?, line: row.json::<LogLine>("body")? })
        })?;
        lines.push(line.ok_or_else(|| rows.missing("lines"))?);
    }
    Ok(lines)
}

/// The session's rows in the other tables.
fn rows<'a>(db: &'a Connection, id: &'a SessionId) -> Result<Option<Rows<'a>>, ReadError> {
    session(db, id, |row| Ok(Rows { db, id, n: row.number("n")? }))
}

/// A query and perhaps its answer.
pub(super) fn query(
    db: &Connection,
    id: &SessionId,
    number: u32,
) -> Result<Option<StoredQuery>, ReadError> {
    let found = session(db, id, |row| Ok((row.number("n")?, row.number::<u32>("asked")?)))?;
    let Some((n, _)) = found.filter(|(_, asked)| (1..=*asked).contains(&number)) else {
        return Ok(None);
    };
    let rows = Rows { db, id, n };
    let query = rows.first(Table::Query, BY_NUMBER, (n, number), |row| {
        let answer = row.optional_text("answer")?;
        let key = row.optional_word("answer_key", |key| key.parse().ok())?;
        Ok(StoredQuery { query: row.json("record")?, answer, key })
    })?;
    query.map(Some).ok_or_else(|| rows.missing("asked"))
}

/// The number of the first query that was answered with this key.
pub(super) fn answered_with(
    db: &Connection,
    id: &SessionId,
    key: &Key,
) -> Result<Option<u32>, ReadError> {
    let Some(rows) = rows(db, id)? else { return Ok(None) };
    let which = "WHERE session = ?1 AND answer_key = ?2 ORDER BY number LIMIT 1";
    rows.first(Table::Query, which, (rows.n, key.as_str()), |row| {
        row.word("answer_key", |found| (found == key.as_str()).then_some(()))?;
        row.number("number")
    })
}

/// What a session asked with one call, by number.
pub(super) fn queries_of_call(
    db: &Connection,
    id: &SessionId,
    call: u64,
) -> Result<Vec<Query>, ReadError> {
    let found = session(db, id, |row| Ok((row.number("n")?, row.number::<usize>("asked")?)))?;
    let Some((n, asked)) = found else { return Ok(Vec::new()) };
    let rows = Rows { db, id, n };
    let mut queries = rows.all(Table::Query, "WHERE session = ?1 ORDER BY number", [n], |row| {
        Ok((row.number::<u64>("call")?, row.json("record")?))
    })?;
    if queries.len() != asked {
        return Err(rows.missing("asked"));
    }
    queries.retain(|(asked_by, _)| *asked_by == call);
    Ok(queries.into_iter().map(|(_, query)| query).collect())
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
    page(db, id, after, limit, |rows, row, (seq, event)| {
        let answer = answer(rows, row)?;
        let size = event.len() + answer.as_ref().map_or(0, String::len);
        Ok(((seq, event, answer), size))
    })
}

/// The answer that an entry tells of.
fn answer(rows: Rows<'_>, row: &Columns<'_>) -> Result<Option<String>, ReadError> {
    if row.text("kind")? != "llm_call_end" {
        return Ok(None);
    }
    let Entry::LlmCallEnd { query_id, .. } = row.json::<Entry>("body")? else {
        return Err(row.damaged("body", Flaw::Contradiction));
    };
    let answer = rows
        .first(Table::Query, BY_NUMBER, (rows.n, query_id), |row| row.optional_text("answer"))?
        .flatten();
    answer.map(Some).ok_or_else(|| row.damaged("body", Flaw::Contradiction))
}

/// The entries of a history that follow `after`, as JSON of [`EventView`]: at most `limit`, and not
/// many more bytes than [`PAGE`].
pub(super) fn events(
    db: &Connection,
    id: &SessionId,
    after: Seq,
    limit: usize,
) -> Result<Vec<(Seq, String)>, ReadError> {
    page(db, id, after, limit, |_, _, event| {
        let size = event.1.len();
        Ok((event, size))
    })
}

/// What `read` makes of the entries that follow `after`, with their sizes. A history with a gap, or
/// one that ends before the session says, is refused.
fn page<T>(
    db: &Connection,
    id: &SessionId,
    after: Seq,
    limit: usize,
    mut read: impl FnMut(Rows<'_>, &Columns<'_>, (Seq, String)) -> Result<(T, usize), ReadError>,
) -> Result<Vec<T>, ReadError> {
    let found = session(db, id, |row| Ok((row.number("n")?, Seq(row.number("seq")?))))?;
    let Some((n, last)) = found.filter(|(_, last)| *last > after && limit > 0) else {
        return Ok(Vec::new());
    };
    let rows = Rows { db, id, n };
    let (mut page, mut size) = (Vec::new(), 0);
    let which = "WHERE session = ?1 AND seq > ?2 ORDER BY seq";
    rows.each_until(Table::Event, which, (n, after.0.cast_signed()), |row| {
        let (seq, event) = event(rows, row)?;
        if seq != after.plus(page.len() + 1) {
            return Err(row.damaged("seq", Flaw::Contradiction));
        }
        let (told, length) = read(rows, row, (seq, event))?;
        page.push(told);
        size += length;
        let more = page.len() < limit && size < PAGE;
        Ok(if more { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    let whole = page.len() >= limit || size >= PAGE || after.plus(page.len()) == last;
    if whole { Ok(page) } else { Err(rows.missing("seq")) }
}

fn event(rows: Rows<'_>, row: &Columns<'_>) -> Result<(Seq, String), ReadError> {
    let entry: Entry = row.json("body")?;
    let entry = entry.show(rows.id, |number| {
        rows.first(Table::Query, BY_NUMBER, (rows.n, number), |row| query_view(rows.id, row))?
            .ok_or_else(|| row.damaged("body", Flaw::Contradiction))
    })?;
    let (seq, session) = (Seq(row.number("seq")?), rows.id.clone());
    let event = EventView { v: FORMAT, session, seq, at: row.number("at")?, entry };
    let json = serde_json::to_string(&event);
    Ok((seq, json.map_err(|error| row.damaged("body", error.into()))?))
}

/// How a session ended, as JSON of [`ResultView`]; `None` while it has not.
pub(super) fn outcome(db: &Connection, id: &SessionId) -> Result<Option<String>, ReadError> {
    let outcome = session(db, id, |row| {
        if row.is_null("outcome")? {
            return Ok(None);
        }
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
            stats: stats(Rows { db, id, n: row.number("n")? }, row)?,
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
        let json = serde_json::to_string(&result);
        json.map(Some).map_err(|error| row.damaged("outcome", error.into()))
    })?;
    Ok(outcome.flatten())
}

/// What a session that has ended used, and what it recorded about itself.
fn stats(rows: Rows<'_>, row: &Columns<'_>) -> Result<Stats, ReadError> {
    let tally: Tally = row.json("tally")?;
    let [from, to]: [i64; 2] = [row.number("created_at")?, row.number("finished_at")?];
    // The clock may have been set back.
    let elapsed = u64::try_from(to.saturating_sub(from)).unwrap_or_default();
    let auto = tally.figures(elapsed, row.number("asked")?, row.json("budget")?);
    let which = "INDEXED BY effect_stats WHERE session = ?1 AND kind = 'stats' ORDER BY n";
    let (mut custom, mut records) = (BTreeMap::new(), 0);
    rows.each(Table::Effect, which, [rows.n], |row| {
        custom.extend(row.json::<BTreeMap<String, Box<RawValue>>>("result")?);
        records += 1;
        Ok(())
    })?;
    if records != tally.records() {
        return Err(rows.missing("tally"));
    }
    Ok(Stats { auto, custom })
}

/// The value as it was stored, byte for byte.
fn value(row: &Columns<'_>) -> Result<Box<RawValue>, ReadError> {
    RawValue::from_string(row.text("outcome")?)
        .map_err(|error| row.damaged("outcome", error.into()))
}
