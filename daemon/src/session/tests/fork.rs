//! Strategies side by side: gathered pauses, one order, the same again after a restart.

use std::fs;

use super::*;

fn install(folder: &TempDir, packages: &[(&str, &str)]) {
    for (name, run) in packages {
        let folder = folder.path().join("packages").join(name);
        fs::create_dir_all(&folder).expect("creates");
        let source = format!("return {{ run = function(ctx) {run} end }}");
        fs::write(folder.join("init.lua"), source).expect("writes");
    }
}

const PACKAGES: &[(&str, &str)] = &[
    ("once", "ctx.result = alc.llm('once ' .. ctx.task) return ctx"),
    (
        "twice",
        "local a = alc.llm('first ' .. ctx.task) print('between') \
         return { result = a .. alc.llm('second') }",
    ),
    (
        "batch",
        "local all = alc.llm_batch({{prompt = 'b1'}, {prompt = 'b2'}}) \
         all[3] = alc.stats.llm_calls() return all",
    ),
    ("none", "return math.random() >= 0 and ctx.task"),
    ("fails", "alc.llm('before failing') error('no luck')"),
    ("nested", "return alc.fork({'once'}, ctx)"),
    ("forever", "while true do end"),
];

impl Service {
    async fn open_prompts(&self, id: &SessionId) -> Vec<String> {
        let view = self.registry.state(&id.clone().into()).await.expect("reads");
        let pause = view.pause.expect("paused");
        pause.queries.into_iter().map(|query| query.query.prompt).collect()
    }
}

const SOURCE: &str =
    "local all = alc.fork({'once', 'twice', 'batch', 'none', 'fails'}, {task = 't'})
    return { all, alc.stats.llm_calls(), alc.llm('after') }";
const RESULT: &str = concat!(
    r#""value":[[{"ok":true,"result":{"result":"A1","task":"t"},"strategy":"once"},"#,
    r#"{"ok":true,"result":{"result":"A2A6"},"strategy":"twice"},"#,
    r#"{"ok":true,"result":["A3","A4",2],"strategy":"batch"},"#,
    r#"{"ok":true,"result":"t","strategy":"none"},"#,
    r#"{"error":"[string \"fails/init.lua\"]:1: no luck","ok":false,"strategy":"fails"}],6,"A7"]"#
);

/// Runs the fork above, with a restart wherever `restarts` says so.
async fn run(restarts: bool) {
    let mut service = Service::open();
    install(&service.folder, PACKAGES);
    let id = service.paused(SOURCE).await;
    assert_eq!(
        service.open_prompts(&id).await,
        ["once t", "first t", "b1", "b2", "before failing"]
    );
    // In any order, and in parts.
    for query in [4, 1, 5, 3, 2] {
        if restarts {
            service = service.reopen();
        }
        let text = format!("A{query}");
        assert_eq!(service.answer(&id, Some(query), &text).await, Ok(true));
    }
    service.reaches(&id, StateName::Paused).await;
    for (query, prompt) in [(6, "second"), (7, "after")] {
        service.reaches(&id, StateName::Paused).await;
        if restarts {
            service = service.reopen();
        }
        assert_eq!(service.open_prompts(&id).await, [prompt]);
        let text = format!("A{query}");
        assert_eq!(service.answer(&id, Some(query), &text).await, Ok(true));
    }
    service.reaches(&id, StateName::Done).await;
    let outcome = service.registry.outcome(&id.into()).await.expect("reads").2.expect("ended");
    assert!(outcome.contains(RESULT), "{outcome}");
}

#[tokio::test]
async fn the_questions_of_a_round_are_one_pause() {
    run(false).await;
}

#[tokio::test]
async fn a_fork_goes_on_after_any_restart() {
    run(true).await;
}

#[tokio::test]
async fn a_fork_says_what_is_wrong() {
    let service = Service::open();
    install(&service.folder, PACKAGES);
    for (call, message) in [
        ("alc.fork({}, {})", "alc.fork: strategies must be a non-empty array"),
        ("alc.fork('once', {})", "alc.fork: strategies must be a non-empty array"),
        ("alc.fork({'a-b'}, {})", "alc.fork: invalid strategy name"),
        ("alc.fork({'../x'}, {})", "alc.fork: invalid strategy name"),
        ("alc.fork({'none'}, {f = print})", "unsupported value type"),
        ("alc.fork({'none'})", "bad argument #2"),
        (
            "alc.fork({'none', 'absent'}, {}, {on_error = 'fail'})",
            "alc.fork: strategy 'absent' failed: ",
        ),
        (
            "alc.fork({'nested'}, {task = 't'}, {on_error = 'abort'})",
            "alc.fork: nested fork not supported",
        ),
    ] {
        let id = service.spawn(call).await.expect("spawns");
        service.reaches(&id, StateName::Failed).await;
        let outcome = service.registry.outcome(&id.into()).await.expect("reads").2.expect("ended");
        assert!(outcome.contains(message), "{call}: {outcome}");
    }
}

#[tokio::test]
async fn children_draw_on_the_session_s_budget() {
    let service = Service::open();
    install(&service.folder, PACKAGES);
    let source = "return alc.fork({'once', 'once', 'once'}, {task = 't'})";
    let limits = Limits { max_llm_calls: Some(2), ..Limits::default() };
    let specification = Specification { limits, ..runs(source) };
    let id = service.registry.spawn(specification).await.expect("spawns");
    service.reaches(&id, StateName::Paused).await;
    assert_eq!(service.open_prompts(&id).await.len(), 2);
    for query in [1, 2] {
        assert_eq!(service.answer(&id, Some(query), "A").await, Ok(true));
    }
    service.reaches(&id, StateName::Done).await;
    let outcome = service.registry.outcome(&id.into()).await.expect("reads").2.expect("ended");
    assert!(outcome.contains("budget_exceeded: max_llm_calls"), "{outcome}");
}

#[tokio::test]
async fn a_fork_whose_child_never_ends_can_be_cancelled() {
    let service = Service::open();
    install(&service.folder, PACKAGES);
    let id = service.spawn("alc.fork({'once', 'forever'}, {task = 't'})").await.expect("spawns");
    assert!(service.cancel(&id).await);
    service.reaches(&id, StateName::Cancelled).await;
}
