//! Where the last lines of a session's log are in its history.

use std::collections::VecDeque;

use alc_core::{Entry, Seq};
use serde::{Deserialize, Serialize};

/// How many lines of its log a session shows.
const SHOWN: usize = 20;

/// The places of the last lines, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LastLines(VecDeque<Seq>);

impl LastLines {
    /// The history goes on with this entry.
    pub(super) fn pass(&mut self, seq: Seq, entry: &Entry) {
        if let Entry::Log(_) = entry {
            self.0.push_back(seq);
        }
        if self.0.len() > SHOWN {
            self.0.pop_front();
        }
    }

    /// Oldest first.
    pub(super) fn places(&self) -> impl Iterator<Item = Seq> {
        self.0.iter().copied()
    }
}
