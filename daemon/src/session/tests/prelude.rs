//! A session keeps the library it was born with.

use super::*;

/// This program's library with a function that tells releases apart: `alc.release`.
fn release(name: &str) -> Preludes {
    let (_, own) = preludes().own_text();
    let more = format!(
        "--- alc: release\nlocal _, lib = ...\nfunction lib.release() return '{name}' end\n"
    );
    Preludes::with_own(&[&own, more.as_str()].concat()).expect("compiles")
}

impl Service {
    /// As after an upgrade, or the way back.
    fn run_by(&mut self, name: &str) {
        let journal = journal(&self.folder);
        self.registry = registry_of(&self.folder, journal, pool(), release(name), MEMORY);
    }

    async fn returned(&self, id: &SessionId) -> String {
        self.reaches(id, StateName::Done).await;
        let outcome = self.registry.outcome(&id.clone().into()).await.expect("reads").2;
        let outcome: serde_json::Value =
            serde_json::from_str(&outcome.expect("ended")).expect("JSON");
        outcome["value"].to_string()
    }
}

const SCRIPT: &str =
    "local before = alc.release() alc.llm(before) return {before, alc.release(), alc.llm('b')}";

#[tokio::test]
async fn a_session_goes_on_with_the_library_it_was_born_with() {
    let mut service = Service::open();
    service.run_by("first");
    let old = [service.paused(SCRIPT).await, service.paused(SCRIPT).await];
    service.run_by("second");
    let new = service.paused(SCRIPT).await;
    for answer in ["A", "B"] {
        for id in [&old[0], &new, &old[1]] {
            service.reaches(id, StateName::Paused).await;
            assert_eq!(service.answer(id, None, answer).await, Ok(true));
        }
    }
    for id in old {
        assert_eq!(service.returned(&id).await, r#"["first","first","B"]"#);
    }
    assert_eq!(service.returned(&new).await, r#"["second","second","B"]"#);
}

/// Each text is stored once, and stays as long as a session was born with it.
#[tokio::test]
async fn a_library_is_kept_once_for_all_its_sessions() {
    let mut service = Service::open();
    service.run_by("first");
    let kept = service.paused(SCRIPT).await;
    let gone = service.spawn("return 1").await.expect("spawns");
    service.reaches(&gone, StateName::Done).await;
    service.run_by("second");
    service.registry.delete(&gone.into()).await.expect("deletes");
    let policy = crate::registry::Policy { older_than: 0, keep_bytes: None };
    service.registry.collect(policy).await.expect("collects");
    service.run_by("third");
    service.answer(&kept, None, "A").await.expect("answers");
    service.reaches(&kept, StateName::Paused).await;
    service.answer(&kept, None, "B").await.expect("answers");
    assert_eq!(service.returned(&kept).await, r#"["first","first","B"]"#);
    let database = rusqlite::Connection::open(service.folder.path().join("journal.db"));
    let count = "SELECT count(*) FROM blob WHERE hash IN (SELECT prelude FROM session)";
    let count: i64 =
        database.expect("opens").query_row(count, [], |row| row.get(0)).expect("counts");
    assert_eq!(count, 1);
}
