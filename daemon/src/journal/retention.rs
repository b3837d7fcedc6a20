//! What [`super::tidy`] does, as the journal's own methods: delete, measure, give space back.

use alc_core::SessionId;

use super::{
    Journal,
    change::WriteError,
    find::row_number,
    row::ReadError,
    tidy::{self, Step, Tidied},
};

impl Journal {
    /// Deletes a session that has ended, for good: its id is not used again. One that is deleted
    /// already is a success.
    pub(crate) async fn delete(&self, id: &SessionId, at: i64) -> Result<(), WriteError> {
        self.writer.tidy(Step::Delete { session: id.clone(), at }).await.map(|_| ())
    }

    /// Removes what is left of deleted sessions, and the texts that nothing refers to any more;
    /// returns how many of those.
    pub(crate) async fn tidy(&self) -> Result<u64, WriteError> {
        while self.writer.tidy(Step::Sweep).await?.rest.is_some() {}
        let (mut blobs, mut after) = (0, Vec::new());
        loop {
            let Tidied { count, rest, .. } = self.writer.tidy(Step::Blobs { after }).await?;
            blobs += count;
            let Some(last) = rest else { return Ok(blobs) };
            after = last;
        }
    }

    /// Forgets which sessions were deleted before this time; returns how many.
    pub(crate) async fn drop_tombstones(&self, before: i64) -> Result<u64, WriteError> {
        Ok(self.writer.tidy(Step::Tombstones { before }).await?.count)
    }

    /// Gives the file's free pages back.
    pub(crate) async fn shrink(&self) -> Result<(), WriteError> {
        while self.writer.tidy(Step::Shrink).await?.rest.is_some() {}
        self.writer.tidy(Step::Checkpoint).await.map(|_| ())
    }

    /// Whether there was a session of this id that is deleted.
    pub(crate) async fn is_deleted(&self, id: &SessionId) -> Result<bool, ReadError> {
        let id = id.clone();
        self.reader.read(move |db| Ok(tidy::is_deleted(db, &id)?)).await
    }

    /// The sessions that have ended and when, the first to end first.
    pub(crate) async fn ended(&self) -> Result<Vec<(SessionId, i64)>, ReadError> {
        self.reader.read(tidy::ended).await
    }

    /// What a session takes in the file, in bytes, roughly.
    pub(crate) async fn size(&self, id: &SessionId) -> Result<u64, ReadError> {
        let id = id.clone();
        self.reader.read(move |db| tidy::size(db, &id)).await
    }

    /// Makes sure that a session's own row is as it was written, if there is one.
    pub(crate) async fn check(&self, id: &SessionId) -> Result<(), ReadError> {
        let id = id.clone();
        self.reader.read(move |db| row_number(db, &id).map(drop)).await
    }

    /// How many bytes of the file are in use.
    pub(crate) async fn used(&self) -> Result<u64, ReadError> {
        self.reader.read(tidy::used).await
    }

    /// How many texts nothing refers to, and their size in bytes.
    pub(crate) async fn idle_blobs(&self) -> Result<(u64, u64), ReadError> {
        let (mut count, mut bytes, mut after) = (0, 0, Vec::new());
        loop {
            let found = self.reader.read(move |db| Ok(tidy::idle_blobs(db, &after, 1)?)).await?;
            count += found.idle.len() as u64;
            bytes += found.bytes.cast_unsigned();
            let Some(last) = found.next else { return Ok((count, bytes)) };
            after = last;
        }
    }

    /// How many sessions were deleted before this time and are remembered.
    pub(crate) async fn old_tombstones(&self, before: i64) -> Result<u64, ReadError> {
        self.reader.read(move |db| tidy::old_tombstones(db, before)).await
    }
}
