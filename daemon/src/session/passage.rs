//! A part of a history, read once for all who have come to the same place in it.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use alc_core::Seq;
use tokio::sync::OnceCell;

use crate::journal::ReadError;

/// Entries of a history, each an `EventView` in JSON.
type Entries = Vec<(Seq, String)>;

/// What follows `after` in a history that had come to `upto`, or further.
#[derive(Debug)]
pub(crate) struct Passage {
    after: Seq,
    upto: Seq,
    entries: OnceCell<Entries>,
}

impl Passage {
    /// Has it read, unless it is.
    pub(crate) async fn fill(
        &self,
        read: impl Future<Output = Result<Entries, ReadError>>,
    ) -> Result<(), ReadError> {
        self.entries.get_or_try_init(|| read).await.map(drop)
    }

    /// What was read.
    pub(crate) fn entries(&self) -> &[(Seq, String)] {
        self.entries.get().map_or(&[], Vec::as_slice)
    }
}

/// The passage that somebody asked for last, as long as anybody has it.
#[derive(Clone, Debug, Default)]
pub(super) struct Latest(Arc<Mutex<Weak<Passage>>>);

impl Latest {
    /// What follows `after` now that the history has come to `upto`, perhaps not read yet.
    pub(super) fn passage(&self, after: Seq, upto: Seq) -> Arc<Passage> {
        // Nothing under the lock can panic half-way.
        let mut latest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = latest.upgrade().filter(|known| (known.after, known.upto) == (after, upto));
        known.unwrap_or_else(|| {
            let passage = Arc::new(Passage { after, upto, entries: OnceCell::new() });
            *latest = Arc::downgrade(&passage);
            passage
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_comes_to_the_same_place_shares_what_is_read_there() {
        let latest = Latest::default();
        let mut reads = 0;
        let first = latest.passage(Seq(1), Seq(2));
        for passage in [first.clone(), latest.passage(Seq(1), Seq(2))] {
            let read = async {
                reads += 1;
                Ok(vec![(Seq(2), "{}".to_owned())])
            };
            passage.fill(read).await.expect("is read");
            assert_eq!(passage.entries(), [(Seq(2), "{}".to_owned())]);
        }
        assert_eq!(reads, 1);
        // The history has gone on, or somebody is elsewhere in it.
        assert!(!Arc::ptr_eq(&first, &latest.passage(Seq(1), Seq(3))));
        assert!(!Arc::ptr_eq(&first, &latest.passage(Seq(2), Seq(2))));
    }

    #[tokio::test]
    async fn what_nobody_has_any_more_is_read_anew() {
        let latest = Latest::default();
        let passage = latest.passage(Seq(1), Seq(2));
        passage.fill(async { Ok(vec![(Seq(2), "{}".to_owned())]) }).await.expect("is read");
        drop(passage);
        assert!(latest.passage(Seq(1), Seq(2)).entries().is_empty());
    }
}
