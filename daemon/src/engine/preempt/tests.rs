//! Slices of any length change no result, and a cancelled script is out of its worker soon.

use alc_core::Script;

use tokio_util::sync::CancellationToken;

use super::*;
use crate::engine::{BrokeOff, Outside, Pool, Step, Turn, Vm};

/// Whatever this platform uses, each way is tested.
const WAYS: &[Hooking] = &[
    #[cfg(unix)]
    Hooking::OnSignal,
    Hooking::Permanent,
];

fn pool(workers: usize, slice: Duration, hooking: Hooking) -> Pool {
    Pool::with(workers, Patience { slice, call: Duration::from_hours(1) }, hooking).expect("starts")
}

fn load(source: &str, token: &CancellationToken) -> Vm {
    let script = Script {
        source: source.to_owned(),
        chunk: "test.lua".to_owned(),
        ctx: "{}".to_owned(),
        seed: 7,
        ..Script::default()
    };
    Vm::load(&script, vec![], Outside::bare(token.clone())).expect("loads")
}

/// The result of a script that asks nothing, and in how many steps it came.
async fn run_to_end(pool: &Pool, source: &str) -> (String, u32) {
    let mut vm = load(source, &CancellationToken::new());
    let mut steps = 0;
    loop {
        let stepped = pool.run(Turn::Slice, move || vm.step()).end().await.expect("steps");
        steps += 1;
        match stepped.step {
            Step::Slice => vm = stepped.vm,
            Step::Finished(value) => return (value, steps),
            other => panic!("{other:?}"),
        }
    }
}

