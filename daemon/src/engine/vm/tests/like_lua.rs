//! What replaces functions of Lua's own does what they do.

use super::*;

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
        "('abc'):gsub('', function() return nil end)",
        "('aXbX'):gsub('(%a)(X)', function() return false end)",
        "('hello'):gsub('^', function() return '>' end)",
        "('x  y'):gsub('%s*', function(s) return '<' .. #s .. '>' end)",
        "('abab'):gsub('(a)(b)%f[%z]', function(a, b) return 1.5 end)",
        "('x'):rep(1000):gsub('x', function(c) return c .. c end)",
        "('x y'):rep(100):gsub('%s', function() end)",
        "('x'):rep(100):gsub('x', function() return 7 end, 65)",
        "string.gsub(123, 2, function(c) return c + 1 end)",
        "('abc'):gsub('%w', function() return 'y' end, -1)",
        "('abc'):gsub('%w', function() return 'y' end, '2')",
        "('a\0b'):gsub('%z', function() return '0' end)",
        "('(a(b)c)'):gsub('%b()', function(s) return (s:gsub('%a', function(c) return c:upper() end)) end)",
        "('abc'):gsub('%w', {a = '1', b = false, c = 2.5})",
        "('$name is $age'):gsub('%$(%w+)', setmetatable({name = 'x'}, {__index = function(_, k) return k:upper() end}))",
    ] {
        let (here, there) = here_and_there(&format!("return {{{call}}}"));
        assert_eq!(here, there, "{call}");
    }
    for (call, message) in [
        ("('x'):gsub('x', function() return {} end)", "invalid replacement value (a table)"),
        ("('x'):gsub('x', nil)", "bad argument #2"),
        ("('x'):gsub('[', print)", "malformed pattern"),
        ("('x'):gsub('x', print, {})", "bad argument #3"),
        ("('x'):gsub(nil, print)", "bad argument #1"),
        ("(('x'):gsub('x', function() error('mine') end))", "test.lua:1: mine"),
    ] {
        assert!(error(&format!("return {call}")).message.contains(message), "{call}");
    }
}

/// What fails does so in the same words.
#[test]
fn errors_are_lua_s_own() {
    for call in [
        "tostring()",
        "pcall()",
        "string.format()",
        "string.format({})",
        "string.format('%d', 'x')",
        "string.format('%d', {})",
        "string.format('%s')",
        "string.format('%y', 1)",
        "string.gsub('x', '(')",
        "string.gsub('x', 'x', function() return {} end)",
        "string.gsub('x', '%1', print)",
        "string.gsub('x', 'x', true)",
        "table.sort(1)",
        "table.sort({1, 2}, 1)",
        "table.sort({1, 'x'})",
        "table.sort({{}, {}})",
        "setmetatable(1, {})",
        "setmetatable({})",
        "setmetatable({}, 1)",
        "ipairs()",
        "ipairs(nil) == 1",
        "(function() for i in ipairs(nil) do end end)()",
        "coroutine.wrap(1)",
        "coroutine.create(1)",
        "coroutine.resume(1)",
        "coroutine.wrap(function() error('no') end)()",
        "coroutine.yield(1)",
    ] {
        let (here, there) = here_and_there(&format!(
            "local x x = select(2, pcall(function() local y = {call} return y end)) return tostring(x)"
        ));
        assert_eq!(here, there, "{call}");
    }
}
