--- host: collectgarbage load log print warn xpcall
-- Global functions that differ from Lua's.

local host, lib = ...
local can_pause, cancelled, check, uncaught = host.can_pause, host.cancelled, host.check, host.uncaught
local collect, load_any, handle_errors = host.lua.collectgarbage, host.lua.load, host.lua.xpcall
local yield, PAUSE = host.lua.coroutine.yield, host.pause
local select, tostring, find, concat = select, tostring, string.find, table.concat

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

-- How much memory is in use and when the collector has come round differ between a run and its
-- replay: the one is journaled, the other never told.
function lib.collectgarbage(option)
  if option == "count" then
    return check(host.memory())
  end
  if option == nil or option == "collect" or option == "step" then
    collect()
  end
  return option == "step" and true or 0
end

-- Bytecode is not checked by Lua and can break the process.
function lib.load(chunk, name, mode, ...)
  if mode ~= nil and not find(tostring(mode), "t", 1, true) then
    return nil, "attempt to load a binary chunk: not available in a session"
  end
  return load_any(chunk, name, "t", ...)
end
