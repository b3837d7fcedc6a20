//! Deletes sessions that have ended and gives their space back, in steps so short that whoever
//! writes meanwhile hardly waits.
//!
//! A deleted session is gone with its row. Its history and calls are swept after that, then the
//! blobs that nothing refers to any more, and last the free pages.

use alc_core::SessionId;
use rusqlite::Connection;

use super::{
    change::WriteError,
    discard::{Lost, discard},
    find::row_number,
    row::{ReadError, session},
};

/// The most rows of a deleted session that one step removes.
const ROWS: i64 = 1_000;

/// The most blobs that one step looks at.
const BLOBS: i64 = 500;

/// The most bytes of blobs that one step removes: freeing a page means reading it.
const BYTES: i64 = 4 << 20;

/// The most free pages that one step gives back.
const PAGES: i64 = 256;

/// What a row takes beside its texts, in bytes, roughly.
const ROW: i64 = 48;

/// One step; a transaction of its own.
pub(super) enum Step {
    /// Deletes a session that has ended. One that is deleted already counts for none.
    Delete { session: SessionId, at: i64 },
    /// Deletes a session whose own row is damaged, perhaps with the indexes made anew.
    Discard { session: SessionId, at: i64, reindex: bool },
    /// Removes rows of deleted sessions.
    Sweep,
    /// Removes blobs behind this hash that nothing refers to.
    Blobs { after: Vec<u8> },
    /// Forgets the sessions that were deleted before this time.
    Tombstones { before: i64 },
    /// Gives free pages back to the file system; the next checkpoint makes the file shorter.
    Shrink,
    /// Moves the write-ahead log into the file, outside of a transaction.
    Checkpoint,
}

/// What a step did.
#[derive(Debug, Default)]
pub(super) struct Tidied {
    /// How many it removed.
    pub(super) count: u64,
    /// There may be more, for blobs behind this hash.
    pub(super) rest: Option<Vec<u8>>,
    /// What went with a damaged session.
    pub(super) lost: Option<Lost>,
}

impl Step {
    /// Carries the step out, as a part of the caller's transaction; one part in `parts` of it, where
    /// there is little room for the log.
    pub(super) fn apply(&self, db: &Connection, parts: i64) -> Result<Tidied, WriteError> {
        match self {
            Self::Delete { session, at } => delete(db, session, *at, parts),
            Self::Discard { session, at, reindex } => discard(db, session, *at, *reindex, parts),
            Self::Sweep => sweep(db, parts),
            Self::Blobs { after } => drop_blobs(db, after, parts),
            Self::Tombstones { before } => {
                let sql = "DELETE FROM tombstone WHERE deleted_at < ?1";
                let count = db.prepare_cached(sql)?.execute([before])?;
                Ok(Tidied { count: count as u64, ..Tidied::default() })
            }
            Self::Shrink => shrink(db, parts),
            Self::Checkpoint => Ok(Tidied::default()),
        }
    }
}

fn delete(db: &Connection, id: &SessionId, at: i64, parts: i64) -> Result<Tidied, WriteError> {
    // Whether it has ended may be what is damaged.
    let n = match session(db, id, |row| Ok((row.number::<i64>("n")?, row.is_null("finished_at")?)))?
    {
        Some((n, false)) => n,
        Some((_, true)) => return Err(WriteError::NotEnded(id.clone())),
        None if is_deleted(db, id)? => return Ok(Tidied::default()),
        None => return Err(WriteError::OutOfOrder(id.clone())),
    };
    let sql = "INSERT INTO tombstone (id, spawn_key, spawn_fingerprint, ended_at, deleted_at)
               SELECT id, spawn_key, spawn_fingerprint, finished_at, ?2 FROM session WHERE n = ?1";
    db.prepare_cached(sql)?.execute((n, at))?;
    db.prepare_cached("INSERT INTO leftover (session) VALUES (?1)")?.execute([n])?;
    db.prepare_cached("DELETE FROM session WHERE n = ?1")?.execute([n])?;
    let Tidied { rest, .. } = sweep(db, parts)?;
    Ok(Tidied { count: 1, rest, lost: None })
}

/// Whether there was a session of this id lately.
pub(super) fn is_deleted(db: &Connection, session: &SessionId) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM tombstone WHERE id = ?1")?.exists([session.as_str()])
}

