//! What scripts require: found by name, kept as it was, loaded with pauses inside.

use std::{fs, path::Path};

use super::*;

/// Writes modules as `(file, source)` into the data folder's packages.
fn install(folder: &Path, modules: &[(&str, &str)]) {
    for (file, source) in modules {
        let path = folder.join("packages").join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("creates");
        fs::write(path, source).expect("writes");
    }
}

impl Service {
    /// What becomes of a script whose queries are all answered `A`: its result or its error.
    async fn result(&self, source: &str) -> serde_json::Value {
        let id = self.spawn(source).await.expect("spawns");
        let session = Reference::from(id.clone());
        loop {
            let stands = |state: StateName| state == StateName::Paused || state.is_terminal();
            let view = self.registry.wait(&session, stands).await.expect("waits");
            if view.state.is_terminal() {
                break;
            }
            assert_eq!(self.answer(&id, None, "A").await, Ok(true));
        }
        let outcome = self.registry.outcome(&session).await.expect("reads").2.expect("ended");
        let outcome: serde_json::Value = serde_json::from_str(&outcome).expect("JSON");
        match outcome.get("value") {
            Some(value) => value.clone(),
            None => outcome["error"]["message"].clone(),
        }
    }
}

const MODULES: &[(&str, &str)] = &[
    ("a/init.lua", "count = (count or 0) + 1 return { name = ..., count = count }"),
    ("a/sub.lua", "return { sub = true, of = require('a').name }"),
    ("nothing/init.lua", "x = 1"),
    ("asks/init.lua", "return { answer = alc.llm('while loading') }"),
    ("hash/init.lua", "#!/usr/bin/env lua\nreturn { 1 }"),
    ("errs/init.lua", "local x = nil\nreturn x.y"),
    ("bad/init.lua", "return return"),
    ("one/init.lua", "return require('two')"),
    ("two/init.lua", "return require('one')"),
];

#[tokio::test]
async fn modules_are_found_and_loaded_once() {
    let service = Service::open();
    install(service.folder.path(), MODULES);
    for (source, expected) in [
        ("return require('a').count + require('a').count", "2"),
        ("require('a') package.loaded.a = nil return require('a').count", "2"),
        ("return { select('#', require('a')), select(2, require('a.sub')) }", r#"[2,"a/sub.lua"]"#),
        ("return require('a.sub').of", "\"a\""),
        ("return require('nothing')", "true"),
        ("return require('asks').answer", "\"A\""),
        ("return require('hash')", "[1]"),
        (
            "package.preload.p = function(...) return {...} end return require('p')",
            r#"["p",":preload:"]"#,
        ),
        ("package.loaded.x = 'here' return require('x')", "\"here\""),
        (
            "return { package.loaded.math == math, package.cpath, type(package.path) }",
            r#"[true,"","string"]"#,
        ),
        ("return require('math') == math and require('_G') == _G", "true"),
        ("return package.searchpath('a.b', '?.none;?/x.none')", "null"),
        ("return coroutine.wrap(function() return require('asks').answer end)()", "\"A\""),
        ("local ok = pcall(require, 'errs') return { ok, (pcall(require, 'a')) }", "[false,true]"),
    ] {
        assert_eq!(service.result(source).await.to_string(), expected, "{source}");
    }
}

#[tokio::test]
async fn what_cannot_be_required_is_named() {
    let service = Service::open();
    install(service.folder.path(), MODULES);
    for (source, parts) in [
        (
            "require('none')",
            &["test.lua:1: module 'none' not found:", "packages/none/init.lua", "no field"][..],
        ),
        ("require('a.none')", &["module 'a.none' not found:", "a/none.lua"]),
        ("require('../a')", &["module '../a' not found:"]),
        ("require('errs')", &["[string \"errs/init.lua\"]:2:", "index a nil value"]),
        ("require('bad')", &["error loading module 'bad'", "bad/init.lua", ":1:"]),
        ("require('one')", &["cyclic require: one -> two -> one"]),
        ("require({})", &["bad argument #1 to 'require'"]),
        ("package.loadlib('x', 'y')", &["package.loadlib: not available"]),
        (
            "table.concat(setmetatable({}, {__index = function() return require('a') end, __len = function() return 1 end}))",
            &["cannot be called inside"],
        ),
    ] {
        let error =
            service.result(source).await.to_string().replace("\\\"", "\"").replace("\\\\", "/");
        for part in parts {
            assert!(error.contains(part), "{source}: {error}");
        }
    }
}

#[tokio::test]
async fn lua_finds_modules_on_its_own_path_too() {
    let service = Service::open();
    let path = service.folder.path().join("lib");
    fs::create_dir_all(path.join("deep")).expect("creates");
    fs::write(path.join("deep/er.lua"), "return { ... }").expect("writes");
    let shown = path.display();
    let source = format!(
        "package.path = [[{shown}/?.lua;]] .. package.path
         return {{ require('deep.er')[1], package.searchpath('deep/er', package.path) ~= nil }}"
    );
    assert_eq!(service.result(&source).await.to_string(), r#"["deep.er",true]"#);
}

#[tokio::test]
async fn a_package_that_is_edited_stays_as_it_was_for_a_session_in_flight() {
    let service = Service::open();
    let folder = service.folder.path().to_owned();
    install(&folder, &[("a/init.lua", "return 'old'"), ("a/later.lua", "return 'old too'")]);
    let id = service
        .paused(
            "local a = require('a') local b = alc.llm('b') return { a, b, (require('a.later')) }",
        )
        .await;
    install(&folder, &[("a/init.lua", "return 'new'"), ("a/later.lua", "return 'new too'")]);
    let service = service.reopen();
    assert_eq!(service.answer(&id, None, "B").await, Ok(true));
    service.reaches(&id, StateName::Done).await;
    let outcome = service.registry.outcome(&id.into()).await.expect("reads").2.expect("ended");
    assert!(outcome.contains(r#""value":["old","B","old too"]"#), "{outcome}");
}
