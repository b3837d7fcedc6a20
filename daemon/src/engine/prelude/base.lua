-- What every session has from its first moment: pausing, errors of the host as plain strings, tables
-- whose fields are loaded when they are first touched, and what runs the script.
--
-- A pause is a yield of a value that no script ever sees, from whatever coroutine asks up to the
-- host; a yield without it is the end of a time slice.

local host = ...
local yield, running = coroutine.yield, coroutine.running
local error, next, rawget, rawset, type = error, next, rawget, rawset, type
local PAUSE, fetch, traceback = host.pause, host.fetch, host.traceback
local show, format, find, gsub = tostring, string.format, string.find, string.gsub
local protect, handle_errors, set_metatable = pcall, xpcall, setmetatable

-- Lua's own, for the parts that replace them.
host.lua = {
  collectgarbage = collectgarbage, coroutine = coroutine, format = format, gsub = gsub, load = load,
  pcall = protect, setmetatable = set_metatable, sort = table.sort, tostring = show,
  xpcall = handle_errors,
}

local can_pause = host.can_pause

-- Turns what a host function returns into results or a raised string.
local function check(ok, ...)
  if ok then
    return ...
  end
  if ok == nil and can_pause() then
    yield(PAUSE)
  end
  error((...), 0)
end
host.check = check

-- When memory runs out depends on the collector, so a script that could catch it would not do the
-- same in a replay.
local function uncaught(ok, ...)
  if ok or (...) ~= "not enough memory" then
    return ok, ...
  end
  host.out_of_memory()
  if can_pause() then
    yield(PAUSE)
  end
  error((...), 0)
end
host.uncaught = uncaught

pcall = host.closure("pcall", protect, uncaught)

-- The tables that have fields to load, and what the prelude's parts call them.
local names = {}
local lazy = {
  __metatable = false,
  __index = function(object, key)
    return check(fetch(host, names[object], object, key))
  end,
  -- What a script assigns stays: the part is loaded before, not afterwards.
  __newindex = function(object, key, value)
    check(fetch(host, names[object], object, key))
    rawset(object, key, value)
  end,
  __pairs = function(object)
    check(fetch(host, names[object], object))
    return next, object
  end,
}
local function lazily(name, object)
  names[object] = name
  return set_metatable(object, lazy)
end
host.lazily = lazily
lazily("host", host)
alc, coroutine, math = lazily("alc", {}), lazily("coroutine", {}), lazily("math", {})
io, os, std = lazily("io", {}), lazily("os", {}), lazily("std", {})
package = lazily("package", {})
host.alc, host.lua.math, host.lua.package = alc, math, package

-- What looks at the fields that are there finds those that are not loaded yet, too.
local function see(name, object, key)
  if type(object) ~= "table" then
    error("bad argument #1 to '" .. name .. "' (table expected, got " .. type(object) .. ")", 3)
  elseif names[object] then
    check(fetch(host, names[object], object, key))
  end
end

-- A function that is loaded when it is first called.
local function later(name)
  return function(...)
    return host[name](...)
  end
end
collectgarbage, load, print, warn = later("collectgarbage"), later("load"), later("print"), later("warn")
xpcall, require = later("xpcall"), later("require")
dofile, loadfile = later("dofile"), later("loadfile")

function _G.next(object, key)
  -- A loop that goes on had everything loaded when it began.
  if key == nil then
    see("next", object)
  end
  return next(object, key)
end

function _G.rawget(object, key)
  see("rawget", object, key)
  return rawget(object, key)
end

-- A function of the host, as scripts call it.
function host.native(name)
  return function(...)
    return check(host[name](...))
  end
end

-- What a function of the host returns; of what takes a while it returns another one, which does a
-- little each time, and between two calls the slice may end.
local function done(result)
  if type(result) ~= "function" then
    return result
  end
  local go_on = result
  repeat
    result = check(go_on())
  until result ~= nil
  return result
end

-- The same, of the function itself.
function host.raising(act)
  return function(...)
    return done(check(act(...)))
  end
end

function host.absent(name)
  return function()
    error(name .. ": not available in a session", 0)
  end
end
debug = nil

-- No script ever sees an address, and nothing that depends on the collector.
tostring = host.closure("tostring", show, function(value)
  return host.show(value)
end)

string.format = host.closure("format", format, function(...)
  return host.format(...)
end)

-- A table's `__index` may pause, here and in `ipairs`.
local replace
replace = host.closure("gsub", gsub, function(text, pattern, how, limit)
  return replace(text, pattern, function(key)
    return how[key]
  end, limit)
end, find, table.concat)
string.gsub = replace

local function step(list, place)
  place = place + 1
  local value = list[place]
  if value ~= nil then
    return place, value
  end
end
ipairs = host.closure("ipairs", ipairs, function(list)
  return step, list, 0
end)

table.sort = host.closure("sort", host.lua.sort, function(list, before)
  host.sort(list, before)
end)

setmetatable = host.closure("setmetatable", set_metatable, function(object, metatable)
  if metatable then
    if rawget(metatable, "__gc") ~= nil then
      rawset(metatable, "__gc", nil)
    end
    if rawget(metatable, "__mode") ~= nil then
      rawset(metatable, "__mode", nil)
    end
  end
  if names[object] then
    -- With all its fields it is a table like any other.
    check(fetch(host, names[object], object))
    names[object] = nil
  end
  return set_metatable(object, metatable)
end, "__gc", "__mode")

-- What parts find as globals: these as they are now, whatever a script calls so later, and all else as
-- the script has it. There are sixteen, since one more would double the table.
host.globals = set_metatable({
  error = error, getmetatable = getmetatable, ipairs = ipairs, math = math, next = next, pairs = pairs,
  pcall = pcall, rawequal = rawequal, rawget = rawget, select = select, setmetatable = setmetatable,
  string = string, table = table, tonumber = tonumber, tostring = tostring, type = type,
}, { __index = _G, __newindex = _G })

-- Made at once, since there may be no stack left to load more when it is needed.
local function describe(failure)
  local shown, text = type(failure) == "string", failure
  if not shown then
    shown, text = pcall(tostring, failure)
  end
  if not shown then
    text = "an error object of type " .. type(failure) .. " that cannot be shown"
  end
  return { message = text, traceback = traceback() }
end

-- Has what was written to files reach them before the script stands still; nothing, if it has none.
function host.settle()
  local flush = rawget(host, "flush_files")
  if flush then
    flush()
  end
end

local function left(...)
  protect(host.settle)
  local run = rawget(host, "end_commands")
  if run then
    protect(run)
  end
  return ...
end

-- Runs the script, under xpcall because an error that leaves a coroutine while `__close` raises
-- another one would end the process.
function host.main(chunk)
  host.outermost = running()
  return left(handle_errors(chunk, describe))
end