pub(super) fn sweep(db: &Connection, parts: i64) -> Result<Tidied, WriteError> {
    let next = "SELECT min(session) FROM leftover";
    let next = || db.prepare_cached(next)?.query_row([], |row| row.get::<_, Option<i64>>(0));
    let Some(session) = next()? else { return Ok(Tidied::default()) };
    let rows = ROWS / parts;
    let mut left = rows;
    for sql in [
        "DELETE FROM event WHERE session = ?1
             AND seq < (SELECT min(seq) + ?2 FROM event WHERE session = ?1)",
        "DELETE FROM effect WHERE session = ?1
             AND n < (SELECT min(n) + ?2 FROM effect WHERE session = ?1)",
        "DELETE FROM query WHERE session = ?1
             AND number < (SELECT min(number) + ?2 FROM query WHERE session = ?1)",
    ] {
        let removed = db.prepare_cached(sql)?.execute((session, left))?;
        left -= removed.cast_signed() as i64;
    }
    if left > 0 {
        db.prepare_cached("DELETE FROM leftover WHERE session = ?1")?.execute([session])?;
    }
    let rest = next()?.map(|_| Vec::new());
    Ok(Tidied { count: (rows - left).cast_unsigned(), rest, lost: None })
}

/// Asks each index of references by name, so that a blob never costs more than a few look-ups; they have
/// hashes alone, which are `>= x''`.
const REFERENCED: &str = "
    SELECT EXISTS (SELECT 1 FROM session INDEXED BY session_source WHERE source = ?1)
        OR EXISTS (SELECT 1 FROM session INDEXED BY session_prelude WHERE prelude = ?1)
        OR EXISTS (SELECT 1 FROM session INDEXED BY session_ctx_blob
                   WHERE ctx = ?1 AND ctx >= x'')
        OR EXISTS (SELECT 1 FROM session INDEXED BY session_env_blob
                   WHERE env = ?1 AND env >= x'')
        OR EXISTS (SELECT 1 FROM session INDEXED BY session_outcome_blob
                   WHERE outcome = ?1 AND outcome >= x'')
        OR EXISTS (SELECT 1 FROM event INDEXED BY event_blob
                   WHERE body = ?1 AND body >= x'')
        OR EXISTS (SELECT 1 FROM effect INDEXED BY effect_intent_blob
                   WHERE intent = ?1 AND intent >= x'')
        OR EXISTS (SELECT 1 FROM effect INDEXED BY effect_blob
                   WHERE result = ?1 AND result >= x'')
        OR EXISTS (SELECT 1 FROM query INDEXED BY query_answer_blob
                   WHERE answer = ?1 AND answer >= x'')
        OR EXISTS (SELECT 1 FROM query INDEXED BY query_record_blob
                   WHERE record = ?1 AND record >= x'')";

/// Some of the blobs behind `after` that nothing refers to, with their sizes, and where to go on.
pub(super) fn idle_blobs(db: &Connection, after: &[u8], parts: i64) -> rusqlite::Result<IdleBlobs> {
    let (blobs, most) = (BLOBS / parts, BYTES / parts);
    let sql = "SELECT hash FROM blob WHERE hash > ?1 ORDER BY hash LIMIT ?2";
    let mut hashes = db.prepare_cached(sql)?;
    let mut rows = hashes.query((after, blobs))?;
    let mut referenced = db.prepare_cached(REFERENCED)?;
    let mut size = db.prepare_cached("SELECT length(data) FROM blob WHERE hash = ?1")?;
    let (mut idle, mut bytes, mut seen) = (Vec::new(), 0, 0);
    let mut last = None;
    while let Some(row) = rows.next()? {
        let hash: Vec<u8> = row.get(0)?;
        if !referenced.query_row([&hash], |row| row.get::<_, bool>(0))? {
            bytes += size.query_row([&hash], |row| row.get::<_, i64>(0))?;
            idle.push(hash.clone());
        }
        last = Some(hash);
        seen += 1;
        if bytes >= most {
            return Ok(IdleBlobs { idle, bytes, next: last });
        }
    }
    Ok(IdleBlobs { idle, bytes, next: last.filter(|_| seen == blobs) })
}

