-- What every session has from its first moment: pausing, errors of the host as plain strings, tables
-- whose fields are loaded when they are first touched, and what runs the script.
--
-- A pause is a yield of a value that no script ever sees, from whatever coroutine asks up to the
-- host; a yield without it is the end of a time slice.

local host = ...
local yield, running = coroutine.yield, coroutine.running
local error, raw_get, rawset, type = error, rawget, rawset, type
local PAUSE, closure, fetch, traceback = host.pause, host.closure, host.fetch, host.traceback
local protect, handle_errors, set_metatable = pcall, xpcall, setmetatable

-- Lua's own, for the parts that replace them.
host.lua = {
  collectgarbage = collectgarbage, coroutine = coroutine, format = string.format, gsub = string.gsub,
  load = load, next = next, pcall = protect, rawget = rawget, rawset = rawset,
  setmetatable = set_metatable, tostring = tostring, xpcall = handle_errors,
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

pcall = closure("pcall", protect, uncaught)

-- A function that is loaded when it is first called.
local function later(name)
  return function(...)
    return host[name](...)
  end
end

-- The tables that have fields to load, and what the prelude's parts call them.
local names = {}
host.names = names
local lazy = {
  __metatable = false, __newindex = later("assign"), __pairs = later("pairs"),
  __index = function(object, key)
    return check(fetch(host, names[object], object, key))
  end,
}
local function lazily(name, object)
  names[object] = name
  return set_metatable(object, lazy)
end
host.lazily = lazily
alc, coroutine, math = lazily("alc", {}), lazily("coroutine", {}), lazily("math", {})
io, os, std = lazily("io", {}), lazily("os", {}), lazily("std", {})
package = lazily("package", {})
host.alc, host.lua.math, host.lua.package = alc, math, package

collectgarbage, load, print, warn = later("collectgarbage"), later("load"), later("print"), later("warn")
xpcall, require = later("xpcall"), later("require")
dofile, loadfile = later("dofile"), later("loadfile")
debug = nil

-- These go on as Lua's own, or as the field of the host that is named here: no script ever sees an
-- address, nor anything that depends on the collector; what looks at the fields that are there finds
-- those that are not loaded yet, too; and a table's `__index` may pause in `gsub` and `ipairs`.
next, rawget = closure("next", next, "next", lazy), closure("rawget", rawget, "rawget", lazy)
tostring, ipairs = closure("tostring", tostring, "show"), closure("ipairs", ipairs, "ipairs")
setmetatable = closure("setmetatable", set_metatable, "setmetatable", "__gc", "__mode")
string.format = closure("format", string.format, "format")
string.gsub = closure("gsub", string.gsub, "gsub", string.find, table.concat)
table.sort = closure("sort", table.sort, "sort")
host.lua.replace = string.gsub

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
  local flush = raw_get(host, "flush_files")
  if flush then
    flush()
  end
end

local function left(...)
  protect(host.settle)
  local run = raw_get(host, "end_commands")
  if run then
    protect(run)
  end
  return ...
end

-- Runs the script, under xpcall because an error that leaves a coroutine while `__close` raises
-- another one would end the process.
function host.main(chunk)
  rawset(host, "outermost", running())
  return left(handle_errors(chunk, describe))
end

lazily("host", host)
-- What nearly every script calls is loaded here, where the stack that grows for it is not a script's.
local _ = alc.llm
