--- host: collectgarbage load log print warn xpcall
-- Global functions that differ from Lua's.

local host, lib = ...
local can_pause, cancelled, check, uncaught = host.can_pause, host.cancelled, host.check, host.uncaught
local collect, load_any, handle_errors = host.lua.collectgarbage, host.lua.load, host.lua.xpcall
local yield, PAUSE = host.lua.coroutine.yield, host.pause
local error, select, tostring, find, concat = error, select, tostring, string.find, table.concat

-- Tells whoever watches.
function lib.log(level, message, source)
  if check(host.tell(level, message, source)) and can_pause() then
    yield(PAUSE)
  end
end

local function joined(separator, ...)
  local parts = {}
  for i = 1, select("#", ...) do
    parts[i] = tostring((select(i, ...)))
  end
  return concat(parts, separator)
end

function lib.print(...)
  lib.log("info", joined("\t", ...), "print")
end

function lib.warn(...)
  lib.log("warn", joined("", ...), "warn")
end

-- An error that is raised to stop a cancelled script runs the message handler where no time slice
-- can end it.
function lib.xpcall(body, handler, ...)
  return uncaught(handle_errors(body, function(failure)
    if cancelled() then
      return failure
    end
    return handler(failure)
  end, ...))
end

-- What can be asked of the collector, and what it says: when it has come round differs between a run
-- and its replay, so that is never told.
local said = {
  collect = 0, step = true, isrunning = true, stop = 0, restart = 0, setpause = 200, setstepmul = 100,
  incremental = "incremental", generational = "incremental",
}

-- How much memory is in use is journaled.
function lib.collectgarbage(option)
  option = option == nil and "collect" or option
  if option == "count" then
    return check(host.memory())
  elseif said[option] == nil then
    error("bad argument #1 to 'collectgarbage' (invalid option '" .. tostring(option) .. "')", 2)
  elseif option == "collect" or option == "step" then
    collect()
  end
  return said[option]
end

-- Bytecode is not checked by Lua and can break the process.
function lib.load(chunk, name, mode, ...)
  if mode ~= nil and not find(tostring(mode), "t", 1, true) then
    return nil, "attempt to load a binary chunk: not available in a session"
  end
  return load_any(chunk, name, "t", ...)
end
