//! Connections that read, a few of them, each used by one reader at a time on a blocking thread.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::Connection;
use tokio::{sync::Semaphore, task};

use super::{row::ReadError, schema::open_reader};

/// How many reads may go on at a time.
const READERS: u32 = 4;

/// Reads from the journal.
#[derive(Clone)]
pub(super) struct Reader {
    pool: Arc<Pool>,
}

struct Pool {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

impl Reader {
    /// Reads from the journal at `path`, which exists. Opens nothing yet.
    pub(super) fn new(path: &Path) -> Self {
        let permits = Arc::new(Semaphore::new(READERS as usize));
        let pool = Pool { path: path.to_owned(), idle: Mutex::default(), permits };
        Self { pool: Arc::new(pool) }
    }

    /// What `work` makes of the journal, of which it sees one moment.
    pub(super) async fn read<T, F>(&self, work: F) -> Result<T, ReadError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, ReadError> + Send + 'static,
    {
        let permits = Arc::clone(&self.pool.permits);
        let permit = permits.acquire_owned().await.map_err(|_| ReadError::Closed)?;
        let pool = Arc::clone(&self.pool);
        let read = move || {
            let db = pool.take()?;
            let moment = db.unchecked_transaction()?;
            let result = work(&moment);
            drop(moment);
            pool.put(db);
            // Held until here, also when nobody waits for the result any more.
            drop(permit);
            result
        };
        task::spawn_blocking(read).await.map_err(|_| ReadError::Closed)?
    }

    /// Waits for those who read now and lets nobody read after them.
    pub(super) async fn close(&self) {
        if let Ok(all) = self.pool.permits.acquire_many(READERS).await {
            self.pool.permits.close();
            self.pool.idle().clear();
            drop(all);
        }
    }
}

impl Pool {
    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Result<Connection, ReadError> {
        let idle = self.idle().pop();
        match idle {
            Some(db) => Ok(db),
            None => Ok(open_reader(&self.path)?),
        }
    }

    fn put(&self, db: Connection) {
        self.idle().push(db);
    }
}
