//! Reports: a page shows what happened, and no text on it is more than text.

use std::{fs, path::Path, process::Command};

use crate::env::{Ran, TestEnv};

const HOSTILE: &str =
    "</pre></details><script>document.title='gone'</script><img src=x onerror=alert(1)>";

/// A session with something of everything, and hostile texts everywhere.
fn eventful(env: &TestEnv) -> String {
    let source = format!(
        "local bad = [==[{HOSTILE}]==]
         print(bad) print('second line') alc.progress(1, 2, bad)
         alc.llm(bad, {{system = bad, role = 'grader'}})
         alc.llm_batch({{{{prompt = 'b1'}}, {{prompt = '```\\nb2'}}, {{prompt = 'b3'}}}})
         return {{bad}}"
    );
    let script = env.file("page.lua", source);
    let script = script.to_str().expect("UTF-8");
    let budget = r#"{"budget":{"max_tokens":5000}}"#;
    let label = format!("note={HOSTILE}");
    let spawn = ["spawn", script, "--max-llm-calls", "9", "-l", &label, "--ctx", budget];
    let id = env.alc(spawn).ok();
    env.alc(["prompt", &id]).ok();
    let usage = r#""usage":{"prompt_tokens":120,"completion_tokens":45}"#;
    let answer = |query: u32, text: &str| {
        let text = serde_json::Value::from(text);
        format!(r#"{{"query_id":"{id}.{query}","response":{text},{usage}}}"#)
    };
    env.alc_with(["resume", &id, "--batch"], answer(1, HOSTILE)).ok();
    env.alc(["note", &id, HOSTILE, "--title", HOSTILE]).ok();
    env.alc(["prompt", &id]).ok();
    env.alc_with(["resume", &id, "--batch"], [answer(2, "B"), answer(4, "D")].join("\n")).ok();
    id
}

fn finish(env: &TestEnv, id: &str) {
    env.alc(["resume", id, "the last answer"]).ok();
    env.alc(["result", "--wait", id]).ok();
}

#[test]
fn a_page_says_what_was_asked_answered_and_returned() {
    let env = TestEnv::new();
    let id = eventful(&env);
    let paused = env.alc(["report", &id, "--html", "-"]).ok();
    assert!(paused.contains("1 open") || paused.contains(">open<"), "{paused}");
    finish(&env, &id);
    let page = env.folder().join("page.html");
    let path = page.to_str().expect("UTF-8");
    env.alc(["report", &id, "--html", path]).ok();
    let html = fs::read_to_string(&page).expect("reads");
    assert_eq!(html.trim_end(), env.alc(["report", &id, "--html", "-"]).ok());
    for part in [
        "Content-Security-Policy",
        "What came of it: done",
        "Batch of 3 questions",
        "4 of 9",
        // Three answers told their usage, and that of the fourth is estimated.
        "501 of 5000 (362 + 139)",
        "120 + 45 tokens",
        "the last answer",
        "grader",
        "2 lines",
    ] {
        assert!(html.contains(part), "{part} is missing in {html}");
    }
    for part in ["<script", "<img", "onerror=alert(1)>", "http://", "https://"] {
        assert!(!html.contains(part), "{part} is in {html}");
    }
}

#[test]
fn a_summary_folds_texts_out_and_nothing_ends_their_blocks() {
    let env = TestEnv::new();
    let id = eventful(&env);
    finish(&env, &id);
    let text = env.alc(["report", &id, "--md"]).ok();
    let mut fence: Option<String> = None;
    let mut folded = 0;
    for line in text.lines() {
        match &fence {
            Some(open) if line == open => fence = None,
            Some(_) => {}
            None if line.starts_with("```") => {
                fence = Some(line.trim_end_matches("text").to_owned());
            }
            None => {
                folded += line.matches("<details>").count();
                folded -= line.matches("</details>").count();
                let bare = line.replace("<details>", "").replace("</details>", "");
                let bare = bare.replace("<summary>", "").replace("</summary>", "");
                assert!(!bare.contains('<'), "{line}");
            }
        }
    }
    assert_eq!((fence, folded), (None, 0));
    assert!(
        text.contains("### What came of it: done") && text.contains("**Batch of 3 questions**")
    );
}

/// Runs Chromium without a window; `None`, and a remark, where there is none.
#[expect(clippy::print_stdout, reason = "what a machine lacks is told by the test")]
fn chromium(env: &TestEnv, arguments: &[&str], page: &Path) -> Option<Vec<u8>> {
    let profile = format!("--user-data-dir={}", env.folder().join("profile").display());
    let mut command = Command::new("chromium");
    command
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", &profile])
        .args(arguments)
        .arg(format!("file://{}", page.display()))
        .env("HOME", env.folder());
    let Ok(ran) = command.output() else {
        println!("skipped: chromium");
        return None;
    };
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    Some(ran.stdout)
}

#[test]
fn a_browser_shows_the_page_as_it_is_meant() {
    let env = TestEnv::new();
    let id = eventful(&env);
    finish(&env, &id);
    let page = env.folder().join("page.html");
    env.alc(["report", &id, "--html", page.to_str().expect("UTF-8")]).ok();
    let Some(dom) = chromium(&env, &["--dump-dom"], &page) else { return };
    let dom = String::from_utf8(dom).expect("UTF-8");
    // What the browser made of it: the same elements, and no others.
    assert!(dom.contains(&format!("<title>{id} · done</title>")), "{dom}");
    assert!(!dom.contains("<script") && !dom.contains("<img"), "{dom}");
    assert_eq!(dom.matches("<details").count(), 5, "{dom}");
    assert_eq!(dom.matches("<li").count(), dom.matches("</li>").count());
    let picture = env.folder().join("page.png");
    let shoot = format!("--screenshot={}", picture.display());
    chromium(&env, &["--hide-scrollbars", "--window-size=900,1200", &shoot], &page);
    assert!(fs::metadata(picture).expect("a picture").len() > 10_000);
}

#[test]
fn a_fork_shows_which_child_asks() {
    let env = TestEnv::new();
    let source = "local all = alc.fork({'draft', 'judge'}, {task = 'x'}) return alc.llm('which?')";
    for (name, asks) in [("draft", "alc.llm('a line')"), ("judge", "alc.llm('good?')")] {
        let folder = env.folder().join("packages").join(name);
        fs::create_dir_all(&folder).expect("creates");
        let text = format!("return {{ run = function() return {asks} end }}");
        fs::write(folder.join("init.lua"), text).expect("writes");
    }
    let mut spawn = env.command(["spawn", "-e", source]);
    spawn.env("ALC_PACKAGES_PATH", env.folder().join("packages"));
    let id = Ran::new(spawn.output().expect("alc runs")).ok();
    env.alc(["prompt", &id]).ok();
    let second = &env.json(["prompt", &format!("{id}.2")])[0];
    assert_eq!(second["child"], serde_json::json!({ "place": 2, "strategy": "judge" }));
    env.alc(["resume", &format!("{id}.2"), "B"]).ok();
    env.kill_daemon();
    env.alc(["resume", &format!("{id}.1"), "A", "--next"]).ok();
    assert_eq!(env.json(["prompt", &id])[0].get("child"), None);
    for page in ["--md", "--html=-"] {
        let page = env.alc(["report", &id, page]).ok();
        for part in ["Fork: 2 questions", "child 1, draft", "child 2, judge", "Question"] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(!page.contains("Batch of"), "{page}");
    }
}
