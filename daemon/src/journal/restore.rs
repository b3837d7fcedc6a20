//! What it takes to take a session up: where it stands, and what its re-run needs.

use alc_core::{Call, CallKind, CallResult, Pause, Reply, Script, SessionId, State, StateName};
use rusqlite::Connection;

use super::{
    checksum::Table,
    record::{Recording, Snapshot},
    row::{Columns, ReadError, Rows, parse_kind, parse_pause, session},
    text::Flaw,
};

/// Where a session stands.
pub(super) fn snapshot(db: &Connection, id: &SessionId) -> Result<Option<Snapshot>, ReadError> {
    session(db, id, |row| {
        let rows = Rows { db, id, n: row.number("n")? };
        Ok(Snapshot {
            id: id.clone(),
            state: state(rows, row)?,
            seq: alc_core::Seq(row.number("seq")?),
            asked: row.number("asked")?,
            deadline_at: row.optional_number("deadline_at")?,
        })
    })
}

fn state(rows: Rows<'_>, row: &Columns<'_>) -> Result<State, ReadError> {
    Ok(match row.word("state", StateName::parse)? {
        StateName::Running => State::Running { cancel: row.optional_json("cancel")? },
        StateName::Paused => {
            let kind = row.word("pause_kind", parse_pause)?;
            let open = open_queries(rows, row, |query| query.number("number"))?;
            let pause = Pause::with_open(kind, open);
            State::Paused(pause.ok_or_else(|| row.damaged("state", Flaw::Contradiction))?)
        }
        StateName::Done => State::Done,
        StateName::Failed => State::Failed,
        StateName::Cancelled => State::Cancelled,
    })
}

/// What `read` makes of each query that a paused session, whose `row` this is, waits for.
pub(super) fn open_queries<T>(
    rows: Rows<'_>,
    row: &Columns<'_>,
    read: impl FnMut(&Columns<'_>) -> Result<T, ReadError>,
) -> Result<Vec<T>, ReadError> {
    // They are among the last that were asked.
    let which = "WHERE session = ?1 AND answer IS NULL ORDER BY number DESC LIMIT ?2";
    let count = row.number::<u32>("open")?;
    let mut open = rows.all(Table::Query, which, (rows.n, count), read)?;
    open.reverse();
    if open.len() == count as usize { Ok(open) } else { Err(rows.missing("open")) }
}

/// A session's script and everything it was told. What it asked is not kept: the script says it
/// again.
pub(super) fn recording(db: &Connection, id: &SessionId) -> Result<Option<Recording>, ReadError> {
    session(db, id, |row| {
        let seed: i64 = row.number("seed")?;
        let script = Script {
            kind: row.word("kind", parse_kind)?,
            source: row.text("source")?,
            chunk: row.text("chunk")?,
            ctx: row.text("ctx")?,
            seed: seed.cast_unsigned(),
            started_at: row.number("started_at")?,
            stood_still: row.number("stood_still")?,
            budget: row.json("budget")?,
            env: row.json("env")?,
            settings: row.json("settings")?,
            caller: row.json("caller")?,
        };
        let rows = Rows { db, id, n: row.number("n")? };
        let mut calls = calls(rows)?;
        let queries = fill_answers(rows, &mut calls)?;
        // A script that finds less than it did would do the rest again.
        for (column, found) in [("calls", calls.len()), ("asked", queries)] {
            if row.number::<usize>(column)? != found {
                return Err(row.damaged(column, Flaw::Contradiction));
            }
        }
        Ok(Recording { script, prelude: row.bytes("prelude")?, calls, asked: row.number("asked")? })
    })
}

/// The text of the library that a session finds.
pub(super) fn prelude(db: &Connection, id: &SessionId) -> Result<Option<String>, ReadError> {
    session(db, id, |row| row.text("prelude"))
}

/// The calls of a session, those with queries still without answers.
fn calls(rows: Rows<'_>) -> Result<Vec<Call>, ReadError> {
    let mut calls = Vec::new();
    rows.each(Table::Effect, "WHERE session = ?1 ORDER BY n", [rows.n], |row| {
        if row.number::<usize>("n")? != calls.len() {
            return Err(row.damaged("n", Flaw::Contradiction));
        }
        calls.push(Call {
            kind: row.word("kind", CallKind::parse)?,
            fingerprint: row.bytes("fingerprint")?,
            result: match (row.optional_text("result")?, row.optional_text("intent")?) {
                (Some(value), _) => CallResult::Value(value),
                (None, Some(intent)) => CallResult::Intended(intent),
                (None, None) => CallResult::Answers(Vec::new()),
            },
        });
        Ok(())
    })?;
    Ok(calls)
}

/// Gives calls the answers to their queries; how many queries there are.
fn fill_answers(rows: Rows<'_>, calls: &mut [Call]) -> Result<usize, ReadError> {
    let mut queries = 0;
    rows.each(Table::Query, "WHERE session = ?1 ORDER BY number", [rows.n], |row| {
        if row.number::<usize>("number")? != queries + 1 {
            return Err(row.damaged("number", Flaw::Contradiction));
        }
        let call = calls.get_mut(row.number::<usize>("call")?);
        let Some(Call { result: CallResult::Answers(answers), .. }) = call else {
            return Err(row.damaged("call", Flaw::Contradiction));
        };
        let usage = row.optional_json("usage")?;
        answers.push(row.optional_text("answer")?.map(|text| Reply { text, usage }));
        queries += 1;
        Ok(())
    })?;
    Ok(queries)
}
