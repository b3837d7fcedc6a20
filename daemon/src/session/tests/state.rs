//! `alc.state`: kept across sessions, changed once, never laid over somebody's later edit.

use std::fs;

use super::*;

impl Service {
    fn stored(&self, file: &str) -> Option<serde_json::Value> {
        let text = fs::read(self.folder.path().join("state").join(file)).ok()?;
        Some(serde_json::from_slice(&text).expect("JSON"))
    }
}

/// Scripts that run one after the other, and what they return.
const LIFE: &[(&str, &str)] = &[
    (
        "return {alc.state.get('a') == nil, alc.state.get('a', 7), alc.state.has('a')}",
        "[true,7,false]",
    ),
    ("alc.state.set('a', {x = {1, 2.0}}) return alc.state.get('a')", r#"{"x":[1,2.0]}"#),
    ("return {alc.state.get('a').x[1], alc.state.has('a'), alc.state.keys()}", r#"[1,true,["a"]]"#),
    (
        "alc.state.set('null') return {alc.state.has('null'), alc.state.get('null', 'd') == nil}",
        "[true,true]",
    ),
    (
        "return {alc.state.set_nx('a', 1), alc.state.set_nx('b', 'new'), alc.state.get('b')}",
        r#"[false,true,"new"]"#,
    ),
    (
        "return {alc.state.delete('b'), alc.state.delete('b'), alc.state.has('b')}",
        "[true,false,false]",
    ),
    (
        "return {alc.state.incr('n'), alc.state.incr('n', 2), alc.state.incr('m', 1, 10)}",
        "[1.0,3.0,11.0]",
    ),
    ("return select(2, pcall(alc.state.incr, 'a'))", "\"incr: value at 'a' is not a number\""),
    (
        "return {alc.state.update('n', function(n) return n * 2 end), alc.state.get('n')}",
        "[6.0,6.0]",
    ),
    ("ctx._ns = 'other' alc.state.set('a', 1) return alc.state.keys()", r#"["a"]"#),
    (
        "alc.state.set('p:x', 'own') return {alc.state.get('p:x'), #alc.state.keys()}",
        r#"["own",4]"#,
    ),
    (
        "return {alc.state.list('p'), alc.state.show('p', 'x'), alc.state.list('none')}",
        r#"[["x"],"own",[]]"#,
    ),
    (
        "ctx._ns = 'third' return {alc.state.get('p:x'), alc.state.delete('p:x'), alc.state.get('p:x') == nil}",
        r#"["own",true,true]"#,
    ),
    (
        "return select(2, pcall(alc.state.show, 'p', 'gone'))",
        "\"state: key 'gone' not found in namespace 'p'\"",
    ),
    (
        "return select(2, pcall(alc.state.list, '../p'))",
        "\"state: unsafe namespace segment '../p'\"",
    ),
    ("return select(2, pcall(alc.state.show, 'p', '..'))", "\"state: unsafe key segment '..'\""),
    (
        "ctx._ns = '../x' return select(2, pcall(alc.state.get, 'a'))",
        "\"Invalid namespace: '../x'\"",
    ),
    (
        "return select(2, pcall(alc.state.get))",
        "\"bad argument #1: string expected, got no value\"",
    ),
    ("return select(2, pcall(alc.state.get, '\\xff'))", "\"a string is not valid UTF-8\""),
    (
        "return (select(2, pcall(alc.state.set, 'f', print)))",
        "\"unsupported value type `function`\"",
    ),
];

#[tokio::test]
async fn values_are_kept_by_key() {
    let service = Service::open();
    for (source, expected) in LIFE {
        assert_eq!(service.says(source).await, *expected, "{source}");
    }
    assert_eq!(service.stored("other.json"), Some(serde_json::json!({ "a": 1 })));
}

#[tokio::test]
async fn dispatched_keys_keep_what_was_there_before() {
    let service = Service::open();
    for (source, expected) in [
        (
            "alc.state.set_dispatched('flow', 'k', {data = {completed_steps = {'a', 'b'}, x = 1, y = 2}})",
            "null",
        ),
        (
            "alc.state.set_dispatched('flow', 'l', 1) alc.state.set_dispatched('flow', 'l', 2) return alc.state.delete_dispatched('flow', 'l')",
            "true",
        ),
        ("return alc.state.delete_dispatched('flow', 'l')", "false"),
        (
            "local r = alc.state.reset('flow', 'k', {steps = {'a', 'z'}, fields = {'x'}}) return {r.ok, r.steps_removed, r.fields_removed}",
            r#"[true,["a"],["x"]]"#,
        ),
        ("return alc.state.show('flow', 'k')", r#"{"data":{"completed_steps":["b"],"y":2}}"#),
        // A list that is empty in Lua.
        (
            "alc.state.set_dispatched('flow', 'e', {data = {completed_steps = {}}}) \
             return #alc.state.reset('flow', 'e', {steps = {'a'}, fields = {}}).steps_removed",
            "0",
        ),
        (
            "alc.state.set_dispatched('flow', 'bad', {data = {completed_steps = 'a'}}) \
             return select(2, pcall(alc.state.reset, 'flow', 'bad'))",
            "\"state: shape invalid\"",
        ),
        (
            "alc.state.set_dispatched('flow', 'bad', 1) return select(2, pcall(alc.state.reset, 'flow', 'bad'))",
            "\"state: shape invalid\"",
        ),
    ] {
        assert_eq!(service.says(source).await, expected, "{source}");
    }
    assert_eq!(service.stored("flow/l.json.bak"), Some(serde_json::json!(2)));
    assert_eq!(service.stored("flow/l.json"), None);
    fs::write(service.folder.path().join("state/default.json"), "{").expect("writes");
    let error = service.says("return select(2, pcall(alc.state.get, 'a'))").await;
    assert!(error.contains("Failed to parse state"), "{error}");
}

/// Killed before the change or after it, the change is there once; an edit that came later stays.
#[tokio::test]
async fn a_change_is_made_once_whenever_the_daemon_ends() {
    for (point, edit, expected) in [
        ("operation.finish", None, 1.0),
        ("operation.finished", None, 1.0),
        ("operation.finished", Some(50.0), 50.0),
    ] {
        let (service, journal) = Service::with_journal();
        fail::cfg(point, "pause").expect("configures");
        let source = "return {alc.state.incr('n'), alc.llm('q')}";
        let id = service.spawn(source).await.expect("spawns");
        let reader = rusqlite::Connection::open(service.folder.path().join("journal.db"));
        let reader = reader.expect("opens");
        let intended = "SELECT count(*) FROM effect WHERE intent IS NOT NULL AND result IS NULL";
        while reader.query_row(intended, [], |row| row.get::<_, i64>(0)).expect("reads") == 0
            || point == "operation.finished" && service.stored("default.json").is_none()
        {
            tokio::task::yield_now().await;
        }
        if let Some(edit) = edit {
            let path = service.folder.path().join("state/default.json");
            fs::write(path, serde_json::json!({ "n": edit }).to_string()).expect("writes");
        }
        // As at the first daemon's end: it writes nothing more down, and lets go of its locks.
        journal.close().await;
        fail::remove(point);
        let service = service.reopen();
        service.registry.recover().await.expect("recovers");
        service.reaches(&id, StateName::Paused).await;
        assert_eq!(service.answer(&id, None, "A").await, Ok(true));
        service.reaches(&id, StateName::Done).await;
        let outcome = service.registry.outcome(&id.into()).await.expect("reads").2.expect("ended");
        assert!(outcome.contains(r#""value":[1.0,"A"]"#), "{point}: {outcome}");
        let stored = service.stored("default.json").expect("stored");
        assert_eq!(stored["n"], serde_json::json!(expected), "{point}");
    }
}
