--- coroutine: close create isyieldable resume running status wrap yield
-- Coroutines through which a pause, and the end of a time slice, reach the host instead of whoever
-- resumed the coroutine.

local host, lib = ...
local plain = host.lua.coroutine
local running, isyieldable, close = plain.running, plain.isyieldable, plain.close
local error, type = error, type
local enter, uncaught, protect = host.enter, host.uncaught, host.lua.pcall

lib.create, lib.status = plain.create, plain.status
lib.resume = host.closure("resume", plain.resume, uncaught, plain.yield)
lib.wrap = host.closure("wrap", plain.wrap, uncaught, plain.yield)
lib.yield = host.closure("yield", host.outermost)

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
  if type(co) ~= "thread" then
    return close(co)
  end
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
