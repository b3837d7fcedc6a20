//! `alc.math`: its values, errors and streams, and that none of it stops other sessions.

use serde_json::Value as Json;

use super::*;

/// What expressions on `alc.math` are: `true` and the value, or `false` and the error. They find a
/// generator with seed 42 in `R`.
fn evaluated(expressions: &[&str]) -> Vec<(bool, Json)> {
    let calls: Vec<_> = expressions
        .iter()
        .map(|call| format!("{{pcall(function() R = M.rng_create(42) return M.{call} end)}}"))
        .collect();
    let source = format!(
        "M, LONG = alc.math, {{}} for i = 1, (1 << 18) + 1 do LONG[i] = 0 end return {{{}}}",
        calls.join(",\n")
    );
    serde_json::from_str(&value(&source)).expect("pairs")
}

/// The lines `call = expected` of a table.
fn lines(table: &str) -> Vec<(&str, &str)> {
    let lines = table.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.rsplit_once(" = ").expect("two sides")).collect()
}

/// Whether two values are the same, numbers with a fraction up to what rounding may do; `slack` is how
/// far apart they may be in any case.
fn agree(one: &Json, other: &Json, slack: f64) -> bool {
    match (one, other) {
        (Json::Number(one), Json::Number(other)) if one.is_f64() && other.is_f64() => {
            let number = |number: &serde_json::Number| number.as_f64().expect("is one");
            let (one, other) = (number(one), number(other));
            (one - other).abs() <= slack.max(1e-12 * one.abs().max(other.abs()))
        }
        (Json::Array(one), Json::Array(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| agree(one, other, slack))
        }
        (Json::Object(one), Json::Object(other)) => {
            one.keys().eq(other.keys())
                && one.iter().all(|(key, one)| agree(one, &other[key], slack))
        }
        _ => one == other,
    }
}

#[test]
fn functions_have_the_values_that_others_compute() {
    let lines = lines(include_str!("math/values.txt"));
    let calls: Vec<_> = lines.iter().map(|(call, _)| *call).collect();
    for ((call, expected), (ok, shown)) in lines.iter().zip(evaluated(&calls)) {
        let expected: Json = serde_json::from_str(expected).expect(call);
        assert!(ok && agree(&shown, &expected, 1e-300), "{call} is {shown}, not {expected}");
    }
}

#[test]
fn what_has_no_value_says_why_in_a_plain_string() {
    let lines = lines(include_str!("math/errors.txt"));
    let calls: Vec<_> = lines.iter().map(|(call, _)| *call).collect();
    for ((call, expected), (ok, shown)) in lines.iter().zip(evaluated(&calls)) {
        let message = shown.as_str().expect(call);
        assert!(!ok && message.starts_with(expected), "{call}: {message}, not {expected}");
    }
}

#[test]
fn a_seed_gives_the_same_numbers_for_ever() {
    for (call, expected) in lines(include_str!("math/streams.txt")) {
        let times = if call.contains("(R") { 4 } else { 1 };
        let source = format!(
            "local M, draws = alc.math, {{}} local R = M.rng_create(42) \
             for i = 1, {times} do draws[i] = M.{call} end return draws"
        );
        let draws: Vec<Json> = serde_json::from_str(&value(&source)).expect("a list");
        let shown = if times == 1 { draws[0].clone() } else { Json::Array(draws) };
        let expected: Json = serde_json::from_str(expected).expect(call);
        assert!(agree(&shown, &expected, 1e-15), "{call} drew {shown}, not {expected}");
    }
}

#[test]
fn every_function_is_there_and_tested() {
    let prelude = outside().prelude;
    let names = prelude.fields("numerics");
    let shown = value(
        "local names = {} for name, f in pairs(alc.math) do \
           assert(type(f) == 'function') names[#names + 1] = name end \
         table.sort(names) return names",
    );
    assert_eq!(serde_json::from_str::<Vec<String>>(&shown).expect("a list"), names);
    let tables = [include_str!("math/values.txt"), include_str!("math/streams.txt")];
    let calls: Vec<_> = tables.into_iter().flat_map(lines).map(|(call, _)| call).collect();
    for name in names {
        let tested = calls.iter().any(|call| call.split('(').next() == Some(name));
        assert!(tested || name == "rng_create", "{name}");
    }
}

