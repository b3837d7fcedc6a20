//! What a script finds, and what becomes of it: run, replayed, stopped.

use alc_core::{Budget, CallResult, ErrorKind, Query};
use mlua::Value;

use super::{
    super::{convert::ArrayMark, operation::Begun},
    *,
};

mod hostile;
mod lazy;
mod like_lua;
mod math;
mod reference;
mod stdlib;

fn script(source: &str) -> Script {
    Script {
        source: source.to_owned(),
        chunk: "test.lua".to_owned(),
        ctx: r#"{"task":"x","list":[],"none":null}"#.to_owned(),
        seed: 7,
        ..Script::default()
    }
}

fn reply() -> Reply {
    Reply { text: "4".to_owned(), usage: None }
}

fn outside() -> Outside {
    outside_at(Path::new(""))
}

/// The same with this data folder.
fn outside_at(home: &Path) -> Outside {
    Outside { home: home.into(), ..Outside::bare(CancellationToken::new()) }
}

fn load(source: &str) -> Vm {
    Vm::load(&script(source), vec![], outside()).expect("loads")
}

/// Steps until something else than a slice's end happens.
fn advance(mut vm: Vm) -> Stepped {
    let mut all = Vec::new();
    loop {
        let mut stepped = vm.step();
        all.append(&mut stepped.made);
        match stepped.step {
            Step::Slice => vm = stepped.vm,
            _ => return Stepped { made: all, ..stepped },
        }
    }
}

/// Runs a script whose every query is answered `4`; its result, and its calls as recorded.
fn run(source: &str) -> (Step, Vec<Call>) {
    replay(source, vec![])
}

fn replay(source: &str, calls: Vec<Call>) -> (Step, Vec<Call>) {
    answered(&script(source), calls, |_| reply())
}

/// Runs a script that has made `calls`; how it ends, and all its calls as recorded.
fn answered(
    script: &Script,
    calls: Vec<Call>,
    answer: impl Fn(&Query) -> Reply,
) -> (Step, Vec<Call>) {
    answered_at(Path::new(""), script, calls, answer)
}

/// The same with this data folder.
fn answered_at(
    home: &Path,
    script: &Script,
    mut calls: Vec<Call>,
    answer: impl Fn(&Query) -> Reply,
) -> (Step, Vec<Call>) {
    let mut vm = Vm::load(script, calls.clone(), outside_at(home)).expect("loads");
    loop {
        let stepped = advance(vm);
        record(&mut calls, stepped.made, &answer);
        match stepped.step {
            Step::Operates(operation) => {
                vm = stepped.vm;
                let outcome = match operation.begin() {
                    Begun::Over(outcome) => outcome,
                    Begun::Intends { intent, finish } => {
                        record(&mut calls, vm.intends(intent), &answer);
                        finish()
                    }
                };
                vm.operated(outcome).expect("goes on");
            }
            Step::Asked { .. } => {
                vm = stepped.vm;
                let Some(CallResult::Answers(answers)) = calls.last().map(|call| &call.result)
                else {
                    panic!("it asked nothing: {calls:?}")
                };
                vm.answer(answers.iter().flatten().cloned().collect()).expect("answers");
            }
            step => return (step, calls),
        }
    }
}

/// Adds what the journal would, every query answered.
fn record(calls: &mut Vec<Call>, made: Vec<Made>, answer: &impl Fn(&Query) -> Reply) {
    for made in made {
        let answers = made.queries.iter().map(|(_, query)| Some(answer(query))).collect();
        let result = match (made.result, made.intent) {
            (Some(result), _) => CallResult::Value(result),
            (None, Some(intent)) => CallResult::Intended(intent),
            (None, None) => CallResult::Answers(answers),
        };
        let call = Call { kind: made.kind, fingerprint: made.fingerprint, result };
        match calls.get_mut(usize::try_from(made.n).expect("small")) {
            Some(intended) => *intended = call,
            None => calls.push(call),
        }
    }
}

fn value(source: &str) -> String {
    match run(source).0 {
        Step::Finished(text) => text,
        other => panic!("{source}: {other:?}"),
    }
}

fn error(source: &str) -> SessionError {
    match run(source).0 {
        Step::Failed(error) => error,
        other => panic!("{source}: {other:?}"),
    }
}

