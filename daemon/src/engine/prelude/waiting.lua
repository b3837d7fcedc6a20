--- host: waiting
-- Functions that wait for an operation outside the VM.

local host, lib = ...
local can_pause, check, error = host.can_pause, host.check, error
local yield, PAUSE = host.lua.coroutine.yield, host.pause

local function settled(known, ...)
  if known then
    return ...
  end
  return check(yield(PAUSE))
end

-- A function that calls the host's `operation` and waits for its outcome.
function lib.waiting(operation, name)
  return function(...)
    if not can_pause() then
      error(name .. ": cannot be called inside a C function such as table.concat or tostring", 0)
    end
    return settled(check(operation(...)))
  end
end
