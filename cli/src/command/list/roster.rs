//! The sessions of a list that is followed, as far as they were told.

use std::collections::{BTreeMap, HashMap};

use alc_core::{Seq, SessionId};

/// Rows by session, the newest first.
#[derive(Debug, Default)]
pub(super) struct Roster {
    sessions: HashMap<SessionId, Known>,
    rows: BTreeMap<i64, Vec<String>>,
    /// While the whole list is told: how many sessions of it were.
    whole: Option<i64>,
    /// How often the whole list was told.
    times: u32,
}

#[derive(Debug)]
struct Known {
    seq: Seq,
    /// Smaller is further up.
    place: i64,
    /// The last time that it was in the whole list.
    times: u32,
}

impl Roster {
    /// The whole list follows.
    pub(super) fn begin(&mut self) {
        self.whole = Some(0);
        self.times += 1;
        self.rows.clear();
    }

    /// A session with its row as it is now; whether that was not known.
    pub(super) fn put(&mut self, session: SessionId, seq: Seq, row: Vec<String>) -> bool {
        let known = self.sessions.get(&session);
        let news = known.is_none_or(|known| known.seq != seq);
        let place = match (&mut self.whole, known) {
            (Some(told), _) => {
                *told += 1;
                *told
            }
            (None, Some(known)) => known.place,
            (None, None) => self.rows.first_key_value().map_or(0, |(first, _)| first - 1),
        };
        self.rows.insert(place, row);
        self.sessions.insert(session, Known { seq, place, times: self.times });
        news
    }

    /// A session is not in the list; whether it was.
    pub(super) fn remove(&mut self, session: &SessionId) -> bool {
        let known = self.sessions.remove(session);
        known.is_some_and(|known| self.rows.remove(&known.place).is_some())
    }

    /// All is told that there is; what was not in the whole list is gone.
    pub(super) fn end(&mut self) {
        if self.whole.take().is_some() {
            self.sessions.retain(|_, known| known.times == self.times);
        }
    }

    /// How many sessions there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The first of their rows.
    pub(super) fn first(&self, count: usize) -> Vec<Vec<String>> {
        self.rows.values().take(count).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(roster: &mut Roster, session: u64, seq: u64) -> bool {
        roster.put(SessionId::from_random(session), Seq(seq), vec![format!("{session} {seq}")])
    }

    fn rows(roster: &Roster) -> Vec<String> {
        roster.first(9).concat()
    }

    #[test]
    fn what_changes_stays_where_it_is_and_what_is_new_comes_first() {
        let mut roster = Roster::default();
        roster.begin();
        assert!(put(&mut roster, 2, 1) && put(&mut roster, 1, 1));
        roster.end();
        assert!(put(&mut roster, 1, 2) && !put(&mut roster, 1, 2));
        assert!(put(&mut roster, 3, 1) && put(&mut roster, 4, 1));
        assert_eq!(rows(&roster), ["4 1", "3 1", "2 1", "1 2"]);
        assert!(roster.remove(&SessionId::from_random(3)));
        assert!(!roster.remove(&SessionId::from_random(3)));
        assert_eq!(rows(&roster), ["4 1", "2 1", "1 2"]);
    }

    #[test]
    fn a_whole_list_is_all_there_is_and_news_only_where_it_changed() {
        let mut roster = Roster::default();
        for changed in [1, 2] {
            roster.begin();
            assert!(put(&mut roster, 7, changed));
            assert_eq!(put(&mut roster, 5, 1), changed == 1);
            if changed == 1 {
                put(&mut roster, 6, 1);
            }
            roster.end();
        }
        assert_eq!(rows(&roster), ["7 2", "5 1"]);
        assert_eq!(roster.len(), 2);
        assert!(!roster.remove(&SessionId::from_random(6)));
    }
}