#[test]
fn a_pause_works_at_any_plain_depth() {
    for source in [
        "return alc.llm('a')",
        "local function f() return alc.llm('a') end return (f())",
        "return select(2, pcall(alc.llm, 'a'))",
        "return select(2, xpcall(function() return alc.llm('a') end, print))",
        "return setmetatable({}, {__index = function(_, k) return alc.llm(k) end}).a",
        "return setmetatable({}, {__add = function() return alc.llm('a') end}) + 1",
        "for answer in function() return alc.llm('a') end do return answer end",
        "for _, answer in ipairs(setmetatable({}, {__index = function() return alc.llm('a') end})) do \
           return answer end",
        "return alc.llm_batch({{prompt = 'a'}, {prompt = 'b'}})[2]",
        "return coroutine.wrap(function() return alc.llm('a') end)()",
        "return select(2, coroutine.resume(coroutine.create(function() \
           return coroutine.wrap(function() return alc.llm('a') end)() end)))",
        "for answer in coroutine.wrap(function() coroutine.yield(alc.llm('a')) end) do return answer end",
        "local t = {'c', 'b', 'a'} table.sort(t, function(x, y) alc.llm(x .. y) return x < y end) \
           return t[1] == 'a' and '4'",
        "local mt = {__lt = function(a, b) alc.llm('?') return a[1] < b[1] end} \
         local t = {} for i = 1, 3 do t[i] = setmetatable({-i}, mt) end table.sort(t) \
           return t[1][1] == -3 and '4'",
        "return (('x'):gsub('x', function() return alc.llm('a') end))",
        "local text, count = ('x'):rep(200):gsub('x', function() return alc.llm('a') end) \
           return text == ('4'):rep(200) and count == 200 and '4'",
        "return (('yx'):gsub('(y)(x)', function(a, b) return (b:gsub('x', alc.llm)) end))",
        "return (('x'):gsub('(x)', setmetatable({}, {__index = function(_, k) return alc.llm(k) end})))",
    ] {
        assert_eq!(value(source), "\"4\"", "{source}");
    }
}

#[test]
fn behind_a_c_boundary_a_question_is_an_error_and_not_asked() {
    for source in [
        "return tostring(setmetatable({}, {__tostring = function() return alc.llm('a') end}))",
        "table.concat(setmetatable({}, {__len = function() return 1 end, \
           __index = function() return alc.llm('a') end}))",
        "xpcall(error, function() alc.llm('a') end) error('unchanged')",
        "return load(function() return alc.llm('a') end)()",
    ] {
        let (step, calls) = run(source);
        assert!(matches!(step, Step::Failed(_)), "{source}: {step:?}");
        assert!(calls.is_empty(), "{source}");
    }
    // Also where the coroutine that asks could yield, but one further out could not.
    for inner in ["alc.llm('a')", "coroutine.wrap(function() alc.llm('a') end)()"] {
        let hidden = format!(
            "local t = setmetatable({{}}, {{__tostring = function() {inner} return 'x' end}}) \
             return select(2, pcall(tostring, t))"
        );
        assert!(value(&hidden).contains("cannot ask here"), "{inner}");
    }
}

#[test]
fn bad_arguments_raise_strings() {
    for (call, message) in [
        ("alc.llm()", "bad argument #1"),
        ("alc.llm({})", "bad argument #1"),
        ("alc.llm('a', 1)", "bad argument #2"),
        ("alc.llm_batch({})", "alc.llm_batch: empty items array"),
        ("alc.llm_batch('x')", "bad argument #1"),
        ("alc.llm_batch({{}})", "alc.llm_batch: item 1 has no prompt"),
        ("alc.llm('\\xff')", "UTF-8"),
        ("alc.log('info')", "bad argument #2"),
        ("alc.json_decode('{')", "line 1 column"),
        ("alc.json_decode()", "bad argument #1"),
        ("alc.json_encode({f = print})", "unsupported value type"),
        ("coroutine.resume(1)", "bad argument #1 to 'resume'"),
        ("coroutine.yield(1)", "outside a coroutine"),
    ] {
        let (step, calls) = run(&format!("return select(2, pcall(function() {call} end))"));
        let Step::Finished(text) = step else { panic!("{call}: {step:?}") };
        assert!(text.starts_with('"') && text.contains(message), "{call}: {text}");
        assert!(calls.is_empty(), "{call}");
    }
}

#[test]
fn an_uncaught_error_keeps_its_position_and_traceback() {
    let failed = error("local x = 1\nerror('no luck')");
    assert_eq!(failed.message, "test.lua:2: no luck");
    let traceback = failed.traceback.expect("a traceback");
    assert!(traceback.ends_with("test.lua:2: in main chunk"), "{traceback}");
    assert_eq!(error("error()").message, "nil");
    let shown = "error(setmetatable({}, {__tostring = function() return 'mine' end}))";
    assert_eq!(error(shown).message, "mine");
    let hidden = "error(setmetatable({}, {__tostring = function() error('x') end}))";
    assert!(error(hidden).message.contains("cannot be shown"));
    let endless = "local function f() return 1 + f() end return f()";
    assert!(error(endless).message.contains("stack overflow"));
}

