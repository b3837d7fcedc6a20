//! Texts in columns: short ones as they are, long ones as the hash under which `blob` has them.

use rusqlite::{
    Connection, OptionalExtension, ToSql,
    types::{ToSqlOutput, ValueRef},
};
use zstd::bulk::{Compressor, Decompressor};

/// The longest text, in bytes, that stands in its own column.
const INLINE: usize = 1024;

/// No text is longer: the largest payload with every byte escaped, and room to spare. Keeps a
/// damaged size from asking for all memory.
const LARGEST: usize = 256 << 20;

const LEVEL: i32 = 3;

/// What a column holds for a text.
pub(super) enum Column<'a> {
    Inline(&'a str),
    Hash([u8; 32]),
}

impl ToSql for Column<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Inline(text) => ValueRef::Text(text.as_bytes()),
            Self::Hash(hash) => ValueRef::Blob(hash),
        }))
    }
}

/// A column does not hold what it should.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Flaw {
    /// Another type, or a number out of range.
    #[error("its value is not of the right type")]
    Type,
    /// None of the words that may stand there.
    #[error("its value is unknown")]
    Unknown,
    /// It has no value where there must be one, or one where there must be none.
    #[error("it contradicts the rest of the session")]
    Contradiction,
    /// SQLite's index does not lead there.
    #[error("it is not in its index")]
    Index,
    /// Not UTF-8.
    #[error("it is not text")]
    Text(#[from] std::str::Utf8Error),
    /// Not the JSON that belongs there.
    #[error("it is not the JSON that belongs there")]
    Json(#[from] serde_json::Error),
    /// Its text is in `blob`, but not there.
    #[error("its text is missing")]
    Missing,
    /// Its text does not have the hash it is stored under.
    #[error("its text was changed")]
    Changed,
    /// Its text cannot be decompressed.
    #[error("its text cannot be unpacked")]
    Packed(#[from] std::io::Error),
    /// The journal could not be read.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
}

/// Stores texts; keeps its workspace between them.
pub(super) struct Texts {
    compressor: Compressor<'static>,
}

impl Texts {
    pub(super) fn new() -> std::io::Result<Self> {
        Ok(Self { compressor: Compressor::new(LEVEL)? })
    }

    /// What to put into the column for `text`.
    pub(super) fn store<'a>(
        &mut self,
        db: &Connection,
        text: &'a str,
    ) -> rusqlite::Result<Column<'a>> {
        if text.len() <= INLINE { Ok(Column::Inline(text)) } else { self.store_long(db, text) }
    }

    /// As [`Self::store`], never inline: for what many rows share.
    pub(super) fn store_long<'a>(
        &mut self,
        db: &Connection,
        text: &str,
    ) -> rusqlite::Result<Column<'a>> {
        self.store_hashed(db, *blake3::hash(text.as_bytes()).as_bytes(), text)
    }

    /// As [`Self::store_long`], of a text whose hash is known.
    pub(super) fn store_hashed<'a>(
        &mut self,
        db: &Connection,
        hash: [u8; 32],
        text: &str,
    ) -> rusqlite::Result<Column<'a>> {
        if text.len() > LARGEST {
            return Err(rusqlite::Error::ToSqlConversionFailure("the text is too long".into()));
        }
        // Packing costs far more than looking.
        if !db.prepare_cached("SELECT 1 FROM blob WHERE hash = ?1")?.exists([hash])? {
            let packed = self
                .compressor
                .compress(text.as_bytes())
                .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
            db.prepare_cached("INSERT INTO blob (hash, size, data) VALUES (?1, ?2, ?3)")?
                .execute((hash, text.len().cast_signed() as i64, packed))?;
        }
        Ok(Column::Hash(hash))
    }
}

/// The text that a column stands for.
pub(super) fn load(db: &Connection, value: ValueRef<'_>) -> Result<String, Flaw> {
    match value {
        ValueRef::Text(text) => Ok(std::str::from_utf8(text)?.to_owned()),
        ValueRef::Blob(hash) => load_long(db, hash),
        _ => Err(Flaw::Type),
    }
}

