--- alc: log log_fmt progress
-- What a script tells whoever watches.

local host, lib = ...
local can_pause, check = host.can_pause, host.check
local yield, PAUSE = host.lua.coroutine.yield, host.pause

function lib.log(level, message)
  host.log(level, message, "alc.log")
end

function lib.log_fmt(level, pattern, ...)
  alc.log(level, alc.fmt(pattern, ...))
end

function lib.progress(step, total, message)
  if check(host.progress(step, total, message)) and can_pause() then
    yield(PAUSE)
  end
end