#[test]
fn an_error_in_close_while_another_unwinds_does_not_end_the_process() {
    let source = "local c <close> = setmetatable({}, {__close = function() error('second') end}) \
                  error('first')";
    assert!(error(source).message.contains("second"));
}

#[test]
fn a_syntax_error_names_its_line() {
    let bad = script("local x = 1\nreturn x x");
    let error = Vm::load(&bad, vec![], outside()).expect_err("refused");
    assert!(error.to_string().starts_with("test.lua:2:"), "{error}");
    assert!(Vm::load(&script("\u{1b}Lua"), vec![], outside()).is_err());
}

#[test]
fn results_and_context_are_json() {
    assert_eq!(value(""), "null");
    assert_eq!(value("return 1, 2"), "1");
    assert_eq!(value("return ctx"), r#"{"list":[],"task":"x"}"#);
    assert_eq!(value("#!/usr/bin/lua\nreturn 1 -- the end"), "1");
    assert_eq!(value("return alc.json_encode(alc.json_decode('[]'))"), "\"[]\"");
    assert!(error("return print").message.contains("unsupported value type"));
}

#[test]
fn a_replay_gets_what_the_run_got() {
    let source = "math.randomseed() \
         local t = {alc.time(), math.random(1000000), collectgarbage('count')} \
         print('first') t[4] = alc.llm('a' .. t[2]) alc.log('debug', 'second') \
         t[5] = alc.llm_batch({{prompt = 'b'}, {prompt = 'c'}}) return t";
    let (first, calls) = run(source);
    assert_eq!(calls.len(), 6);
    let (again, same) = replay(source, calls.clone());
    assert_eq!(format!("{first:?}"), format!("{again:?}"));
    assert_eq!(calls, same);
}

#[test]
fn a_replay_that_asks_something_else_is_told_apart() {
    let (_, calls) = run("print('x') alc.llm('a') return 1");
    for source in [
        "print('x') alc.llm('b') return 1",
        "print('x') return 1",
        "pcall(print, 'y') alc.llm('a') return 1",
        "pcall(tostring, setmetatable({}, {__tostring = function() alc.time() end})) return 1",
        "print('x') error('early')",
    ] {
        let (step, made) = replay(source, calls.clone());
        let Step::Diverged(divergence) = step else { panic!("{source}: {step:?}") };
        assert_eq!(made, calls, "{source}");
        assert!(divergence.recorded.is_some());
    }
    let (step, _) = replay("print('x') alc.llm('b') return 1", calls);
    let Step::Diverged(divergence) = step else { panic!("{step:?}") };
    assert_eq!(divergence.after, 1);
    assert_eq!(divergence.line.as_deref(), Some("test.lua:1"));
}

#[test]
fn an_open_question_is_met_again_in_replay() {
    let source = "return alc.llm_batch({{prompt = 'a'}, {prompt = 'b'}})";
    let made = advance(load(source)).made;
    let result = CallResult::Answers(vec![Some(reply()), None]);
    let call = Call { kind: CallKind::Llm, fingerprint: made[0].fingerprint, result };
    let vm = Vm::load(&script(source), vec![call], outside()).expect("loads");
    let stepped = advance(vm);
    assert!(matches!(stepped.step, Step::Asked { first: 1, count: 2 }));
    assert!(stepped.made.is_empty());
}

#[test]
fn string_keys_iterate_in_the_order_that_replay_relies_on() {
    assert!(iterates_as_always().expect("runs"));
}

#[test]
fn memory_has_a_limit_that_no_script_can_catch() {
    let bomb = "local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1e6) .. i end";
    for source in [
        bomb.to_owned(),
        format!("pcall(function() {bomb} end) return 'caught'"),
        format!("xpcall(function() {bomb} end, print) return 'caught'"),
        format!("coroutine.resume(coroutine.create(function() {bomb} end)) return 'caught'"),
        format!("pcall(coroutine.wrap(function() {bomb} end)) return 'caught'"),
        "pcall(string.rep, 'x', 1 << 30) return 'caught'".to_owned(),
    ] {
        assert_eq!(error(&source).kind, ErrorKind::Memory, "{source}");
    }
}

/// A script with this budget in its context.
fn budgeted(budget: &str, source: &str) -> Step {
    let ctx = format!("{{\"budget\":{budget}}}");
    let budget = Budget::of_context(&ctx);
    let script = Script { ctx, budget, ..script(source) };
    let mut vm = Vm::load(&script, vec![], outside()).expect("loads");
    loop {
        let stepped = advance(vm);
        let Step::Asked { count, .. } = stepped.step else { return stepped.step };
        vm = stepped.vm;
        vm.answer(vec![reply(); count as usize]).expect("answers");
    }
}

#[test]
fn a_budget_ends_the_asking() {
    let endless = "while true do alc.llm('a') end";
    for (budget, limit) in [
        (r#"{"max_llm_calls":3}"#, "max_llm_calls (3 of 3 used)"),
        (r#"{"max_tokens":6}"#, "max_tokens (6 of 6 used)"),
        (r#"{"max_elapsed_ms":5}"#, "max_elapsed_ms ("),
    ] {
        let Step::Failed(error) = budgeted(budget, endless) else { panic!("{budget}") };
        assert_eq!(error.kind, ErrorKind::Budget);
        assert!(error.message.starts_with(&format!("budget_exceeded: {limit}")), "{error:?}");
    }
    // Raised again, by a coroutine and by hand.
    for again in ["coroutine.wrap(alc.llm)('a')", "error(select(2, pcall(alc.llm, 'a')))"] {
        let Step::Failed(error) = budgeted(r#"{"max_llm_calls":0}"#, again) else {
            panic!("{again}")
        };
        assert_eq!((error.kind, &error.message[..12]), (ErrorKind::Budget, "test.lua:1: "));
    }
    let caught = "local n = 0 while pcall(alc.llm, 'a') do n = n + 1 end return n";
    assert!(matches!(budgeted(r#"{"max_llm_calls":3}"#, caught), Step::Finished(n) if n == "3"));
}

#[test]
fn a_script_can_ask_what_is_left() {
    let source = "local before = alc.budget_remaining() alc.llm('abcd') \
        ctx.budget.max_llm_calls = 99 local after = alc.budget_remaining() \
        return {before.llm_calls, before.tokens, after.llm_calls, after.tokens, \
                before.elapsed_ms == nil, alc.budget_check()}";
    let Step::Finished(left) = budgeted(r#"{"max_llm_calls":1,"max_tokens":9}"#, source) else {
        panic!("failed")
    };
    assert_eq!(left, "[1,9,0,7,true,false]");
    assert_eq!(value("return {alc.budget_remaining() == nil, alc.budget_check()}"), "[true,true]");
    let timed = "return alc.budget_remaining().elapsed_ms == 0 and not alc.budget_check()";
    assert!(
        matches!(budgeted(r#"{"max_elapsed_ms":5}"#, timed), Step::Finished(yes) if yes == "true")
    );
}

#[test]
fn progress_is_told_once() {
    let source =
        "alc.progress(1.9, '3', 'half') alc.llm('a') return select(2, pcall(alc.progress, -1, 2))";
    let (step, calls) = run(source);
    assert!(matches!(step, Step::Finished(text) if text.contains("bad argument #1")));
    assert_eq!(calls[0].kind, CallKind::Progress);
    assert!(matches!(replay(source, calls).0, Step::Finished(_)));
    let told = advance(load("alc.progress(1.9, '3', 'half')")).made.remove(0).told;
    let expected = alc_core::Progress { step: 1, total: 3, message: Some("half".to_owned()) };
    assert_eq!(told, Some(alc_core::Event::Progressed(expected)));
}

#[test]
fn no_address_is_ever_seen() {
    let source = "local t, f = {}, function() end \
        local named = setmetatable({}, {__name = 'Mine'}) \
        return {tostring(t), tostring(f), tostring(t), ('%s %p %5.1f%%'):format(t, f, 1), \
                tostring(named), tostring(print), tostring(coroutine.create(f)), ('%p'):format(1)}";
    let expected = r#"["table: 0x00000001","function: 0x00000002","table: 0x00000001","#.to_owned()
        + r#""table: 0x00000001 0x00000002   1.0%","Mine: 0x00000003","function: 0x00000004","#
        + r#""thread: 0x00000005","(null)"]"#;
    assert_eq!(value(source), expected);
    assert!(error("error({})").message.starts_with("table: 0x0000000"));
}

#[test]
fn the_collector_is_never_seen() {
    let source = "local seen = 'nothing' \
        do local t = setmetatable({}, {__gc = function() seen = 'finalizer' end}) end \
        local weak = setmetatable({{}}, {__mode = 'v'}) \
        collectgarbage() collectgarbage() return {seen, #weak}";
    assert_eq!(value(source), r#"["nothing",1]"#);
}
