-- What the other parts stand on: pausing, and errors of the host as plain strings.
--
-- A pause is a yield of a value that no script ever sees, from whatever coroutine asks up to the
-- host; a yield without it is the end of a time slice.

local host = ...
local isyieldable, yield, error = coroutine.isyieldable, coroutine.yield, error
local PAUSE, cancelled = host.pause, host.cancelled
host.yield = yield

-- Whether a coroutine further out is inside a C function, across which nothing can be yielded.
local walled = false

function host.can_pause()
  return isyieldable() and not walled
end

-- Notes that what runs now resumes another coroutine; returns what `leave` must be given.
function host.go_in()
  local before = walled
  walled = before or not isyieldable()
  return before
end

function host.leave(before)
  walled = before
end

-- Turns what a host function returns into results or a raised string.
function host.check(ok, ...)
  if ok then
    return ...
  end
  if ok == nil and host.can_pause() then
    yield(PAUSE)
  end
  error((...), 0)
end

local check = host.check

-- A function that calls the host's `operation` and waits for its outcome.
local function settled(known, ...)
  if known then
    return ...
  end
  return check(yield(PAUSE))
end
function host.waiting(operation, name)
  return function(...)
    if not host.can_pause() then
      error(name .. ": cannot be called inside a C function such as table.concat or tostring", 0)
    end
    return settled(check(operation(...)))
  end
end

-- When memory runs out depends on the collector, so a script that could catch it would not do the
-- same in a replay.
local function uncaught(ok, ...)
  if ok or (...) ~= "not enough memory" then
    return ok, ...
  end
  host.out_of_memory()
  if host.can_pause() then
    yield(PAUSE)
  end
  error((...), 0)
end
host.uncaught = uncaught

local protect = pcall
host.protect = protect
function _G.pcall(...)
  return uncaught(protect(...))
end

-- An error that is raised to stop a cancelled script runs the message handler where no time slice
-- can end it.
local handle_errors = xpcall
function _G.xpcall(body, handler, ...)
  return uncaught(handle_errors(body, function(failure)
    if cancelled() then
      return failure
    end
    return handler(failure)
  end, ...))
end
host.handle_errors = handle_errors
