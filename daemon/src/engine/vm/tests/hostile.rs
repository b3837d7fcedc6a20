//! Scripts that mean harm: each fails with a text, and ends nobody else.

use super::{error, value};

#[test]
fn an_error_of_any_type_fails_its_session_with_a_text() {
    for thrown in [
        "nil",
        "true",
        "1.5",
        "{}",
        "print",
        "coroutine.create(print)",
        "('x'):rep(1 << 20)",
        "'\\xff\\0'",
        "setmetatable({}, {__tostring = function() return {} end})",
        "setmetatable({}, {__tostring = function() error({}) end})",
        "setmetatable({}, {__name = 7, __index = error})",
        "setmetatable({}, {__metatable = false})",
    ] {
        for source in [
            format!("error({thrown})"),
            format!("coroutine.wrap(function() error({thrown}) end)()"),
            format!(
                "local c <close> = setmetatable({{}}, {{__close = function() error({thrown}) end}}) \
                 error({thrown})"
            ),
            format!("pcall(error, {thrown}) xpcall(error, error, {thrown}) error({thrown})"),
        ] {
            assert!(!error(&source).message.is_empty(), "{source}");
        }
    }
}

#[test]
fn what_is_nested_too_deeply_fails_and_ends_nothing() {
    for source in [
        "local function f(n) if n == 0 then error('deep') end return (f(n - 1)) end return f(200000)",
        "local t = setmetatable({}, {}) getmetatable(t).__index = function(_, k) return t[k + 1] end \
           return t[1]",
        "local function f() return coroutine.wrap(f)() end return f()",
        "return (('a'):rep(300000)):find(('a?'):rep(300000) .. ('a'):rep(300000))",
        "return alc.json_decode(('['):rep(200000))",
        "local t = {} for i = 1, 200000 do t = {t} end return alc.json_encode(t)",
    ] {
        assert!(!error(source).message.is_empty(), "{source}");
    }
    let caught = "local function f() return 1 + f() end return tostring(select(2, pcall(f)))";
    assert!(value(caught).contains("stack overflow"));
}
