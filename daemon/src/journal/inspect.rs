//! Reads a session that somebody else has written, as a whole: whatever it says must be what this
//! journal could have said.

use std::collections::BTreeSet;

use alc_core::{Entry, Key, Label, Name, Query, SessionId, State};
use rusqlite::{Connection, ffi};

use super::{
    restore,
    row::{ReadError, all, for_each},
    text::{Flaw, load},
    view,
};

/// What the only session of this database is, if it is whole.
pub(super) struct Whole {
    pub(super) id: SessionId,
    pub(super) name: Option<Name>,
    pub(super) state: State,
}

/// Looks at every row and every text.
pub(super) fn inspect(db: &Connection) -> Result<Whole, ReadError> {
    check_pages(db)?;
    let id = only_session(db)?;
    check_texts(db, &id)?;
    let missing = || contradiction(&id, "id");
    let state = restore::snapshot(db, &id)?.ok_or_else(missing)?.state;
    let recording = restore::recording(db, &id)?.ok_or_else(missing)?;
    restore::prelude(db, &id)?.ok_or_else(missing)?;
    let view = view::view(db, &id)?.ok_or_else(missing)?;
    let name = view.name.map(|name| name.parse()).transpose();
    let name = name.map_err(|_| contradiction(&id, "name"))?;
    for (key, value) in &view.labels {
        let label = format!("{key}={value}").parse::<Label>();
        label.map_err(|_| contradiction(&id, "label"))?;
    }
    if view::outcome(db, &id)?.is_some() != state.name().is_terminal() {
        return Err(contradiction(&id, "outcome"));
    }
    let answered = answered(db, &id)?;
    let open = answered.len() < recording.asked as usize;
    if open && matches!(state, State::Running { .. } | State::Done | State::Failed) {
        return Err(contradiction(&id, "state"));
    }
    check_history(db, &id, view.seq.0, recording.asked, &answered)?;
    Ok(Whole { id, name, state })
}

fn contradiction(id: &SessionId, column: &'static str) -> ReadError {
    ReadError::Damaged { session: id.to_string(), column, source: Flaw::Contradiction }
}

/// SQLite's own look at every page, and at what the tables' declarations ask for.
fn check_pages(db: &Connection) -> Result<(), ReadError> {
    let verdict: String = db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if verdict == "ok" {
        return Ok(());
    }
    let corrupt = ffi::Error::new(ffi::SQLITE_CORRUPT);
    Err(rusqlite::Error::SqliteFailure(corrupt, Some(verdict)).into())
}

/// The session that every row belongs to; its number is 1.
fn only_session(db: &Connection) -> Result<SessionId, ReadError> {
    let sessions = all(db, "?", "SELECT n, id FROM session", [], |row| {
        Ok((row.number::<i64>("n")?, row.text("id")?))
    })?;
    let only = match &sessions[..] {
        [(1, id)] => id.parse::<SessionId>().ok(),
        _ => None,
    };
    let damaged = |column| ReadError::Damaged {
        session: "?".to_owned(),
        column,
        source: Flaw::Contradiction,
    };
    let id = only.ok_or_else(|| damaged("id"))?;
    let others = "SELECT EXISTS (SELECT 1 FROM event WHERE session <> 1)
                      OR EXISTS (SELECT 1 FROM effect WHERE session <> 1)
                      OR EXISTS (SELECT 1 FROM query WHERE session <> 1)
                      OR EXISTS (SELECT 1 FROM label WHERE session <> 1)";
    if db.query_row(others, [], |row| row.get::<_, bool>(0))? {
        return Err(damaged("session"));
    }
    Ok(id)
}

/// Every text must be what its hash says.
fn check_texts(db: &Connection, id: &SessionId) -> Result<(), ReadError> {
    for_each(db, id.as_str(), "SELECT hash FROM blob", [], |row| {
        let hash: [u8; blake3::OUT_LEN] = row.bytes("hash")?;
        let text = load(db, rusqlite::types::ValueRef::Blob(&hash));
        text.map(drop).map_err(|flaw| row.damaged("hash", flaw))
    })
}

/// The numbers of the queries that are answered, after a look at all of them; they are numbered from 1 without a gap.
fn answered(db: &Connection, id: &SessionId) -> Result<BTreeSet<u32>, ReadError> {
    let (mut count, mut answered) = (0, BTreeSet::new());
    let sql = "SELECT number, answer IS NOT NULL AS answered, record, answer_key, tokens, asked_at,
                      answered_at
               FROM query ORDER BY number";
    for_each(db, id.as_str(), sql, [], |row| {
        count += 1;
        row.json::<Query>("record")?;
        row.optional_word("answer_key", |key| key.parse::<Key>().ok())?;
        row.number::<u64>("tokens")?;
        row.number::<i64>("asked_at")?;
        row.optional_number::<i64>("answered_at")?;
        if row.number::<u32>("number")? != count {
            return Err(row.damaged("number", Flaw::Contradiction));
        }
        answered.extend((row.number::<u8>("answered")? == 1).then_some(count));
        Ok(())
    })?;
    Ok(answered)
}

/// The history must be there without a gap, and may tell only of queries that were asked, and of
/// answers that were given.
fn check_history(
    db: &Connection,
    id: &SessionId,
    last: u64,
    asked: u32,
    answered: &BTreeSet<u32>,
) -> Result<(), ReadError> {
    let mut seq = 0;
    let sql = "SELECT seq, at, kind, body FROM event ORDER BY seq";
    for_each(db, id.as_str(), sql, [], |row| {
        seq += 1;
        let entry: Entry = row.json("body")?;
        let possible = match &entry {
            Entry::PauseRequested { pause } => {
                pause.queries.iter().all(|query| (1..=asked).contains(query))
            }
            Entry::LlmCallEnd { query_id, .. } => answered.contains(query_id),
            _ => true,
        };
        let at = row.number::<i64>("at").is_ok();
        let kind = row.word("kind", |kind| (kind == entry.kind()).then_some(())).is_ok();
        if row.number::<u64>("seq")? == seq && possible && at && kind {
            return Ok(());
        }
        Err(row.damaged("body", Flaw::Contradiction))
    })?;
    if seq == last { Ok(()) } else { Err(contradiction(id, "seq")) }
}
