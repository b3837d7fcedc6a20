//! What it takes to take a session up: where it stands, and what its re-run needs.

use alc_core::{Call, CallKind, CallResult, Pause, Reply, Script, SessionId, State, StateName};
use rusqlite::Connection;

use super::{
    record::{Recording, Snapshot},
    row::{Columns, ReadError, all, first, for_each, parse_kind, parse_pause},
    text::Flaw,
};

/// Where a session stands.
pub(super) fn snapshot(db: &Connection, id: &SessionId) -> Result<Option<Snapshot>, ReadError> {
    let sql =
        "SELECT n, state, cancel, pause_kind, seq, asked, deadline_at FROM session WHERE id = ?1";
    first(db, id.as_str(), sql, [id.as_str()], |row| {
        Ok(Snapshot {
            id: id.clone(),
            state: state(db, id, row)?,
            seq: alc_core::Seq(row.number("seq")?),
            asked: row.number("asked")?,
            deadline_at: row.optional_number("deadline_at")?,
        })
    })
}

fn state(db: &Connection, id: &SessionId, row: &Columns<'_>) -> Result<State, ReadError> {
    Ok(match row.word("state", StateName::parse)? {
        StateName::Running => State::Running { cancel: row.optional_json("cancel")? },
        StateName::Paused => {
            let kind = row.word("pause_kind", parse_pause)?;
            let open = open_queries(db, id, row.number("n")?)?;
            let pause = Pause::with_open(kind, open);
            State::Paused(pause.ok_or_else(|| row.damaged("state", Flaw::Contradiction))?)
        }
        StateName::Done => State::Done,
        StateName::Failed => State::Failed,
        StateName::Cancelled => State::Cancelled,
    })
}

fn open_queries(db: &Connection, id: &SessionId, n: i64) -> Result<Vec<u32>, ReadError> {
    let sql = "SELECT number FROM query INDEXED BY query_open
               WHERE session = ?1 AND answer IS NULL ORDER BY number";
    all(db, id.as_str(), sql, [n], |row| row.number("number"))
}

/// A session's script and everything it was told. What it asked is not read: the script says it
/// again.
pub(super) fn recording(db: &Connection, id: &SessionId) -> Result<Option<Recording>, ReadError> {
    let sql = "SELECT n, asked, calls, kind, source, chunk, ctx, prelude, seed, started_at,
                      stood_still, budget, env, settings, caller
               FROM session WHERE id = ?1";
    first(db, id.as_str(), sql, [id.as_str()], |row| {
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
        let mut calls = calls(db, id, row.number("n")?)?;
        let queries = fill_answers(db, id, row.number("n")?, &mut calls)?;
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
    let sql = "SELECT prelude FROM session WHERE id = ?1";
    first(db, id.as_str(), sql, [id.as_str()], |row| row.text("prelude"))
}

/// The calls of a session, those with queries still without answers.
fn calls(db: &Connection, id: &SessionId, session: i64) -> Result<Vec<Call>, ReadError> {
    let sql =
        "SELECT n, kind, fingerprint, intent, result FROM effect WHERE session = ?1 ORDER BY n";
    let mut calls = Vec::new();
    for_each(db, id.as_str(), sql, [session], |row| {
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
fn fill_answers(
    db: &Connection,
    id: &SessionId,
    session: i64,
    calls: &mut [Call],
) -> Result<usize, ReadError> {
    let mut queries = 0;
    let sql = "SELECT number, call, answer, usage FROM query WHERE session = ?1 ORDER BY number";
    for_each(db, id.as_str(), sql, [session], |row| {
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