/// Blobs that nothing refers to.
pub(super) struct IdleBlobs {
    pub(super) idle: Vec<Vec<u8>>,
    pub(super) bytes: i64,
    /// There may be more behind this hash.
    pub(super) next: Option<Vec<u8>>,
}

fn drop_blobs(db: &Connection, after: &[u8], parts: i64) -> Result<Tidied, WriteError> {
    let IdleBlobs { idle, next, .. } = idle_blobs(db, after, parts)?;
    let mut statement = db.prepare_cached("DELETE FROM blob WHERE hash = ?1")?;
    for hash in &idle {
        statement.execute([hash])?;
    }
    Ok(Tidied { count: idle.len() as u64, rest: next, lost: None })
}

fn shrink(db: &Connection, parts: i64) -> Result<Tidied, WriteError> {
    let free = || db.query_row("PRAGMA freelist_count", [], |row| row.get::<_, i64>(0));
    let before = free()?;
    let mut statement = db.prepare(&format!("PRAGMA incremental_vacuum({})", PAGES / parts))?;
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {}
    let after = free()?;
    let given = before - after;
    // A file that cannot shrink keeps its free pages for what comes.
    let rest = (after > 0 && given > 0).then(Vec::new);
    Ok(Tidied { count: given.cast_unsigned(), rest, lost: None })
}

/// The sessions that have ended and when, the first to end first.
pub(super) fn ended(db: &Connection) -> Result<Vec<(SessionId, i64)>, ReadError> {
    let sql = "SELECT id, finished_at FROM session WHERE finished_at IS NOT NULL
               ORDER BY finished_at, n";
    let mut statement = db.prepare_cached(sql)?;
    // One whose id does not parse is damaged and stays: nothing can name it.
    let read = |row: &rusqlite::Row<'_>| {
        let id = row.get_ref(0)?.as_str().ok().and_then(|id| id.parse::<SessionId>().ok());
        Ok(id.zip(row.get(1)?))
    };
    let ended = statement.query_map([], read)?;
    Ok(ended.filter_map(Result::transpose).collect::<Result<_, _>>()?)
}

/// How many bytes of the file are in use.
pub(super) fn used(db: &Connection) -> Result<u64, ReadError> {
    let number = |pragma: &str| db.query_row(pragma, [], |row| row.get::<_, i64>(0));
    let pages = number("PRAGMA page_count")? - number("PRAGMA freelist_count")?;
    Ok((pages * number("PRAGMA page_size")?).cast_unsigned())
}

/// How many tombstones are from before this time.
pub(super) fn old_tombstones(db: &Connection, before: i64) -> Result<u64, ReadError> {
    let sql = "SELECT count(*) FROM tombstone WHERE deleted_at < ?1";
    let count: i64 = db.query_row(sql, [before], |row| row.get(0))?;
    Ok(count.cast_unsigned())
}

/// What a session takes in the file, in bytes, roughly: with each of its blobs, but without a
/// script that others run too.
pub(super) fn size(db: &Connection, id: &SessionId) -> Result<u64, ReadError> {
    let Some(n) = row_number(db, id)? else { return Ok(0) };
    let column = |name: &str| {
        format!(
            "ifnull(iif(typeof({name}) = 'blob',
                 (SELECT length(data) FROM blob WHERE hash = {name}), octet_length({name})), 0)"
        )
    };
    let part = |table: &str, sizes: &str| {
        format!("SELECT ifnull(sum({ROW} + {sizes}), 0) AS part FROM {table} WHERE session = ?1")
    };
    let parts = [
        part("event", &column("body")),
        part("effect", &format!("{} + {}", column("intent"), column("result"))),
        part("query", &format!("{} + {}", column("record"), column("answer"))),
        format!(
            "SELECT {ROW} + {} + {} + {} + iif(EXISTS (
                 SELECT 1 FROM session AS other WHERE other.source = own.source AND other.n <> own.n
             ), 0, {}) FROM session AS own WHERE n = ?1",
            column("own.ctx"),
            column("own.env"),
            column("own.outcome"),
            column("own.source"),
        ),
    ];
    let sql = format!("SELECT sum(part) FROM ({})", parts.join(" UNION ALL "));
    let size: i64 = db.prepare_cached(&sql)?.query_row([n], |row| row.get(0))?;
    Ok(size.cast_unsigned())
}
