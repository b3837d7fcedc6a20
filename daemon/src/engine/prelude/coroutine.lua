-- Coroutines through which a pause, and the end of a time slice, reach the host instead of whoever
-- resumed the coroutine.

local host = ...
local create, resume, running, status, yield, isyieldable, close =
  coroutine.create, coroutine.resume, coroutine.running, coroutine.status, coroutine.yield,
  coroutine.isyieldable, coroutine.close
local error, select, type = error, select, type
local enter, go_in, leave, can_pause = host.enter, host.go_in, host.leave, host.can_pause
local cancelled, uncaught, protect = host.cancelled, host.uncaught, host.protect

-- Marks what a script yields; anything else that comes out of a suspended coroutine is the host's.
local USER = {}
local main

-- Called once, in the coroutine that the host resumes.
function host.begin()
  main = running()
end

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

local function settle(me, before, co, ok, ...)
  leave(before)
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
  local me, before = running(), go_in()
  enter(co)
  return settle(me, before, co, resume(co, ...))
end

local function expect(co, name)
  if type(co) ~= "thread" then
    error("bad argument #1 to '" .. name .. "' (coroutine expected)", 3)
  end
end

function coroutine.resume(co, ...)
  expect(co, "resume")
  return pump(co, ...)
end

function coroutine.yield(...)
  if running() == main then
    error("attempt to yield from outside a coroutine", 0)
  end
  return yield(USER, ...)
end

function coroutine.isyieldable(co)
  if co == nil then
    co = running()
  end
  return co ~= main and isyieldable(co)
end

function coroutine.running()
  local co = running()
  return co, co == main
end

function coroutine.close(co)
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
    coroutine.close(co)
  end
  if type(failure) == "string" then
    error(failure, 2)
  end
  error(failure, 0)
end

function coroutine.wrap(body)
  local co = create(body)
  return function(...)
    return unwrapped(co, pump(co, ...))
  end
end
