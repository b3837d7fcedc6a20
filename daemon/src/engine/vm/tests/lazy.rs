//! Fields that are loaded when a script first touches them: nobody can tell.

use super::*;

#[test]
fn a_table_shows_every_field_that_a_part_of_the_prelude_makes() {
    let prelude = outside().prelude;
    for table in ["alc", "coroutine", "io", "os", "std"] {
        let expected = prelude.fields(table);
        let source = format!(
            "local names = alc.json_decode('[]') \
             for name, value in pairs({table}) do assert(value ~= nil) names[#names + 1] = name end \
             table.sort(names) return names"
        );
        let shown: Vec<String> = serde_json::from_str(&value(&source)).expect("a list");
        assert_eq!(shown, expected, "{table}");
        for name in expected {
            assert_eq!(value(&format!("return {table}.{name} ~= nil")), "true", "{table}.{name}");
        }
    }
}

#[test]
fn what_a_script_assigns_is_there_to_stay() {
    for source in [
        "alc.fmt = 1 return alc.fmt",
        "alc.fmt = nil return alc.fmt == nil and 1",
        "rawset(alc, 'log_fmt', 1) local _ = alc.log return alc.log_fmt",
        "alc.mine = 1 return alc.mine",
        "alc.mine = 1 for name in pairs(alc) do if name == 'mine' then return alc.mine end end",
        "alc = {llm = function() return 1 end} return alc.llm()",
        "local old = alc.log alc.log = function() return 1 end return alc.log() ~= old and 1",
        "local calls = 0 alc.log = function() calls = calls + 1 end alc.log_fmt('info', '') return calls",
        "_G.alc = setmetatable({fmt = 1}, {__index = alc}) return alc.log and alc.fmt",
        "math.floor = function() return 1 end return math.floor(7)",
        "coroutine.wrap = nil return coroutine.wrap == nil and 1",
    ] {
        assert_eq!(value(source), "1", "{source}");
    }
}

#[test]
fn a_table_with_fields_to_load_is_a_table_like_any_other() {
    for source in [
        "return type(alc) == 'table' and type(alc.log) == 'function'",
        "return not getmetatable(alc) and not getmetatable(coroutine)",
        "return alc.hash == nil and alc[1] == nil and alc[{}] == nil and math.none == nil",
        "setmetatable(alc, {__index = function() return 'x' end}) return alc.fmt('a') .. alc.none == 'ax'",
        "setmetatable(alc, {}) return getmetatable(setmetatable(alc, nil)) == nil and alc.fmt('a') == 'a'",
        "for _ in pairs(alc) do end return getmetatable(alc) == nil and next(alc) ~= nil",
        "local count = 0 for name in pairs(math) do count = count + 1 end return count > 30",
        "return host == nil and debug == nil",
        "function select(node) return node end type, error, ipairs, pairs = nil, nil, nil, nil \
           return alc.vote({'a', 'a'}).winner .. alc.fmt('%d', 1.0) == 'a1' and io.open('/none') == nil",
        "string, math, table, tostring = nil, nil, nil, nil return alc.json_encode({alc.chunk('a')}) == '[[\"a\"]]'",
        "return type(rawget(alc, 'vote')) == 'function' and rawget(alc, 'none') == nil",
        "local key, value = next(alc) return key ~= nil and rawget(alc, key) == value",
        "local count = 0 for _ in next, alc.card do count = count + 1 end return count > 5",
        "alc.fmt = nil for name in next, alc do if name == 'fmt' then return false end end return true",
        "return next({}) == nil and next({7}) == 1 and rawget({a = 1}, 'a') == 1",
        "return not pcall(next, nil) and select(2, pcall(rawget, 1, 'a')):find(\"to 'rawget'\", 1, true) ~= nil",
    ] {
        assert_eq!(value(source), "true", "{source}");
    }
}

#[test]
fn a_field_may_be_touched_first_where_nothing_can_pause() {
    let source = "local t = setmetatable({}, {__tostring = function() return alc.fmt('%d', '7') end}) \
         return coroutine.wrap(function() return tostring(t) .. alc.llm('a') end)()";
    assert_eq!(value(source), "\"74\"");
}

#[test]
fn what_could_not_be_loaded_for_lack_of_stack_is_loaded_later() {
    let source = "local function deep() \
             if not pcall(deep) then pcall(setmetatable, {}, {__gc = 1}) pcall(ipairs, alc) end \
         end \
         deep() \
         return getmetatable(setmetatable({}, {__gc = 1})).__gc == nil and ipairs(alc) ~= nil";
    assert_eq!(value(source), "true");
}