fn load_long(db: &Connection, hash: &[u8]) -> Result<String, Flaw> {
    let mut statement = db.prepare_cached("SELECT size, data FROM blob WHERE hash = ?1")?;
    let unpack = |row: &rusqlite::Row<'_>| {
        let size = row.get_ref(0)?.as_i64().ok().and_then(|size| usize::try_from(size).ok());
        let data = row.get_ref(1)?;
        Ok(match (size, data.as_blob()) {
            (Some(size), Ok(data)) if size <= LARGEST => unpack(data, size),
            _ => Err(Flaw::Type),
        })
    };
    let bytes = statement.query_row([hash], unpack).optional()?.ok_or(Flaw::Missing)??;
    if blake3::hash(&bytes).as_bytes() != hash {
        return Err(Flaw::Changed);
    }
    String::from_utf8(bytes).map_err(|error| Flaw::Text(error.utf8_error()))
}

fn unpack(data: &[u8], size: usize) -> Result<Vec<u8>, Flaw> {
    Ok(Decompressor::new()?.decompress(data, size)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database() -> Connection {
        let db = Connection::open_in_memory().expect("opens");
        db.execute_batch("CREATE TABLE blob (hash BLOB PRIMARY KEY, size INTEGER, data BLOB)")
            .expect("creates");
        db
    }

    /// What a column holding `text` reads back as.
    fn round_trip(db: &Connection, text: &str) -> Result<String, Flaw> {
        let column = Texts::new().expect("starts").store(db, text).expect("stores");
        match &column {
            Column::Inline(text) => load(db, ValueRef::Text(text.as_bytes())),
            Column::Hash(hash) => load(db, ValueRef::Blob(hash)),
        }
    }

    fn blobs(db: &Connection) -> i64 {
        db.query_row("SELECT count(*) FROM blob", [], |row| row.get(0)).expect("counts")
    }

    #[test]
    fn a_text_reads_back_whatever_its_length() {
        let db = database();
        for length in [0, 1, INLINE - 1, INLINE, INLINE + 1, 3 << 20] {
            let text: String = "a\0ü\u{1f600}".chars().cycle().take(length).collect();
            assert_eq!(round_trip(&db, &text).expect("loads"), text, "{length}");
        }
    }

    #[test]
    fn the_same_long_text_is_stored_once() {
        let db = database();
        let text = "x".repeat(INLINE + 1);
        round_trip(&db, &text).expect("loads");
        round_trip(&db, &text).expect("loads");
        assert_eq!(blobs(&db), 1);
        round_trip(&db, &"x".repeat(INLINE)).expect("loads");
        assert_eq!(blobs(&db), 1);
    }

    #[test]
    fn a_changed_text_is_noticed() {
        let db = database();
        let text = "y".repeat(INLINE + 1);
        round_trip(&db, &text).expect("loads");
        let hash = *blake3::hash(text.as_bytes()).as_bytes();
        let read = || load(&db, ValueRef::Blob(&hash));

        let other = zstd::bulk::compress("z".repeat(INLINE + 1).as_bytes(), 3).expect("packs");
        db.execute("UPDATE blob SET data = ?1", [other]).expect("updates");
        assert!(matches!(read(), Err(Flaw::Changed)));
        db.execute("UPDATE blob SET data = x'00'", []).expect("updates");
        assert!(matches!(read(), Err(Flaw::Packed(_))));
        db.execute("UPDATE blob SET size = 1 << 60", []).expect("updates");
        assert!(matches!(read(), Err(Flaw::Type)));
        db.execute("DELETE FROM blob", []).expect("deletes");
        assert!(matches!(read(), Err(Flaw::Missing)));
    }

    #[test]
    fn a_text_that_unpacks_to_more_than_its_size_is_refused() {
        let db = database();
        let text = "y".repeat(1 << 20);
        round_trip(&db, &text).expect("loads");
        db.execute("UPDATE blob SET size = 2000", []).expect("updates");
        let hash = *blake3::hash(text.as_bytes()).as_bytes();
        assert!(matches!(load(&db, ValueRef::Blob(&hash)), Err(Flaw::Packed(_))));
    }
}
