--- coroutine: close create isyieldable resume running status wrap yield
-- Coroutines through which a pause, and the end of a time slice, reach the host instead of whoever
-- resumed the coroutine.

local host, lib = ...
local plain = host.lua.coroutine
local create, resume, running, status, yield, isyieldable, close =
  plain.create, plain.resume, plain.running, plain.status, plain.yield, plain.isyieldable, plain.close
local error, type = error, type
local enter, can_pause, cancelled, uncaught = host.enter, host.can_pause, host.cancelled, host.uncaught
local protect = host.lua.pcall

-- Marks what a script yields; anything else that comes out of a suspended coroutine is the host's.
local USER = {}

local pump

-- What came out of a suspended coroutine: the script's, or something for the host.
local function passed_on(co, mark, ...)
  if mark == USER then
    return true, ...
  end
  if can_pause() then
    return pump(co, yield(mark))
  end
  -- The end of a slice, behind a C function: nobody can be told, so it goes on.
  if cancelled() then
    error("cancelled", 0)
  end
  return pump(co)
end

local function settle(me, walled, co, ok, ...)
  host.walled = walled
  enter(me)
  if not ok then
    return uncaught(false, ...)
  end
  if status(co) == "suspended" then
    return passed_on(co, ...)
  end
  return true, ...
end

function pump(co, ...)
  local me, walled = running(), host.walled
  host.walled = walled or not isyieldable()
  enter(co)
  return settle(me, walled, co, resume(co, ...))
end

local function expect(co, name)
  if type(co) ~= "thread" then
    error("bad argument #1 to '" .. name .. "' (coroutine expected)", 3)
  end
end

lib.create, lib.status = create, status

function lib.resume(co, ...)
  expect(co, "resume")
  return pump(co, ...)
end

function lib.yield(...)
  if running() == host.outermost then
    error("attempt to yield from outside a coroutine", 0)
  end
  return yield(USER, ...)
end

function lib.isyieldable(co)
  if co == nil then
    co = running()
  end
  return co ~= host.outermost and isyieldable(co)
end

function lib.running()
  local co = running()
  return co, co == host.outermost
end

function lib.close(co)
  expect(co, "close")
  local me = running()
  enter(co)
  local closed, ok, failure = protect(close, co)
  enter(me)
  if not closed then
    error(ok, 2)
  end
  if ok then
    return true
  end
  return uncaught(false, failure)
end

local function unwrapped(co, ok, ...)
  if ok then
    return ...
  end
  local failure = ...
  if status(co) == "dead" then
    lib.close(co)
  end
  if type(failure) == "string" then
    error(failure, 2)
  end
  error(failure, 0)
end

function lib.wrap(body)
  local co = create(body)
  return function(...)
    return unwrapped(co, pump(co, ...))
  end
end