#[test]
fn arguments_are_taken_as_everywhere_in_the_library() {
    for source in [
        "return alc.math.mean({'1', '2.5', ' 0x10 '}) == 6.5",
        "return alc.math.mean({1, 2, x = 9}, 'more', {}) == 1.5",
        "return alc.math.percentile({1, 2, 3, 4}, '25') == 1.75",
        "local r = alc.math.rng_create('42') return alc.math.rng_float(r) == 0.5265574090027738",
        "local r = alc.math.rng_create(42.9) return alc.math.rng_float(r) == 0.5265574090027738",
        "return alc.math.rng_create(1e19) ~= nil and alc.math.rng_create(-0.5) ~= nil",
        "local r = alc.math.rng_create(1) return alc.math.rng_int(r, '3', 3.9) == 3",
        "return alc.math.mean(alc.json_decode('[1, 2]')) == 1.5",
        "local m = alc.math.rng_int(alc.math.rng_create(1), 1, 1) return math.type(m) == 'integer'",
        "return math.type(alc.math.median({1, 2, 3})) == 'float'",
        "return alc.math.kl_divergence({0.5, 0.5}, {1, 0}) == math.huge",
        "return alc.math.normal_ppf(0) == -math.huge and alc.math.normal_ppf(1) == math.huge",
        "return alc.math.lgamma(0) == math.huge and alc.math.digamma(0) == -math.huge",
        "local e = alc.math.erf(0/0) return e ~= e",
        "return #alc.math.permutations(8) == 40320",
        "return next(alc.math.shuffle(alc.math.rng_create(1), {})) == nil",
        "local t = {1, 2, 3} alc.math.shuffle(alc.math.rng_create(1), t) return t[1] == 1 and t[3] == 3",
        "local t = {} local s = alc.math.shuffle(alc.math.rng_create(1), {t, 'a', print}) \
           for _, v in ipairs(s) do if v == t then return true end end",
    ] {
        assert_eq!(value(source), "true", "{source}");
    }
}

#[test]
fn generators_are_independent_and_show_no_address() {
    for source in [
        "local r = alc.math.rng_create(1) return tostring(r) == 'LuaRng(StdRng)'",
        "local r = alc.math.rng_create(1) return ('%s'):format(r) == 'LuaRng(StdRng)'",
        "local r = alc.math.rng_create(1) return ('%p'):format(r) == '0x00000001'",
        "return type(alc.math.rng_create(1)) == 'userdata'",
        "local r = alc.math.rng_create(1) return not getmetatable(r) and not pcall(function() return r.x end)",
        "local ok, e = pcall(function() return 'a' .. alc.math.rng_create(1) end) \
           return not e:find('0x')",
        "local ok, e = pcall(alc.json_encode, {alc.math.rng_create(1)}) \
           return e:find('unsupported value type', 1, true) ~= nil",
        "local M = alc.math local one, other = M.rng_create(7), M.rng_create(7) \
           for i = 1, 9 do M.rng_float(one) end \
           local third = M.rng_create(7) return M.rng_float(other) == M.rng_float(third)",
    ] {
        assert_eq!(value(source), "true", "{source}");
    }
}

#[test]
fn a_replay_draws_the_same_numbers() {
    let source = "local M = alc.math local r = M.rng_create(3) M.rng_float(r) \
         local before = M.normal_sample(r, 0, 1) alc.llm(tostring(before)) \
         alc.llm(tostring(M.rng_float(r))) return M.rng_int(r, 1, 1000000)";
    let (Step::Finished(first), calls) = run(source) else { panic!("it ends") };
    let (Step::Finished(again), replayed) = replay(source, calls.clone()) else {
        panic!("it ends")
    };
    assert_eq!((first, calls.len()), (again, replayed.len()));
}

#[test]
fn a_script_may_put_its_own_functions_in() {
    for source in [
        "alc.math.mean = function() return 1 end return alc.math.mean()",
        "alc.math = {mean = function() return 1 end} return alc.math.mean()",
        "return alc.math.hash == nil and alc.math[1] == nil and 1",
    ] {
        assert_eq!(value(source), "1", "{source}");
    }
}
