//! Reads a session that somebody else has written, as a whole: whatever it says must be what this
//! journal could have said.

use std::collections::BTreeSet;

use alc_core::{Entry, Key, Label, Name, Query, SessionId, State};
use rusqlite::{Connection, ffi};

use super::{
    checksum::Table,
    restore,
    row::{Columns, ReadError, Rows},
    text::Flaw,
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
    // Its number in the file.
    let rows = Rows { db, id: &id, n: 1 };
    let answered = answered(rows)?;
    let open = answered.len() < recording.asked as usize;
    if open && matches!(state, State::Running { .. } | State::Done | State::Failed) {
        return Err(contradiction(&id, "state"));
    }
    check_history(rows, view.seq.0, recording.asked, &answered)?;
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
    let mut statement = db.prepare("SELECT n, id FROM session")?;
    let sessions = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
    let sessions = sessions.collect::<Result<Vec<(i64, _)>, _>>()?;
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
                      OR EXISTS (SELECT 1 FROM query WHERE session <> 1)";
    if db.query_row(others, [], |row| row.get::<_, bool>(0))? {
        return Err(damaged("session"));
    }
    Ok(id)
}

/// Every text must be what its hash says.
fn check_texts(db: &Connection, id: &SessionId) -> Result<(), ReadError> {
    let mut statement = db.prepare("SELECT hash FROM blob")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let row = Columns::new(db, row, id.as_str(), &["hash"]);
        row.text("hash")?;
    }
    Ok(())
}

/// The numbers of the queries that are answered, after a look at all of them; they are numbered from 1 without a gap.
fn answered(rows: Rows<'_>) -> Result<BTreeSet<u32>, ReadError> {
    let (mut count, mut answered) = (0, BTreeSet::new());
    rows.each(Table::Query, "ORDER BY number", [], |row| {
        count += 1;
        row.json::<Query>("record")?;
        row.optional_word("answer_key", |key| key.parse::<Key>().ok())?;
        row.number::<u64>("tokens")?;
        row.number::<i64>("asked_at")?;
        row.optional_number::<i64>("answered_at")?;
        if row.number::<u32>("number")? != count {
            return Err(row.damaged("number", Flaw::Contradiction));
        }
        answered.extend((!row.is_null("answer")?).then_some(count));
        Ok(())
    })?;
    Ok(answered)
}

/// The history must be there without a gap, and may tell only of queries that were asked, and of
/// answers that were given.
fn check_history(
    rows: Rows<'_>,
    last: u64,
    asked: u32,
    answered: &BTreeSet<u32>,
) -> Result<(), ReadError> {
    let mut seq = 0;
    rows.each(Table::Event, "ORDER BY seq", [], |row| {
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
    if seq == last { Ok(()) } else { Err(rows.missing("seq")) }
}
