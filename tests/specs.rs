//! `alc pkg test`: which specs are run, what they find, and what is told of them.

use std::fs;

use serde_json::{Value, json};

use crate::env::{Ran, TestEnv};

fn write(env: &TestEnv, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = env.folder().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("creates");
        fs::write(path, text).expect("writes");
    }
}

/// The names of the tests that ran, in their order; those that failed with a `!`.
#[track_caller]
fn ran(env: &TestEnv, words: &str) -> String {
    let words: Vec<_> = ["pkg", "test"].into_iter().chain(words.split_whitespace()).collect();
    let lines = env.json(words);
    let [view] = lines.as_slice() else { panic!("{lines:?}") };
    let files = view["spec_files"].as_array().expect("files").iter();
    let tests = files.flat_map(|file| file["tests"].as_array().expect("tests"));
    let name = |test: &Value| {
        let mark = if test["passed"] == true { "" } else { "!" };
        format!("{mark}{}", test["name"].as_str().expect("a name"))
    };
    tests.map(name).collect::<Vec<_>>().join(" ")
}

const ONE: &str = "lust.it('one', function() end)";

#[test]
fn specs_are_those_of_packages_folders_and_files() {
    let env = TestEnv::new();
    let passes = |name: &str| format!("lust.it('{name}', function() require('shared') end)");
    let files = [
        ("home/packages/cot/init.lua", "return {}".to_owned()),
        ("home/packages/cot/spec/b_spec.lua", passes("cot-b")),
        ("home/packages/cot/spec/a_spec.lua", passes("cot-a")),
        ("home/packages/cot/spec/notes.lua", "error('no spec')".to_owned()),
        ("home/packages/shared/init.lua", "return {}".to_owned()),
        ("coll/x/init.lua", "return {}".to_owned()),
        ("coll/x/spec/x_spec.lua", passes("x")),
        ("coll/w/init.lua", "return {}".to_owned()),
        ("coll/w/spec/w_spec.lua", passes("w")),
        ("coll/w/checks/edge_spec.lua", passes("edge")),
        ("coll/no_package/spec/y_spec.lua", passes("y")),
        ("shared.lua", "return {}".to_owned()),
        ("loose_spec.lua", passes("loose")),
    ];
    write(&env, &files.each_ref().map(|(path, text)| (*path, text.as_str())));
    for (words, expected) in [
        ("cot", "cot-a cot-b"),
        ("cot --filter b_", "cot-b"),
        ("coll", "w x"),
        ("./coll/", "w x"),
        ("coll/x", "x"),
        ("coll/x/spec", "x"),
        ("coll/x/spec/x_spec.lua", "x"),
        ("coll/w --spec-dir checks", "edge"),
        ("coll/x cot coll/x", "x cot-a cot-b"),
        ("coll/no_package/spec/y_spec.lua", "y"),
        ("loose_spec.lua", "loose"),
        ("", "loose"),
    ] {
        assert_eq!(ran(&env, words), expected, "{words}");
    }
    for (words, message) in [
        ("none", "no package is called `none`"),
        ("./none", "`./none` is not there"),
        ("shared", "no spec files found"),
        ("cot --filter none", "no spec files found"),
        ("cot none", "no package is called `none`"),
    ] {
        let words = ["pkg", "test"].into_iter().chain(words.split_whitespace());
        let told = env.alc(words).fails(4, "not_found");
        assert!(told.contains(message), "{told}");
    }
    assert!(!env.home().join("journal").exists(), "no daemon was started");
}

#[test]
fn a_project_has_its_specs_tested_with_the_packages_it_names() {
    let env = TestEnv::new();
    write(
        &env,
        &[
            ("home/packages/base/init.lua", "return 'store'"),
            ("home/packages/only/init.lua", "return 'store'"),
            ("work/alc.toml", "[packages]\nmine = { path = 'mine-folder' }"),
            ("work/alc.local.toml", "[packages]\nbase = { path = '../elsewhere/base' }\nonly = { path = 'none' }"),
            ("work/mine-folder/init.lua", "return 'mine'"),
            (
                "work/mine-folder/spec/mine_spec.lua",
                "lust.it('finds', function()
                   lust.expect(require('mine') .. require('base') .. require('only')).to.equal('mineworktreestore')
                   lust.expect(require('more')).to.equal('more')
                 end)",
            ),
            ("elsewhere/base/init.lua", "return 'worktree'"),
            ("more/more.lua", "return 'more'"),
            ("work/inner/x.txt", ""),
        ],
    );
    let inner = env.folder().join("work/inner");
    let mut command =
        env.command(["pkg", "test", "--path", "../../more", "--path", "gone", "--json"]);
    let output = command.current_dir(&inner).output().expect("runs");
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(told["passed"], 1, "{told}");
    let sources: Vec<_> = told["resolved_search_paths"]
        .as_array()
        .expect("paths")
        .iter()
        .map(|path| path["source"].as_str().expect("a source"))
        .collect();
    let expected = ["package", "variant", "project", "collection", "store", "extra", "extra"];
    assert_eq!(sources, expected, "{told}");
    let warnings = told["search_path_warnings"].as_array().expect("warnings").iter();
    let warnings: Vec<_> = warnings.map(|warning| warning.as_str().expect("text")).collect();
    let [link, folder] = warnings[..] else { panic!("{told}") };
    assert!(link.starts_with("alc.local.toml links `only` to "), "{told}");
    assert!(folder.ends_with("gone is no folder"), "{told}");
}

