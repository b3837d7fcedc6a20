//! Deletes a session whose own row is damaged. Nobody can say what state it is in, so it can be neither
//! cancelled nor deleted as others are; it goes because its owner insists.

use alc_core::SessionId;
use rusqlite::{Connection, OptionalExtension as _, config::DbConfig};

use super::{
    Journal,
    change::WriteError,
    checksum::is_good,
    row::is_corrupt,
    tidy::{Step, Tidied, sweep},
};

/// What went with a session: how many there were of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lost {
    pub(crate) events: u64,
    pub(crate) queries: u64,
    pub(crate) answers: u64,
}

impl Journal {
    /// Deletes a session whose own row is damaged, for good: its id is not used again. `None` if there is
    /// no such session.
    pub(crate) async fn discard(
        &self,
        id: &SessionId,
        at: i64,
    ) -> Result<Option<Lost>, WriteError> {
        let discard = |reindex| Step::Discard { session: id.clone(), at, reindex };
        let tidied = match self.writer.tidy(discard(false)).await {
            // What has changed in the row is not what an index has.
            Err(WriteError::Refused { source }) if is_corrupt(&source) => {
                self.writer.tidy(discard(true)).await?
            }
            tidied => tidied?,
        };
        Ok(tidied.lost)
    }
}

/// Carries [`Step::Discard`] out. The indexes are made anew first if `reindex` says so.
pub(super) fn discard(
    db: &Connection,
    session: &SessionId,
    at: i64,
    reindex: bool,
    parts: i64,
) -> Result<Tidied, WriteError> {
    let Some((n, fits)) = number(db, session)? else { return Ok(Tidied::default()) };
    if reindex || !fits {
        db.execute_batch("REINDEX session; REINDEX event; REINDEX effect; REINDEX query")?;
    }
    let lost = count(db, n)?;
    bury(db, session, n, at)?;
    // It may not have ended.
    let triggers = DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER;
    db.set_db_config(triggers, false)?;
    let deleted = db.execute("DELETE FROM session WHERE n = ?1", [n]);
    db.set_db_config(triggers, true)?;
    deleted?;
    let Tidied { rest, .. } = sweep(db, parts)?;
    Ok(Tidied { count: 1, rest, lost: Some(lost) })
}

/// The session's number, and whether its row has this id. If that is what is damaged, the index has it;
/// but a damaged index may lead to another session.
fn number(db: &Connection, session: &SessionId) -> rusqlite::Result<Option<(i64, bool)>> {
    let by_index = "SELECT n FROM session WHERE id = ?1";
    let by_index: Option<i64> =
        db.query_row(by_index, [session.as_str()], |row| row.get(0)).optional()?;
    if let Some(n) = by_index {
        let other = "SELECT * FROM session WHERE n = ?1 AND +id <> ?2";
        match db.query_row(other, (n, session.as_str()), |row| is_good(row, 0)).optional() {
            Ok(None) => return Ok(Some((n, true))),
            Ok(Some(true)) => {}
            // One that cannot even be read is damaged, too.
            Ok(Some(false)) | Err(_) => return Ok(Some((n, false))),
        }
    }
    let by_row = "SELECT n FROM session NOT INDEXED WHERE id = ?1";
    let found = db.query_row(by_row, [session.as_str()], |row| row.get(0)).optional()?;
    Ok(found.map(|n| (n, true)))
}

fn count(db: &Connection, n: i64) -> rusqlite::Result<Lost> {
    let count = |what: &str| {
        let sql = format!("SELECT count(*) FROM {what} AND session = ?1");
        db.query_row(&sql, [n], |row| row.get::<_, i64>(0)).map(i64::cast_unsigned)
    };
    Ok(Lost {
        events: count("event WHERE true")?,
        queries: count("query WHERE true")?,
        answers: count("query WHERE answer IS NOT NULL")?,
    })
}

/// Remembers the id, and the key if that can still be one; and that the session's rows are to be swept.
fn bury(db: &Connection, session: &SessionId, n: i64, at: i64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO tombstone (id, ended_at, deleted_at) VALUES (?1, ?2, ?2)";
    db.execute(sql, (session.as_str(), at))?;
    let sql = "UPDATE OR IGNORE tombstone SET (spawn_key, spawn_fingerprint) =
                   (SELECT spawn_key, spawn_fingerprint FROM session
                    WHERE n = ?2 AND typeof(spawn_key) = 'text' AND typeof(spawn_fingerprint) = 'blob')
               WHERE id = ?1";
    db.execute(sql, (session.as_str(), n))?;
    db.execute("INSERT INTO leftover (session) VALUES (?1)", [n])?;
    Ok(())
}
