//! A session's first change, as SQL: whether it is a new one at all is decided here, where no other
//! change can come in between.

use std::collections::BTreeMap;

use alc_core::{IfExists, Label, Name, Seq, SessionId, State, Tally};
use rusqlite::{Connection, OptionalExtension, Params, Row, types::Type};

use super::{
    change::{WriteError, insert_entries, json},
    checksum::Table,
    copy::next_number,
    lines::LastLines,
    record::{NewSession, SpawnKey},
    row::kind_name,
    text::Texts,
};

/// The contract between a script and the functions that the daemon gives it.
const ABI: i64 = 1;

pub(super) fn create(
    db: &Connection,
    texts: &mut Texts,
    new: &NewSession,
) -> Result<(), WriteError> {
    let NewSession { id, identity, script, entries, state, .. } = new;
    if *state != State::NEW {
        return Err(WriteError::Contradiction);
    }
    if let Some(key) = &identity.key {
        check_key(db, key)?;
    }
    if let Some(name) = &identity.name {
        check_name(db, texts, name, new)?;
    }
    check_id(db, id)?;
    let n = next_number(db)?;
    insert_session(db, texts, n, new)?;
    index_labels(db, n)?;
    insert_entries(db, texts, n, Seq(0), script.started_at, entries)
}

fn insert_session(
    db: &Connection,
    texts: &mut Texts,
    n: i64,
    new: &NewSession,
) -> Result<(), WriteError> {
    let NewSession { id, identity, script, prelude, deadline_at, entries, state } = new;
    let env = json(&script.env)?;
    let at = &script.started_at;
    let row = Table::Session.insert(
        db,
        &[
            ("n", &n),
            ("id", &id.as_str()),
            ("name", &identity.name.as_ref().map(Name::as_str)),
            ("labels", &json(&labels_of(&identity.labels))?),
            ("spawn_key", &identity.key.as_ref().map(|key| key.key.as_str())),
            ("spawn_fingerprint", &identity.key.as_ref().map(|key| key.fingerprint)),
            ("kind", &kind_name(script.kind)),
            ("state", &state.name().as_str()),
            ("seq", &(entries.len().cast_signed() as i64)),
            ("asked", &0),
            ("open", &0),
            ("calls", &0),
            ("tally", &json(&Tally::default())?),
            ("lines", &json(&LastLines::default())?),
            ("created_at", at),
            ("started_at", at),
            ("stood_still", &0),
            ("changed_at", at),
            ("deadline_at", deadline_at),
            ("source", &texts.store_long(db, &script.source)?),
            ("chunk", &script.chunk),
            ("prelude", &texts.store_hashed(db, prelude.0, &prelude.1)?),
            ("ctx", &texts.store(db, &script.ctx)?),
            ("seed", &script.seed.cast_signed()),
            ("budget", &json(&script.budget)?),
            ("env", &texts.store(db, &env)?),
            ("settings", &json(&script.settings)?),
            ("caller", &json(&script.caller)?),
            ("abi", &ABI),
        ],
    );
    Ok(row?)
}

/// Labels as a session's row has them.
pub(super) fn labels_of(labels: &[Label]) -> BTreeMap<&str, &str> {
    labels.iter().map(|label| (label.key(), label.value())).collect()
}

/// An id is used once.
pub(super) fn check_id(db: &Connection, id: &SessionId) -> Result<(), WriteError> {
    let taken = "SELECT 1 FROM session WHERE id = ?1 UNION ALL
                 SELECT 1 FROM tombstone WHERE id = ?1";
    if db.prepare_cached(taken)?.exists([id.as_str()])? {
        return Err(WriteError::IdTaken(id.clone()));
    }
    Ok(())
}

/// Has a session, which is in its table, be found by its labels.
pub(super) fn index_labels(db: &Connection, n: i64) -> Result<(), WriteError> {
    let sql = "INSERT INTO label (session, key, value)
               SELECT n, label.key, label.value FROM session, json_each(labels) AS label WHERE n = ?1";
    db.prepare_cached(sql)?.execute([n])?;
    Ok(())
}

/// A key that was used before stands for what was made then, also once that has been deleted.
pub(super) fn check_key(db: &Connection, key: &SpawnKey) -> Result<(), WriteError> {
    let sql = "SELECT id, spawn_fingerprint IS ?2 FROM session WHERE spawn_key = ?1";
    match session(db, sql, (key.key.as_str(), key.fingerprint))? {
        None => {}
        Some((made, true)) => return Err(WriteError::Known(made)),
        Some((made, false)) => return Err(WriteError::KeyInUse(made)),
    }
    let sql = "SELECT id, TRUE FROM tombstone WHERE spawn_key = ?1";
    match session(db, sql, [key.key.as_str()])? {
        None => Ok(()),
        Some((deleted, _)) => Err(WriteError::KeyOfDeleted(deleted)),
    }
}

/// At most one live session has a name, and one that is to be cancelled counts as ended.
fn check_name(
    db: &Connection,
    texts: &mut Texts,
    name: &Name,
    new: &NewSession,
) -> Result<(), WriteError> {
    let in_use = |bearer| Err(WriteError::NameInUse { name: name.clone(), bearer });
    let reuse = new.identity.if_exists == IfExists::Reuse;
    if let Some(bearer) = bearer(db, name)? {
        return if reuse { Err(WriteError::Known(bearer)) } else { in_use(bearer) };
    }
    if !reuse {
        return Ok(());
    }
    let source = texts.store_long(db, &new.script.source)?;
    let ctx = texts.store(db, &new.script.ctx)?;
    let sql = "SELECT id, source = ?2 AND ctx = ?3 FROM session
               WHERE name = ?1 AND state = 'done' ORDER BY n DESC LIMIT 1";
    match session(db, sql, (name.as_str(), source, ctx))? {
        None => Ok(()),
        Some((done, true)) => Err(WriteError::Known(done)),
        Some((done, false)) => in_use(done),
    }
}

/// The name of a live session is no other one's.
pub(super) fn check_bearer(db: &Connection, name: Option<&Name>) -> Result<(), WriteError> {
    let Some(name) = name else { return Ok(()) };
    match bearer(db, name)? {
        Some(bearer) => Err(WriteError::NameInUse { name: name.clone(), bearer }),
        None => Ok(()),
    }
}

/// The live session of this name.
pub(super) fn bearer(db: &Connection, name: &Name) -> rusqlite::Result<Option<SessionId>> {
    let sql = "SELECT id, TRUE FROM session INDEXED BY session_bearer
               WHERE name = ?1 AND finished_at IS NULL AND cancel IS NULL";
    Ok(session(db, sql, [name.as_str()])?.map(|(bearer, _)| bearer))
}

/// A session's id, and whether it is as it should be.
fn session(
    db: &Connection,
    sql: &str,
    params: impl Params,
) -> rusqlite::Result<Option<(SessionId, bool)>> {
    let read = |row: &Row<'_>| {
        let id = row.get_ref(0)?.as_str()?.parse();
        let damaged =
            |error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error));
        Ok((id.map_err(damaged)?, row.get(1)?))
    };
    db.prepare_cached(sql)?.query_row(params, read).optional()
}
