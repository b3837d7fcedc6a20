//! Damaged sessions that somebody wants to be rid of, awake and asleep.

use super::*;
use crate::registry::Policy;

impl Service {
    /// Changes what the journal says of sessions, without the checksum that would fit.
    fn damage(&self, which: &str) {
        let database = rusqlite::Connection::open(self.folder.path().join("journal.db"));
        let sql = format!("UPDATE session SET abi = abi + 1 WHERE {which}");
        let changed = database.expect("opens").execute(&sql, []);
        assert_eq!(changed, Ok(1), "{which}");
    }

    async fn is_there(&self, id: &SessionId) -> bool {
        match self.registry.state(&id.clone().into()).await {
            Ok(_) => true,
            Err(RegistryError::NotFound(_)) => false,
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn a_damaged_session_goes_also_while_its_script_runs() {
    let service = Service::open();
    let other = service.paused("return alc.llm('a')").await;
    for source in ["while true do end", "return alc.llm('a')"] {
        let id = service.spawn(source).await.expect("spawns");
        if source != "while true do end" {
            service.reaches(&id, StateName::Paused).await;
        }
        service.damage(&format!("id = '{id}'"));
        let session = Reference::from(id.clone());
        assert!(service.registry.state(&session).await.is_err());
        assert!(service.registry.delete(&session).await.is_err());
        let lost = service.registry.discard(&id).await.expect("goes").expect("was damaged");
        assert!(lost.events > 0, "{lost:?}");
        assert!(!service.is_there(&id).await);
        assert_eq!(service.registry.discard(&id).await.expect("is gone"), None);
    }
    assert_eq!(service.registry.awake(), 1);
    assert_eq!(service.answer(&other, None, "A").await, Ok(true));
    service.reaches(&other, StateName::Done).await;
}

#[tokio::test]
async fn a_sound_session_is_not_deleted_before_it_has_ended() {
    let service = Service::open();
    let id = service.paused("return alc.llm('a')").await;
    let refused = service.registry.discard(&id).await;
    assert!(matches!(refused, Err(RegistryError::NotEnded(_))), "{refused:?}");
    assert!(service.cancel(&id).await);
    assert_eq!(service.registry.discard(&id).await.expect("deletes"), None);
    assert!(!service.is_there(&id).await);
    let never = service.registry.discard(&SessionId::from_random(7)).await;
    assert!(matches!(never, Err(RegistryError::NotFound(_))), "{never:?}");
}

/// Whether it has ended, and when, may be what is damaged.
#[tokio::test]
async fn a_damaged_session_is_not_collected() {
    let service = Service::open();
    let mut ids = Vec::new();
    for _ in 0..3 {
        let id = service.spawn("return 1").await.expect("spawns");
        service.reaches(&id, StateName::Done).await;
        ids.push(id);
    }
    // What has ended cannot be changed through SQL.
    let database = rusqlite::Connection::open(service.folder.path().join("journal.db"));
    database.expect("opens").execute_batch("DROP TRIGGER session_ended").expect("drops");
    service.damage(&format!("id = '{}'", ids[1]));
    for keep_bytes in [None, Some(0)] {
        let policy = Policy { older_than: 0, keep_bytes };
        let would = service.registry.would_collect(policy).await.expect("looks").sessions;
        let gone = service.registry.collect(policy).await.expect("collects").sessions;
        assert_eq!(would, gone);
        assert_eq!(gone.len(), if keep_bytes.is_none() { 2 } else { 0 });
        assert!(!gone.contains(&ids[1]));
    }
    assert!(service.registry.discard(&ids[1]).await.expect("goes").is_some());
}