#[test]
fn a_link_of_the_worktree_counts_before_the_packages_around_the_one_that_is_tested() {
    let env = TestEnv::new();
    let spec = "lust.it(require('shapes'), function() end)";
    write(
        &env,
        &[
            ("home/packages/cot/init.lua", "return {}"),
            ("home/packages/cot/spec/cot_spec.lua", spec),
            ("home/packages/shapes/init.lua", "return 'store'"),
            ("col/own/init.lua", "return {}"),
            ("col/own/spec/own_spec.lua", spec),
            ("col/shapes/init.lua", "return 'around'"),
            ("alc.toml", ""),
        ],
    );
    assert_eq!((ran(&env, "cot").as_str(), ran(&env, "col/own").as_str()), ("store", "around"));
    let beside = "error('nothing links it')";
    write(
        &env,
        &[
            ("dev/shapes/init.lua", "return require('cot') and 'linked'"),
            ("dev/cot/init.lua", beside),
        ],
    );
    env.file("alc.local.toml", "[packages]\nshapes = { path = 'dev/shapes' }");
    assert_eq!((ran(&env, "cot").as_str(), ran(&env, "col/own").as_str()), ("linked", "linked"));
}

#[test]
fn what_failed_is_told_with_its_file_and_groups() {
    let env = TestEnv::new();
    let spec = "local expect = lust.expect
        lust.describe('outer', function()
          lust.it('passes', function() end)
          lust.describe('inner', function()
            lust.it('fails', function() expect(1).to.equal(2) end)
          end)
        end)
        error('outside')";
    write(&env, &[("p/init.lua", "return {}"), ("p/spec/p_spec.lua", spec)]);
    let ran = env.alc(["pkg", "test", "p"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let path = env.folder().join("p/spec/p_spec.lua");
    let expected = format!(
        "FAILED {}
  outer > inner > fails
    p/spec/p_spec.lua:5: expected 1 and 2 to be equal
  <top-level>
    p/spec/p_spec.lua:8: outside

1 passed, 2 failed in 1 file (",
        path.display()
    );
    assert!(ran.stdout.starts_with(&expected), "{}", ran.stdout);
    let told = env.json(["pkg", "test", "p"]).remove(0);
    assert_eq!((&told["passed"], &told["failed"]), (&json!(1), &json!(2)));
    assert_eq!((&told["total"], &told["pending"]), (&json!(3), &json!(0)));
    let file = &told["spec_files"][0];
    assert_eq!(
        (&file["passed"], &file["failed"], &file["total"]),
        (&json!(1), &json!(2), &json!(3))
    );
    let passed = json!({ "suite": "outer", "name": "passes", "passed": true, "pending": false });
    assert_eq!(file["tests"][0], passed);
    assert_eq!(file["tests"][1]["suite"], "outer > inner");
}

#[test]
fn each_file_runs_in_a_lua_of_its_own() {
    let env = TestEnv::new();
    let spec = |name: &str| {
        format!(
            "lust.it('{name}', function()
               lust.expect(mine).to_not.exist() mine = 1
               lust.expect(alc.state.get('k')).to_not.exist() alc.state.set('k', 1)
               lust.expect(package.loaded.p).to_not.exist() require('p')
               lust.expect(os.getenv('ALC_SHAPE_CHECK')).to.equal('1')
               lust.expect(os.getenv('SECRET')).to_not.exist()
             end)"
        )
    };
    let (a, b) = (spec("a"), spec("b"));
    write(
        &env,
        &[("p/init.lua", "return {}"), ("p/spec/a_spec.lua", &a), ("p/spec/b_spec.lua", &b)],
    );
    let mut command = env.command(["pkg", "test", "p"]);
    command.env("ALC_SHAPE_CHECK", "1").env("SECRET", "1");
    let text = Ran::new(command.output().expect("runs")).ok();
    assert!(text.starts_with("2 passed in 2 files ("), "{text}");
    assert!(!env.home().join("state").exists(), "the user's stores stay as they are");
}

#[test]
fn a_file_that_does_not_end_or_load_fails_beside_the_others() {
    let env = TestEnv::new();
    write(
        &env,
        &[
            ("p/init.lua", "return {}"),
            ("p/spec/a_spec.lua", "lust.it('a', function() end) while true do end"),
            ("p/spec/b_spec.lua", "local x ="),
            ("p/spec/c_spec.lua", ONE),
            ("p/spec/d_spec.lua", "local t = ('x'):rep(1 << 30)"),
            ("p/spec/e_spec.lua", "lust.it('e', function() os.execute('exit 3') end)"),
        ],
    );
    let expected = "a !<top-level> !<top-level> one !<top-level> e";
    // Time enough for those that do end, however busy the machine is.
    assert_eq!(ran(&env, "p --timeout 15s"), expected);
    let told = env.alc_with(["pkg", "test", "-"], ONE).ok();
    assert!(told.starts_with("1 passed in 1 file ("), "{told}");
}
