//! What a script changes outside: intended on disk first, made once, and never guessed about.

use std::fs;

use super::*;

fn script(folder: &TempDir) -> String {
    let path = folder.path().join("victim").display().to_string();
    fs::write(&path, "x").expect("writes");
    format!("local ok, gone = pcall(os.remove, [[{path}]]) return {{ok, gone, alc.llm('a')}}")
}

impl Service {
    async fn ended(&self, id: &SessionId) -> String {
        assert_eq!(self.answer(id, None, "A").await, Ok(true));
        self.reaches(id, StateName::Done).await;
        self.registry.outcome(&id.clone().into()).await.expect("reads").2.expect("ended")
    }
}

#[tokio::test]
async fn a_change_outside_is_made_once_and_replayed_from_its_result() {
    let service = Service::open();
    let id = service.paused(&script(&service.folder)).await;
    let victim = service.folder.path().join("victim");
    assert!(!victim.exists());
    fs::write(&victim, "another").expect("writes");
    let service = service.reopen();
    let outcome = service.ended(&id).await;
    assert!(outcome.contains(r#""value":[true,true,"A"]"#), "{outcome}");
    assert!(victim.exists());
}

#[tokio::test]
async fn a_change_that_may_have_been_made_is_not_made_again() {
    for point in ["operation.finish", "operation.finished"] {
        let service = Service::open();
        fail::cfg(point, "pause").expect("configures");
        let id = service.spawn(&script(&service.folder)).await.expect("spawns");
        let reader = rusqlite::Connection::open(service.folder.path().join("journal.db"));
        let reader = reader.expect("opens");
        let intended = "SELECT count(*) FROM effect WHERE intent IS NOT NULL AND result IS NULL";
        while reader.query_row(intended, [], |row| row.get::<_, i64>(0)).expect("reads") == 0 {
            tokio::task::yield_now().await;
        }
        // Stands for a daemon that ended there: nobody takes the result any more.
        let service = service.reopen();
        service.registry.recover().await.expect("recovers");
        service.reaches(&id, StateName::Paused).await;
        let outcome = service.ended(&id).await;
        assert!(outcome.contains("outcome unknown"), "{point}: {outcome}");
    }
}

#[tokio::test]
async fn a_session_cancelled_during_an_operation_ends_with_it() {
    let service = Service::open();
    fail::cfg("operation.finish", "pause").expect("configures");
    let id = service.spawn(&script(&service.folder)).await.expect("spawns");
    assert!(service.cancel(&id).await);
    fail::remove("operation.finish");
    service.reaches(&id, StateName::Cancelled).await;
}

#[tokio::test]
async fn what_was_only_looked_at_is_told_again_after_a_restart() {
    let service = Service::open();
    let path = service.folder.path().join("seen");
    fs::write(&path, "before").expect("writes");
    let shown = path.display();
    let source = format!(
        "local t, is = std.fs.read([[{shown}]]), std.fs.is_file([[{shown}]])
         local ok, e = pcall(std.fs.read, [[{shown}.not]])
         return {{t, is, ok, e:find('std.fs.read:', 1, true), alc.llm('a')}}"
    );
    let id = service.paused(&source).await;
    fs::remove_file(&path).expect("removes");
    let service = service.reopen();
    let outcome = service.ended(&id).await;
    assert!(outcome.contains(r#"["before",true,false,1,"A"]"#), "{outcome}");
}
