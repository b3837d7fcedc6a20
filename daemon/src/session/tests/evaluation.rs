//! What an evaluation leaves behind: stored once, whenever the daemon ends.

use std::fs;

use alc_core::Scenario;

use super::*;

const SCENARIO: &str = "return { cases = { { input = '2+2?', expected = '4' } } }";

impl Service {
    fn install(&self, package: &str, source: &str) {
        let folder = self.folder.path().join("packages").join(package);
        fs::create_dir_all(&folder).expect("creates");
        fs::write(folder.join("init.lua"), source).expect("writes");
    }

    async fn evaluates(&self, source: &str) -> SessionId {
        let scenario = Scenario::Source { source: source.to_owned(), chunk: "quiz.lua".to_owned() };
        let strategy = "four".parse().expect("a name");
        let program = Program::Eval { scenario, strategy, auto_card: false };
        self.registry.spawn(Specification { program, ..runs("") }).await.expect("spawns")
    }

    async fn report(&self, id: &SessionId) -> serde_json::Value {
        self.reaches(id, StateName::Done).await;
        let outcome = self.registry.outcome(&id.clone().into()).await.expect("reads").2;
        let outcome: serde_json::Value =
            serde_json::from_str(&outcome.expect("ended")).expect("JSON");
        outcome["value"].clone()
    }

    /// The names of the stored files, in order.
    fn evaluations(&self) -> Vec<String> {
        let Ok(entries) = self.folder.path().join("evals").read_dir() else { return Vec::new() };
        let mut names: Vec<_> = entries
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
            .collect();
        names.sort();
        names
    }
}

const FOUR: &str = "return { run = function() return '4' end }";

#[tokio::test]
async fn an_evaluation_is_stored_once_whenever_the_daemon_ends() {
    for point in ["operation.finish", "operation.finished"] {
        let (service, journal) = Service::with_journal();
        service.install("four", FOUR);
        fail::cfg(point, "pause").expect("configures");
        let id = service.evaluates(SCENARIO).await;
        let reader = rusqlite::Connection::open(service.folder.path().join("journal.db"));
        let reader = reader.expect("opens");
        let intended = "SELECT count(*) FROM effect WHERE intent IS NOT NULL AND result IS NULL";
        let files = if point == "operation.finished" { 2 } else { 1 };
        while reader.query_row(intended, [], |row| row.get::<_, i64>(0)).expect("reads") == 0
            || service.evaluations().len() < files
        {
            tokio::task::yield_now().await;
        }
        journal.close().await;
        fail::remove(point);
        let service = service.reopen();
        service.registry.recover().await.expect("recovers");
        let report = service.report(&id).await;
        let eval_id = report["eval_id"].as_str().expect("an id").to_owned();
        let expected = [format!("{eval_id}.json"), format!("{eval_id}.meta.json")];
        assert_eq!(service.evaluations(), expected, "{point}");
        let stored = fs::read(service.folder.path().join("evals").join(&expected[0]));
        let stored: serde_json::Value =
            serde_json::from_slice(&stored.expect("reads")).expect("JSON");
        assert_eq!(stored, report, "{point}");
    }
}

#[tokio::test]
async fn evaluations_that_end_together_are_all_stored() {
    let service = Service::open();
    service.install("four", FOUR);
    let mut sessions = Vec::new();
    for _ in 0..8 {
        sessions.push(service.evaluates(SCENARIO).await);
    }
    let mut ids = Vec::new();
    for session in &sessions {
        let report = service.report(session).await;
        assert_eq!(report["aggregated"]["pass_rate"], 1.0);
        ids.push(report["eval_id"].as_str().expect("an id").to_owned());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 8);
    assert_eq!(service.evaluations().len(), 16);
}

#[tokio::test]
async fn what_cannot_be_stored_is_a_warning() {
    let service = Service::open();
    service.install("four", FOUR);
    fs::write(service.folder.path().join("evals"), "a file").expect("writes");
    let id = service.evaluates(SCENARIO).await;
    let report = service.report(&id).await;
    assert_eq!(report["aggregated"]["passed"], 1);
    assert!(report["save_warning"].as_str().expect("a warning").contains("evals"), "{report}");
    assert!(report.get("eval_id").is_none());
}
