//! What a script finds, and what becomes of it: run, replayed, stopped.

use alc_core::{Budget, CallResult, ErrorKind};
use mlua::Value;

use super::{
    super::{convert::ArrayMark, operation::Begun, prelude},
    *,
};

mod lazy;
mod math;

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
    Outside { token: CancellationToken::new(), home: Path::new("").into() }
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

fn replay(source: &str, mut calls: Vec<Call>) -> (Step, Vec<Call>) {
    let mut vm = Vm::load(&script(source), calls.clone(), outside()).expect("loads");
    loop {
        let stepped = advance(vm);
        record(&mut calls, stepped.made);
        match stepped.step {
            Step::Operates(operation) => {
                vm = stepped.vm;
                let outcome = match operation.begin() {
                    Begun::Over(outcome) => outcome,
                    Begun::Intends { intent, finish } => {
                        record(&mut calls, vm.intends(intent));
                        finish()
                    }
                };
                vm.operated(outcome).expect("goes on");
            }
            Step::Asked { count, .. } => {
                vm = stepped.vm;
                vm.answer(vec![reply(); count as usize]).expect("answers");
            }
            step => return (step, calls),
        }
    }
}

/// Adds what the journal would, every query answered.
fn record(calls: &mut Vec<Call>, made: Vec<Made>) {
    for made in made {
        let answers = vec![Some(reply()); made.queries.len()];
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
        "return alc.llm_batch({{prompt = 'a'}, {prompt = 'b'}})[2]",
        "return coroutine.wrap(function() return alc.llm('a') end)()",
        "return select(2, coroutine.resume(coroutine.create(function() \
           return coroutine.wrap(function() return alc.llm('a') end)() end)))",
        "for answer in coroutine.wrap(function() coroutine.yield(alc.llm('a')) end) do return answer end",
        "local t = {'c', 'b', 'a'} table.sort(t, function(x, y) alc.llm(x .. y) return x < y end) \
           return t[1] == 'a' and '4'",
        "return (('x'):gsub('x', function() return alc.llm('a') end))",
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
fn options_are_read_as_documented() {
    let stepped = advance(load(
        "alc.llm(7, {system = 1.5, max_tokens = '77', grounded = 0, role = 'grader', \
         cache_breakpoint = 3, temperature = 1})",
    ));
    let (_, query) = &stepped.made[0].queries[0];
    let json = serde_json::to_string(query).expect("encodes");
    let expected =
        r#"{"prompt":"7","system":"1.5","max_tokens":77,"grounded":true,"role":"grader"}"#;
    assert_eq!(json, expected);
    for (given, tokens) in
        [("-1", 1024), ("20.7", 20), ("'x'", 1024), ("{}", 1024), ("0", 0), ("nil", 1024)]
    {
        let stepped = advance(load(&format!("alc.llm('a', {{max_tokens = {given}}})")));
        assert_eq!(stepped.made[0].queries[0].1.max_tokens, tokens, "{given}");
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
fn a_format_forgives_numbers() {
    for (call, text) in [
        ("alc.fmt()", ""),
        ("alc.fmt('%d|%d|%d', 1.5, -1.5, '7.6')", "2|-2|8"),
        ("alc.fmt('%i %u %x %03d', 3.0, '4', 254.6, 5)", "3 4 ff 005"),
        ("alc.fmt('%d %5d %d', 0/0, 1/0, -1/0)", "NaN   Inf -Inf"),
        ("alc.fmt('%s %s 100%%', nil, 'x')", "<nil> x 100%"),
        ("alc.fmt('%.2f %q', 1.005, 'a')", "1.00 \\\"a\\\""),
    ] {
        assert_eq!(value(&format!("return {call}")), format!("\"{text}\""), "{call}");
    }
    assert!(error("return alc.fmt('%d')").message.contains("no value"));
    assert!(error("return alc.fmt('%d', nil)").message.contains("number expected"));
    assert!(error("return alc.fmt('%d', 'x')").message.contains("number expected"));
}

#[test]
fn figures_are_kept_as_copies() {
    let source = "local list = {1} alc.stats.record('list', list) list[2] = 2 \
        alc.stats.record('none', nil) alc.llm('a') alc.llm_batch({{prompt = 'b'}, {prompt = 'c'}}) \
        return {alc.stats.get('list'), alc.stats.llm_calls(), alc.stats.get('none') == nil, \
                select(2, pcall(alc.stats.record, 'f', print)), select(2, pcall(alc.stats.record))}";
    let kept = value(source);
    assert!(kept.starts_with("[[1],3,true,\"unsupported value type"), "{kept}");
    assert!(kept.contains("bad argument #1"), "{kept}");
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

/// What a piece of Lua returns here and in a Lua without the prelude.
fn here_and_there(source: &str) -> (String, String) {
    let there = Lua::new();
    let mark = ArrayMark::new(&there).expect("a table");
    let value: Value = there.load(source).set_name("@test.lua").eval().expect(source);
    (self::value(source), mark.write_json(&value).expect("JSON"))
}

#[test]
fn coroutines_behave_as_in_lua() {
    for source in [
        "local co = coroutine.create(function(a, b) local c = coroutine.yield(a + b) return c, nil, 3 end) \
         local t = table.pack(coroutine.resume(co, 1, 2)) t[#t + 1] = coroutine.status(co) \
         for _, v in ipairs({coroutine.resume(co, 'x')}) do t[#t + 1] = v end \
         t[#t + 1] = coroutine.status(co) t[#t + 1] = select(2, coroutine.resume(co)) return t",
        "local f = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end) \
         return {f(), f(), f(), select('#', f()), select(2, pcall(f))}",
        "return {pcall(coroutine.wrap(function() error('no') end))}",
        "return {pcall(coroutine.wrap(function() error({1}) end))}",
        "return {coroutine.resume(coroutine.create(function() error('no') end))}",
        "local co co = coroutine.create(function() return coroutine.resume(co) end) \
         return {coroutine.resume(co)}",
        "local co = coroutine.create(function() local x <close> = \
           setmetatable({}, {__close = function() error('closing') end}) coroutine.yield() end) \
         coroutine.resume(co) return {coroutine.close(co)}",
        "return {coroutine.close(coroutine.create(print))}",
        "return {pcall(coroutine.close, coroutine.running())}",
        "return {select(2, coroutine.running()), coroutine.isyieldable(), \
          coroutine.wrap(function() return coroutine.isyieldable() end)(), \
          coroutine.wrap(function() return select(2, coroutine.running()) end)()}",
        "local co = coroutine.wrap(function(...) local n = select('#', ...) while true do \
           n = n + select('#', coroutine.yield(n, nil)) end end) return {co(nil, nil), co(nil), co()}",
        "local log = {} local outer outer = coroutine.create(function() \
           local inner = coroutine.create(function() log[1] = coroutine.status(outer) coroutine.yield(1) end) \
           coroutine.resume(inner) log[2] = coroutine.status(inner) coroutine.yield() end) \
         coroutine.resume(outer) log[3] = coroutine.status(outer) return log",
    ] {
        let (here, there) = here_and_there(source);
        assert_eq!(here, there, "{source}");
    }
}

#[test]
fn sorting_leaves_equal_elements_where_lua_leaves_them() {
    for (count, keys) in
        [(2, 2), (3, 2), (10, 3), (99, 7), (100, 1), (101, 50), (1000, 9), (3000, 3000)]
    {
        let source = format!(
            "local list, x = {{}}, {count} \
             for i = 1, {count} do x = (x * 1103515245 + 12345) % 2147483648 \
               list[i] = {{key = x // 65536 % {keys}, i}} end \
             table.sort(list, function(a, b) return a.key < b.key end) \
             for i = 1, {count} do list[i] = list[i][1] end return list"
        );
        // Both sort with the pivot that is fixed in this build.
        let (here, there) = here_and_there(&source);
        assert_eq!(here, there, "{count} elements, {keys} keys");
    }
    assert!(
        error("table.sort({3, 1, 2, 5, 4}, function() return true end)")
            .message
            .contains("invalid order")
    );
}

#[test]
fn replacing_with_a_function_gives_what_lua_gives() {
    for call in [
        "('hello world'):gsub('o', function(c) return c:upper() end)",
        "('hello'):gsub('', function() return '-' end)",
        "('abc'):gsub('%w', function(c) return c == 'b' and false or c .. c end)",
        "('abc def'):gsub('(%w)(%w)', function(a, b) return b .. a end)",
        "('hello'):gsub('l*', function(c) return '[' .. c .. ']' end)",
        "('hello'):gsub('x*', function(c) return '-' end)",
        "('aaa'):gsub('^a', function() return 'b' end)",
        "('aaa'):gsub('^x', function() return 'b' end)",
        "('aaa'):gsub('a', function() return 'b' end, 2)",
        "('aaa'):gsub('a', function() return 'b' end, 0)",
        "('THE (quick) fox'):gsub('%f[%a]%a+', function(w) return #w end)",
        "('a.b'):gsub('()%.', function(place) return place end)",
        "(''):gsub('', function() return 'x' end)",
        "('$name is $age'):gsub('%$(%w+)', setmetatable({name = 'x'}, {__index = function(_, k) return k:upper() end}))",
    ] {
        let (here, there) = here_and_there(&format!("return {{{call}}}"));
        assert_eq!(here, there, "{call}");
    }
    for (call, message) in [
        ("('x'):gsub('x', function() return {} end)", "invalid replacement value (a table)"),
        ("('x'):gsub('x', nil)", "bad argument #3"),
        ("('x'):gsub('[', print)", "malformed pattern"),
    ] {
        assert!(error(&format!("return {call}")).message.contains(message), "{call}");
    }
}