/// Varargs, closures, metamethods, `<close>`, gsub, sort, string formatting and pcall, all
/// folded into one number.
const MIX: &str = r##"
    local acc = 7
    local function mix(...)
      for i = 1, select("#", ...) do
        local v = select(i, ...)
        acc = (acc * 31 + (math.tointeger(v) or #tostring(v))) % 1000000007
      end
      return ...
    end
    local meta = {
      __index = function(_, key) return #key + 1 end,
      __concat = function(a, b) return "c" .. type(a) .. type(b) end,
      __lt = function(a, b) return a.v < b.v end,
      __call = function(_, ...) return mix(...) end,
    }
    local object = setmetatable({v = 3}, meta)
    for round = 1, 3000 do
      mix(select(2, ("a" .. round .. "b"):gsub("%d", "%0x")))
      mix(object["k" .. round], object .. "z", "z" .. object, select("#", object(1, 2, round)))
      local ok, failure = pcall(function(...)
        local closing <close> = setmetatable({}, {__close = function() mix(9) end})
        if round % 3 == 0 then error({code = round}) end
        return mix(...)
      end, round, round + 1, "q")
      mix(ok and 1 or 2, ok and failure or failure.code)
      local formatted = string.format("%d:%s:%5.2f", round, ("%x"):format(round), round / 7)
      mix(formatted, #formatted, formatted:find(":", 1, true))
      local list = {}
      for i = 1, 30 do list[i] = (i * 7919 + round) % 101 end
      table.sort(list, function(x, y) return x < y end)
      mix(table.unpack(list))
    end
    mix(1e9 * alc.math.bootstrap_mean({1, 2, 4}, 100000, 7).lower)
    return acc
"##;

#[tokio::test]
async fn slices_of_any_length_change_no_result() {
    for way in WAYS {
        let unsliced = pool(1, Duration::from_hours(1), *way);
        let (expected, steps) = run_to_end(&unsliced, MIX).await;
        assert_eq!(steps, 1);
        let sliced = pool(1, Duration::from_micros(30), *way);
        for _ in 0..5 {
            let (value, steps) = run_to_end(&sliced, MIX).await;
            assert_eq!(value, expected, "{way:?}");
            assert!(steps > 1, "it was never sliced: {way:?}");
        }
    }
}

#[tokio::test]
async fn a_deep_stack_gets_on_in_short_slices() {
    // Lua walks the whole stack when a hook is set, which takes longer than such a slice.
    let deep = "local function f(n) return n == 0 and 0 or 1 + f(n - 1) end return f(30000)";
    for way in WAYS {
        let patience =
            Patience { slice: Duration::from_micros(100), call: Duration::from_secs(20) };
        let pool = Pool::with(1, patience, *way).expect("starts");
        assert_eq!(run_to_end(&pool, deep).await.0, "30000", "{way:?}");
    }
}

/// Scripts that never end, each in another place.
const ENDLESS: &[&str] = &[
    "while true do end",
    "repeat until false",
    "while true do pcall(error, 'x') end",
    "while true do pcall(function() while true do end end) end",
    "coroutine.wrap(function() while true do pcall(error) end end)()",
    "while true do coroutine.wrap(function() end)() end",
    "local t = setmetatable({}, {__index = function() while true do end end}) return t.x",
    "table.sort({1, 2, 3}, function() while true do end end)",
    "while true do pcall(table.sort, {1, 2, 3}, function() while true do end end) end",
    "(('x'):rep(9)):gsub('x', function() while true do pcall(function() while true do end end) end end)",
    "xpcall(error, function() while true do end end)",
    "tostring(setmetatable({}, {__tostring = function() while true do end end}))",
    "tostring(setmetatable({}, {__tostring = coroutine.wrap(function() while true do end end)}))",
    "local c <close> = setmetatable({}, {__close = function() while true do end end}) error('x')",
    "while true do local co = coroutine.create(function() local c <close> = setmetatable({}, \
       {__close = function() while true do end end}) coroutine.yield() end) \
       coroutine.resume(co) coroutine.close(co) end",
    "while true do pcall(tostring, setmetatable({}, {__tostring = function() \
       coroutine.wrap(function() while true do pcall(error) end end)() end})) end",
    "alc.math.permutation_test({1, 2}, {3}, 1e8, 1)",
    "tostring(setmetatable({}, {__tostring = function() alc.math.permutation_test({1}, {2}, 1e8, 1) end}))",
];

#[tokio::test]
async fn a_cancelled_script_gives_its_worker_back_wherever_it_loops() {
    for way in WAYS {
        let pool = pool(1, Duration::from_millis(1), *way);
        for source in ENDLESS {
            let token = CancellationToken::new();
            let vm = load(source, &token);
            token.cancel();
            let stepped = pool.run(Turn::Fresh, move || vm.step()).end().await.expect("steps");
            assert!(matches!(stepped.step, Step::Slice), "{way:?} {source}: {:?}", stepped.step);
        }
    }
}

#[tokio::test]
async fn endless_scripts_share_the_workers() {
    for way in WAYS {
        let pool = pool(2, Duration::from_micros(200), *way);
        let token = CancellationToken::new();
        let mut turns = tokio::task::JoinSet::new();
        for _ in 0..12 {
            let (pool, mut vm) = (pool.clone(), load("while true do end", &token));
            turns.spawn(async move {
                for _ in 0..20 {
                    let stepped =
                        pool.run(Turn::Slice, move || vm.step()).end().await.expect("steps");
                    assert!(matches!(stepped.step, Step::Slice));
                    vm = stepped.vm;
                }
            });
        }
        while let Some(done) = turns.join_next().await {
            done.expect("had its turns");
        }
    }
}

#[tokio::test]
async fn a_worker_lost_in_a_c_function_is_replaced() {
    let patience = Patience { slice: Duration::from_millis(1), call: Duration::from_secs(3) };
    for way in WAYS {
        let pool = Pool::with(1, patience, *way).expect("starts");
        let endless = "return (('a'):rep(60)):find(('a-'):rep(60) .. 'b')";
        let stuck = load(endless, &CancellationToken::new());
        let mut waiting = pool.run(Turn::Fresh, move || stuck.step());
        // Lua behind a C function is slow, not lost.
        let (value, _) = run_to_end(
            &pool,
            "table.concat(setmetatable({}, {__len = function() return 1 end, __index = function() \
               for i = 1, 2e7 do end return 'x' end})) return 1",
        )
        .await;
        assert_eq!(value, "1");
        assert_eq!(waiting.end().await.map(|_| ()), Err(BrokeOff::Stuck));
        pool.exhausted().await;
    }
}
