//! Spec files as they run: what is passed, what fails and how that is told.

use super::*;

/// Runs a spec file; what became of its tests, and of the file.
fn run(source: &str) -> (Vec<Case>, Result<(), ProbeError>) {
    let home = tempfile::tempdir().expect("a folder");
    run_in(home.path(), source)
}

fn run_in(home: &Path, source: &str) -> (Vec<Case>, Result<(), ProbeError>) {
    run_for(home, source, Duration::from_hours(1))
}

fn run_for(home: &Path, source: &str, limit: Duration) -> (Vec<Case>, Result<(), ProbeError>) {
    let spec = Spec {
        source: source.to_owned(),
        chunk: "a_spec.lua".to_owned(),
        path: format!("{0}/packages/?.lua;{0}/packages/?/init.lua;", slashed(home)),
        caller: Caller::default(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let (pool, notes) = (Pool::start(1).expect("starts"), Notes::default());
    let run = run_spec(spec, home.into(), &notes, &pool, limit);
    let end = runtime.expect("a runtime").block_on(run);
    (notes.take(), end)
}

/// A path as it can stand in Lua's strings, on every platform.
fn slashed(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}

/// What a test with this body fails with, or nothing.
fn failure(body: &str) -> Option<String> {
    let source = format!("local expect = lust.expect lust.it('x', function() {body} end)");
    let (cases, end) = run(&source);
    assert!(end.is_ok(), "{body}: {end:?}");
    assert_eq!(cases.len(), 1, "{body}");
    cases.into_iter().next().and_then(|case| case.error)
}

#[test]
fn what_is_expected_and_holds_passes() {
    for body in [
        "expect(1).to.equal(1.0)",
        "expect({1, {a = 'x'}}).to.equal({1, {a = 'x'}})",
        "expect(math.huge).to.equal(math.huge)",
        "expect(1).to.equal(1.05, 0.1) expect({1}).to.equal({1.05}, 0.1)",
        "local a, b = {}, {} a.self, b.self = a, b expect(a).to.equal(b)",
        "expect('1').to_not.equal(1) expect(0 / 0).to_not.equal(0 / 0)",
        "expect({1, nil, 3}).to_not.equal({1, 2, 3}) expect({a = 1}).to_not.equal({})",
        "local t = {} expect(t).to.be(t) expect({}).to_not.be({})",
        "expect(1).to.be.a('number') expect({}).to.be.an('table') expect(nil).to.be.a('nil')",
        "local Base = {} Base.__index = Base local Class = setmetatable({}, Base) \
           Class.__index = Class expect(setmetatable({}, Class)).to.be.a(Class) \
           expect(setmetatable({}, Class)).to.be.a(Base) expect({}).to_not.be.a(Class)",
        "expect(0).to.be.truthy() expect(false).to_not.be.truthy() expect(nil).to_not.be.truthy()",
        "expect(2).to.be.gt(1) expect(2).to.be.gte(2) expect(1).to.be.lt(2) expect(2).to.be.lte(2)",
        "expect(1).to_not.be.gt(1) expect('b').to.be.gt('a')",
        "expect(false).to.exist() expect(nil).to_not.exist()",
        "expect({1, x = 'y'}).to.have('y') expect({}).to_not.have(1)",
        "expect({x = false}).to.have_key('x') expect({5}).to.have_key(1) expect({}).to_not.have_key('x')",
        "expect({1, 2}).to.have_length(2) expect('abc').to.have_length(3)",
        "expect('abc').to.match('^a.c$') expect(123).to.match('2') expect(nil).to.match('nil')",
        "expect(error).to.fail() expect(function() end).to_not.fail()",
        "expect(function() error('no luck') end).to.fail.with('n. luck')",
        "expect(function() error('a') end).to_not.fail.with('b')",
        "expect(function() end).to_not.fail.with('b')",
        "expect(lust.test).to.be(lust.it) expect(lust.nocolor()).to.be(lust)",
    ] {
        assert_eq!(failure(body), None, "{body}");
    }
}

#[test]
fn what_is_expected_and_does_not_hold_fails_with_its_line() {
    for (body, message) in [
        ("expect(1).to.equal('1')", "expected 1 and \"1\" to be equal"),
        ("expect(1).to_not.equal(1)", "expected 1 and 1 to not be equal"),
        (
            "expect({1, {x = 2}, k = 'v'}).to.equal({})",
            "expected { 1, { x = 2 }, k = \"v\" } and {} to be equal",
        ),
        ("expect({}).to.be({})", "expected {} and {} to be the same"),
        ("expect(1).to.be.a('string')", "expected 1 to be a string"),
        ("expect(1).to.be.a(1)", "to.be.a takes the name of a type or a metatable, not 1"),
        ("expect(1).to.be.gt(1)", "expected 1 to be greater than 1"),
        ("expect(1).to.be.gte(2)", "expected 1 to be greater than or equal to 2"),
        ("expect(2).to.be.lt(1)", "expected 2 to be less than 1"),
        ("expect(2).to.be.lte(1)", "expected 2 to be less than or equal to 1"),
        ("expect(nil).to.exist()", "expected nil to exist"),
        ("expect(nil).to.equal(nil) expect(nil).to.equal(1)", "expected nil and 1 to be equal"),
        ("expect(1).to_not.equal(nil) expect(1).to.equal(nil)", "expected 1 and nil to be equal"),
        ("expect(false).to.be.truthy()", "expected false to be truthy"),
        ("expect({1}).to.have(2)", "expected { 1 } to contain 2"),
        ("expect('abc').to.have('a')", "expected \"abc\" to be a table"),
        ("expect({}).to.have_key('k')", "expected {} to have the key \"k\""),
        ("expect({1}).to.have_length(3)", "expected { 1 } to have length 3, not 1"),
        ("expect('abc').to.match('d')", "expected \"abc\" to match \"d\""),
        ("expect('abc').to_not.match('a')", "expected \"abc\" to not match \"a\""),
        ("expect(1).to.be_nil()", "lust has no expectation 'be_nil' here"),
        ("expect(1).to.be.test(1)", "lust has no expectation 'test' here"),
        ("expect(1).to()", "this expectation ends too early to say anything"),
        ("error('no luck')", "no luck"),
    ] {
        let expected = format!("a_spec.lua:1: {message}");
        assert_eq!(failure(body), Some(expected), "{body}");
    }
    for (body, part) in [
        ("expect(function() end).to.fail()", "to fail"),
        (
            "expect(function() error('a', 0) end).to.fail.with('b')",
            "to fail with \"b\", not with \"a\"",
        ),
        ("expect(('x'):rep(999)).to.equal('y')", "… (999 bytes)"),
        ("local t = {} for i = 1, 99 do t[i] = i end expect(t).to.equal({})", "12, … 87 more }"),
        ("error({})", "table: 0x"),
        ("error()", "nil"),
        ("error('a\\xffb', 0)", "a\u{fffd}b"),
        ("error(('x'):rep(99999), 0)", "x… (cut, 99999 bytes)"),
    ] {
        let found = failure(body).unwrap_or_default();
        assert!(found.contains(part), "{body}: {found}");
    }
}

#[test]
fn a_spec_may_add_expectations_of_its_own() {
    let add = "local function test(v) return #v == 0, 'it is not empty', 'it is empty' end \
        lust.paths.empty = {test = test} table.insert(lust.paths.be, 'empty') \
        table.insert(lust.paths.to, 'be_nil') lust.paths.be_nil = {test = function(v) return v == nil end} ";
    for (body, message) in [
        ("expect({}).to.be.empty() expect({1}).to_not.be.empty() expect(nil).to.be_nil()", None),
        ("expect({1}).to.be.empty()", Some("it is not empty")),
        ("expect({}).to_not.be.empty()", Some("it is empty")),
        ("expect(1).to.be_nil()", Some("the expectation does not hold")),
        ("expect({}).to.empty()", Some("lust has no expectation 'empty' here")),
    ] {
        let expected = message.map(|message| format!("a_spec.lua:1: {message}"));
        assert_eq!(failure(&format!("{add}{body}")), expected, "{body}");
    }
}

#[test]
fn tests_are_told_in_their_order_with_the_groups_they_are_in() {
    let (cases, end) = run("lust.it('first', function() end)
         lust.describe('a', function()
           lust.describe('b', function()
             lust.it('inner', function() error('x', 0) end)
           end)
           lust.test('outer', function() lust.it('nested', function() end) end)
         end)
         local found = lust.get_results()
         lust.it(found.passed .. found.failed .. found.total .. #found.tests .. found.tests[2].error
           .. lust.passes .. lust.errors .. lust.level, function() end)");
    assert!(end.is_ok(), "{end:?}");
    let told: Vec<_> = cases
        .iter()
        .map(|case| (case.suite.as_str(), case.name.as_str(), case.error.as_deref()))
        .collect();
    let expected = [
        ("", "first", None),
        ("a > b", "inner", Some("x")),
        ("a", "nested", None),
        ("a", "outer", None),
        ("", "3144x310", None),
    ];
    assert_eq!(told, expected);
}

#[test]
fn hooks_are_run_around_the_later_tests_of_their_group_and_those_inside() {
    let log = |groups: &str| {
        let source = format!(
            "local log = {{}}
             local function note(what) return function(name) log[#log + 1] = what .. (name or '') end end
             local describe, it, before, after = lust.describe, lust.it, lust.before, lust.after
             {groups}
             it(table.concat(log, ' '), function() end)"
        );
        let (mut cases, end) = run(&source);
        assert!(end.is_ok(), "{end:?}");
        cases.pop().map(|case| case.name).unwrap_or_default()
    };
    for (groups, expected) in [
        (
            "describe('g', function() it('a', note 'A') before(note '<') after(note '>') it('b', note 'B') end)
             it('c', note 'C')",
            "A <b B >b C",
        ),
        (
            "describe('g', function() before(note '1') after(note '4')
               describe('h', function() before(note '2') before(note '3') after(note '5') it('x', note 'T') end)
               it('y', note 'T') end)",
            "1x 2x 3x T 4x 5x 1y T 4y",
        ),
        ("describe('g', function() after(note '>') it('x', error) end)", ">x"),
        ("before(note '<') after(note '>') it('x', note 'T')", "T"),
    ] {
        assert_eq!(log(groups), expected, "{groups}");
    }
}

#[test]
fn a_hook_that_raises_fails_its_test_and_no_other() {
    let (cases, end) = run("lust.describe('g', function()
           lust.before(function(name) if name == 'a' then error('no start', 0) end end)
           lust.after(function(name) if name ~= 'c' then error('no end', 0) end end)
           for _, name in ipairs({'a', 'b', 'c'}) do
             lust.it(name, function() if name == 'a' then error('not run') end end)
           end
         end)");
    assert!(end.is_ok(), "{end:?}");
    let errors: Vec<_> = cases.iter().map(|case| case.error.as_deref()).collect();
    assert_eq!(errors, [Some("no start"), Some("no end"), None]);
}

#[test]
fn an_error_outside_of_tests_ends_the_file() {
    for (source, count, message) in [
        ("lust.it('a', function() end) error('no luck')", 1, "a_spec.lua:1: no luck"),
        ("lust.describe('g', function() lust.it('a', error) error('no luck') end)", 1, "no luck"),
        ("local x = ", 0, "a_spec.lua:1:"),
        ("lust.it('a', error) local t = ('x'):rep(1 << 30)", 1, "not enough memory"),
        ("lust.it('a', function() local t = ('x'):rep(1 << 30) end)", 0, "not enough memory"),
    ] {
        let (cases, end) = run(source);
        let Err(end) = end else { panic!("{source} ended") };
        let told = end.to_string();
        assert!(told.contains(message), "{source}: {told}");
        assert_eq!(cases.len(), count, "{source}");
    }
}

#[test]
fn what_a_file_returns_does_not_matter() {
    let (cases, end) = run("lust.it('a', function() end) return {f = print}");
    assert!(end.is_ok(), "{end:?}");
    assert_eq!(cases.len(), 1);
}

#[test]
fn results_can_be_reset() {
    let (cases, _) = run(
        "lust.describe('g', function() lust.it('a', error) lust.reset() lust.it('b', function() end) end)
         lust.it('c', function() lust.expect(lust.get_results().total).to.equal(1) end)",
    );
    let told: Vec<_> =
        cases.iter().map(|case| (case.suite.as_str(), case.error.as_deref())).collect();
    assert_eq!(told, [("g", None), ("", None)]);
}

#[test]
fn spies_of_lust_keep_what_they_are_called_with() {
    for body in [
        "local spy = lust.spy(function(a) return a * 2 end) expect(spy(5)).to.equal(10) \
           expect(#spy).to.equal(1) expect(spy[1]).to.equal({5})",
        "local t = {f = function(a) return a + 1 end} local spy = lust.spy(t, 'f') \
           expect(t.f(3)).to.equal(4) expect(spy[1][1]).to.equal(3) expect(t.f).to.be.a('function')",
        "local spy spy = lust.spy(function() end, function() end) expect(#spy).to.equal(0)",
        "local t = {f = function() end} local spy = lust.spy(t, 'f', function() t.f() end) expect(#spy).to.equal(1)",
        "local spy = lust.spy() expect(spy(1)).to_not.exist() expect(#spy).to.equal(1)",
    ] {
        assert_eq!(failure(body), None, "{body}");
    }
}

#[test]
fn doubles_note_calls_and_answer_for_others() {
    let prefix = "local spy, stub, mock, spy_on = test_doubles.spy, test_doubles.stub, test_doubles.mock, \
        test_doubles.spy_on ";
    for body in [
        "local s = spy(function(a, b) return a + b, a - b end) local x, y = s(3, 1) \
           expect({x, y}).to.equal({4, 2}) expect(s:call_count()).to.equal(1) expect(#s).to.equal(1) \
           expect(s:call_args(1)).to.equal({3, 1})",
        "local s = spy() expect(s(42)).to_not.exist() expect(s:was_called_with(42)).to.equal(true)",
        "local s = spy() s(1, 2) s({a = 1}) expect(s:was_called_with(1)).to.equal(false) \
           expect(s:was_called_with(1, 2.0)).to.equal(true) expect(s:was_called_with({a = 1})).to.equal(true)",
        "local s = spy() s(1) s:reset() expect(s:call_count()).to.equal(0)",
        "local s = spy() s(1) expect(function() s:call_args(0) end).to.fail() \
           expect(function() s:call_args(2) end).to.fail.with('no call 2 of 1')",
        "local s = stub() s:returns('a', nil, 'c') expect(select('#', s())).to.equal(3) \
           s:reset() expect((s())).to.equal('a')",
        "expect(select('#', stub()())).to.equal(0)",
        "local t = {f = function(a) return a end} local f = t.f local s = spy_on(t, 'f') \
           expect(t.f(7)).to.equal(7) expect(s:call_count()).to.equal(1) s:revert() expect(t.f).to.be(f)",
        "local s = spy(function() return 1 end) s:revert() expect(s()).to.equal(1)",
        "expect(function() spy_on({}, 'f') end).to.fail.with(\"no function 'f'\")",
        "local m = mock(function(a) return a end) m:expect_call_count(2) m:expect_called_with(1, 'x') \
           expect(m(1, 'x')).to.equal(1) m() m:verify()",
        "local m = mock() m:expect_never_called() m:verify()",
        "local m = mock() m:expect_call_count(2) m:expect_called_with({}) m(1) \
           expect(function() m:verify() end).to.fail.with('expected 2 call%(s%), got 1; arguments not found in any call: {}')",
        "local m = mock() m:expect_never_called() m() \
           expect(function() m:verify() end).to.fail.with('expected no calls, got 1')",
        "local m = mock() m:expect_call_count(1) m() m() m:reset() m() m:verify()",
        "local m = mock() m:expect_call_count(9) m:clear_expectations() m:verify()",
        "local m = mock() m:returns(5) expect(m()).to.equal(5) expect(m:was_called_with()).to.equal(true)",
    ] {
        assert_eq!(failure(&format!("{prefix}{body}")), None, "{body}");
    }
}

#[test]
fn a_fixture_keeps_data_and_folders() {
    for body in [
        "local f = test_doubles.fixture() f:set('b', {1}) f:set('a', 2) f:set('b', 3) \
           expect(f:get('b')).to.equal(3) expect(f:keys()).to.equal({'b', 'a'}) expect(f:count()).to.equal(2) \
           expect(f:has('c')).to.equal(false) expect(f:get('c')).to_not.exist() \
           expect(f:remove('b')).to.equal(3) expect(f:remove('b')).to_not.exist() expect(f:count()).to.equal(1)",
        "local f = test_doubles.fixture() local a, b = f:tmpdir('a/b'), f:tmpdir('a/b') expect(a).to_not.equal(b) \
           local path = a .. '/x' local file = io.open(path, 'w') file:write('text') file:close() \
           f:load_file('k', path) expect(f:get('k')).to.equal('text') f:cleanup() \
           expect(f:count()).to.equal(0) expect(io.open(path)).to_not.exist()",
        "expect(function() test_doubles.fixture():load_file('k', '/none/x') end).to.fail.with('/none/x')",
    ] {
        assert_eq!(failure(body), None, "{body}");
    }
}

#[test]
fn what_asks_must_be_replaced() {
    for body in [
        "for name, call in pairs({llm = function() alc.llm('a') end, \
           llm_batch = function() alc.llm_batch({{prompt = 'a'}}) end, \
           fork = function() alc.fork({'a'}, {}) end}) do \
           local ok, message = pcall(call) expect(message).to.equal('mock required: alc.' .. name) end",
        "expect(alc.llm_safe('a', {}, 'none')).to.equal('none')",
        "alc.llm = function(prompt) return prompt .. '!' end \
           expect(alc.specify('a')).to.equal('a!')",
        "alc.llm_batch = function(items) return {#items} end \
           expect(alc.parallel({1, 2}, tostring)).to.equal({2})",
        "_G.alc = nil expect(function() alc.llm('a') end).to.fail()",
    ] {
        assert_eq!(failure(body), None, "{body}");
    }
}

#[test]
fn mocks_of_alc_are_put_back() {
    for body in [
        "local log = alc.log expect(with_alc({log = 1, mine = 2}, function() \
           with_alc({log = 3}, function() expect(alc.log).to.equal(3) end) \
           return alc.log + alc.mine, 'second' end)).to.equal(3) \
           expect(alc.log).to.be(log) expect(alc.mine).to_not.exist()",
        "local log = alc.log expect(function() with_alc({log = 1}, function() error('x') end) end).to.fail.with('x') \
           expect(alc.log).to.be(log)",
        "expect(select('#', with_alc({}, function() return 1, 2 end))).to.equal(1)",
        "_G.alc = nil expect(with_alc({llm = function() return 'a' end}, function() return alc.llm() end)).to.equal('a')",
        "local log = alc.log alc_mock.install({log = 1}) alc_mock.install({log = 2, mine = 3}) \
           expect(alc.log).to.equal(2) alc_mock.restore() expect(alc.log).to.equal(1) \
           expect(alc.mine).to_not.exist() alc_mock.restore() expect(alc.log).to.be(log) alc_mock.restore()",
        "local log = alc.log alc_mock.install({log = 1}) alc_mock.install({log = 2}) alc_mock.restore_all() \
           expect(alc.log).to.be(log)",
        "local seen = alc.spy('llm', function(prompt) return prompt .. '!' end) \
           expect(alc.llm('a', {x = 1})).to.equal('a!') expect(seen.call_count).to.equal(1) \
           expect(seen.calls).to.equal({{args = {'a', {x = 1}}}}) seen:reset() \
           expect(seen.call_count).to.equal(0) expect(seen.calls).to.equal({}) alc_mock.restore() \
           expect(function() alc.llm('a') end).to.fail.with('mock required: alc.llm')",
        "local seen = alc.spy('fmt') expect(alc.fmt('%d', '7')).to.equal('7') expect(seen.call_count).to.equal(1)",
        "local seen = alc.spy('none') expect(alc.none()).to_not.exist() expect(seen.call_count).to.equal(1)",
    ] {
        assert_eq!(failure(body), None, "{body}");
    }
}

#[test]
fn the_library_of_sessions_is_there() {
    for body in [
        "alc.state.set('k', {1}) expect(alc.state.get('k')).to.equal({1}) alc.state.set('p:i', 1) \
           expect(alc.state.list('p')).to.equal({'i'})",
        "expect(alc.budget_check()).to.equal(true) expect(alc.budget_remaining()).to_not.exist()",
        "alc.log('info', 'x') alc.stats.record('k', 1) expect(alc.stats.get('k')).to.equal(1) alc.progress(1, 2)",
        "expect(alc.json_decode('[1]')).to.equal({1}) expect(std.json.encode({})).to.equal('{}')",
        "expect(select('#', print('a'))).to.equal(0) io.write('a') io.stderr:write('b')",
        "io.write(('x'):rep(1 << 21)) io.write('\\n')",
        "expect(debug).to_not.exist() expect(ctx).to.equal({}) expect(os.time()).to.be.gt(0)",
        "local path = os.tmpname() local f = io.open(path, 'w') f:write('return 1, 2') f:close() \
           expect({dofile(path)}).to.equal({1, 2}) os.remove(path)",
    ] {
        assert_eq!(failure(body), None, "{body}");
    }
}

#[test]
fn packages_are_found_on_the_search_path_alone() {
    let home = tempfile::tempdir().expect("a folder");
    for (file, text) in [
        ("packages/a/init.lua", "return {part = require('a.part'), name = ...}"),
        ("packages/a/part.lua", "return {'part'}"),
        ("own/a.lua", "return 'own'"),
        ("packages/bad/init.lua", "local x ="),
    ] {
        let file = home.path().join(file);
        fs::create_dir_all(file.parent().expect("a folder")).expect("makes");
        fs::write(file, text).expect("writes");
    }
    let source = format!(
        "lust.it('x', function()
           local expect = lust.expect
           expect(require('a')).to.equal({{part = {{'part'}}, name = 'a'}})
           expect(package.path:match('^(.-)/%?%.lua')).to.equal('{0}/packages')
           package.loaded.a, package.path = nil, '{0}/own/?.lua;' .. package.path
           expect(require('a')).to.equal('own')
           package.loaded.a, package.preload.a = nil, function() return 'mine' end
           expect(require('a')).to.equal('mine')
           expect(function() require('bad') end).to.fail.with('bad/init.lua:1:')
           expect(function() require('none') end).to.fail.with(\"module 'none' not found:\")
         end)",
        slashed(home.path())
    );
    let (cases, end) = run_in(home.path(), &source);
    assert!(end.is_ok(), "{end:?}");
    assert_eq!(cases[0].error, None);
}

#[test]
fn a_file_that_never_ends_is_stopped_and_keeps_what_was_noted() {
    let home = tempfile::tempdir().expect("a folder");
    // Time enough for the test that does end, however busy the machine is.
    let limit = Duration::from_secs(10);
    std::thread::scope(|scope| {
        for endless in ["while true do end", "while true do pcall(os.execute, 'sleep 600') end"] {
            let source = format!("lust.it('a', function() end) {endless}");
            let home = home.path();
            scope.spawn(move || {
                let (cases, end) = run_for(home, &source, limit);
                assert!(matches!(end, Err(ProbeError::Endless(_))), "{end:?}");
                assert_eq!(cases.len(), 1, "{endless}");
            });
        }
    });
}
