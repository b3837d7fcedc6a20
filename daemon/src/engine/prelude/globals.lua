--- host: collectgarbage load log print warn xpcall
-- Global functions that differ from Lua's.

local host, lib = ...
local can_pause, cancelled, check, uncaught = host.can_pause, host.cancelled, host.check, host.uncaught
local collect, load_any = host.lua.collectgarbage, host.lua.load
local protect, handle_errors = host.lua.pcall, host.lua.xpcall
local yield, PAUSE = host.lua.coroutine.yield, host.pause
local error, select, tostring, type = error, select, tostring, type
local find, sub, concat = string.find, string.sub, table.concat

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
  local count = select("#", ...)
  for i = 1, count > 0 and count or 1 do
    local part = (select(i, ...))
    if type(part) ~= "string" and type(part) ~= "number" then
      error("bad argument #" .. i .. " to 'warn' (string expected, got " .. type(part) .. ")", 2)
    end
  end
  local message = joined("", ...)
  -- One text with this sign is for Lua itself, such as `@on`.
  if count > 1 or sub(message, 1, 1) ~= "@" then
    lib.log("warn", message, "warn")
  end
end

-- An error that is raised to stop a cancelled script runs the message handler where no time slice
-- can end it. What the handler itself raises is what the script gets, such as that it cannot ask there.
function lib.xpcall(body, handler, ...)
  if type(handler) ~= "function" then
    error("bad argument #2 to 'xpcall' (function expected, got " .. type(handler) .. ")", 2)
  end
  return uncaught(handle_errors(body, function(failure)
    if cancelled() then
      return failure
    end
    return (select(2, protect(handler, failure)))
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
