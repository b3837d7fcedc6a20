//! Which session a reference means, and which sessions there are.

use alc_core::{SessionId, SessionRef, StateName};
use rusqlite::{Connection, Params, ToSql};

use super::{
    record::{Deadlines, Filter, Found},
    row::{ReadError, kind_name, session},
    text::Flaw,
    tidy::is_deleted,
};

/// The fewest characters that name a session by the beginning of its id.
const SHORTEST_PREFIX: usize = 4;

/// The session that `reference` names: the newest; or by its id; or by its name, the live one that bears it
/// before one that has ended or will be cancelled, and a new one before an old one; or, if `prefixes` may, by its id's beginning.
pub(super) fn find(
    db: &Connection,
    reference: &SessionRef,
    prefixes: bool,
) -> Result<Found, ReadError> {
    let SessionRef::Text(text) = reference else {
        return one(db, "SELECT id FROM session ORDER BY n DESC LIMIT 1", []);
    };
    let found = one(db, "SELECT id FROM session WHERE id = ?1", [text])?;
    if found != Found::None {
        return Ok(found);
    }
    let by_name = "SELECT id FROM session WHERE name = ?1
                   ORDER BY finished_at IS NULL AND cancel IS NULL DESC, n DESC LIMIT 1";
    let found = one(db, by_name, [text])?;
    if let Found::One(id) = &found {
        // A damaged index may lead elsewhere.
        session(db, id, |row| row.word("name", |name| (name == text).then_some(())))?;
    }
    // An id has no character beyond `z`, which `{` follows.
    let may_begin_id = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if found != Found::None {
        return Ok(found);
    }
    if prefixes && text.len() >= SHORTEST_PREFIX && may_begin_id {
        let by_prefix = "SELECT id FROM session WHERE id >= ?1 AND id < ?1 || '{' LIMIT 2";
        let found = one(db, by_prefix, [text])?;
        if found != Found::None {
            return Ok(found);
        }
    }
    match text.parse() {
        Ok(id) => check_absent(db, &id).map(|()| Found::None),
        Err(_) => Ok(Found::None),
    }
}

/// Makes sure that a session is not merely missing from a damaged index, before anybody believes that it
/// is gone. This reads all sessions.
fn check_absent(db: &Connection, id: &SessionId) -> Result<(), ReadError> {
    let sql = "SELECT 1 FROM session NOT INDEXED WHERE id = ?1";
    if is_deleted(db, id)? || !db.prepare_cached(sql)?.exists([id.as_str()])? {
        return Ok(());
    }
    Err(ReadError::Damaged { session: id.to_string(), column: "id", source: Flaw::Index })
}

fn one(db: &Connection, sql: &str, params: impl Params) -> Result<Found, ReadError> {
    Ok(match &ids(db, sql, params)?[..] {
        [] => Found::None,
        [id] => Found::One(id.clone()),
        _ => Found::Many,
    })
}

/// The ids that `sql` finds. One that does not parse is damaged and left out: nothing can name it.
fn ids(db: &Connection, sql: &str, params: impl Params) -> Result<Vec<SessionId>, ReadError> {
    let mut statement = db.prepare_cached(sql)?;
    let parse = |row: &rusqlite::Row<'_>| {
        Ok(row.get_ref(0)?.as_str().ok().and_then(|id| id.parse::<SessionId>().ok()))
    };
    let ids = statement.query_map(params, parse)?;
    Ok(ids.filter_map(Result::transpose).collect::<Result<_, _>>()?)
}

/// The sessions that were at work when the journal was last written, oldest first.
pub(super) fn unfinished(db: &Connection) -> Result<Vec<SessionId>, ReadError> {
    ids(db, "SELECT id FROM session WHERE state = 'running' ORDER BY n", [])
}

/// The deadlines of live sessions, as they stand at `now`. One that is to be cancelled has none.
pub(super) fn deadlines(db: &Connection, now: i64) -> Result<Deadlines, ReadError> {
    let live =
        "FROM session INDEXED BY session_deadline WHERE finished_at IS NULL AND cancel IS NULL";
    let passed = ids(db, &format!("SELECT id {live} AND deadline_at <= ?1"), [now])?;
    let next = format!("SELECT min(deadline_at) {live} AND deadline_at > ?1");
    let next = db.prepare_cached(&next)?.query_row([now], |row| row.get(0))?;
    Ok(Deadlines { passed: passed.into_iter().collect(), next })
}

/// How many sessions are in each state.
pub(super) fn counts(db: &Connection) -> Result<Vec<(StateName, u64)>, ReadError> {
    let mut statement = db.prepare_cached("SELECT count(*) FROM session WHERE state = ?1")?;
    let mut count = |state: StateName| {
        let count: i64 = statement.query_row([state.as_str()], |row| row.get(0))?;
        Ok((state, count.cast_unsigned()))
    };
    StateName::ALL.into_iter().map(&mut count).collect()
}

/// The row numbers and ids of the sessions that `filter` lets through, newest first, from before row
/// `before` on.
pub(super) fn newest(
    db: &Connection,
    filter: &Filter,
    before: Option<u64>,
    limit: usize,
) -> Result<Vec<(u64, String)>, ReadError> {
    let Filter { states, kinds, labels, since } = filter;
    // Each part is read in the order of its index, so SQLite merges them and sorts nothing.
    let kinds = if kinds.is_empty() {
        String::new()
    } else {
        let kinds: Vec<_> = kinds.iter().map(|kind| format!("'{}'", kind_name(*kind))).collect();
        format!(" AND kind IN ({})", kinds.join(", "))
    };
    // A label's key and value, from ?3 on.
    let labelled: Vec<_> = (0..labels.len())
        .map(|place| {
            let (key, value) = (3 + 2 * place, 4 + 2 * place);
            format!(" AND n IN (SELECT session FROM label WHERE key = ?{key} AND value = ?{value})")
        })
        .collect();
    let labelled = labelled.concat();
    let created = match since {
        Some(_) => format!(" AND created_at >= ?{}", 3 + 2 * labels.len()),
        None => String::new(),
    };
    let part = |state: String| {
        format!("SELECT n, id FROM session WHERE n < ?1{state}{kinds}{labelled}{created}")
    };
    // Every state once: a state named twice would show its sessions twice.
    let parts: Vec<_> = StateName::ALL
        .iter()
        .filter(|state| states.contains(state))
        .map(|state| part(format!(" AND state = '{state}'")))
        .collect();
    let parts = if states.is_empty() { part(String::new()) } else { parts.join(" UNION ALL ") };
    let mut statement = db.prepare_cached(&format!("{parts} ORDER BY n DESC LIMIT ?2"))?;
    let before = before.map_or(i64::MAX, |n| i64::try_from(n).unwrap_or(i64::MAX));
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let read = |row: &rusqlite::Row<'_>| {
        let n: i64 = row.get(0)?;
        Ok((n.cast_unsigned(), String::from_utf8_lossy(row.get_ref(1)?.as_bytes()?).into_owned()))
    };
    let mut values: Vec<&dyn ToSql> = vec![&before, &limit];
    let texts: Vec<&str> = labels.iter().flat_map(|label| [label.key(), label.value()]).collect();
    values.extend(texts.iter().map(|text| text as &dyn ToSql));
    values.extend(since.iter().map(|since| since as &dyn ToSql));
    Ok(statement.query_map(&*values, read)?.collect::<Result<_, _>>()?)
}

/// The row number of a session.
pub(super) fn row_number(db: &Connection, id: &SessionId) -> Result<Option<i64>, ReadError> {
    session(db, id, |row| row.number("n"))
}
