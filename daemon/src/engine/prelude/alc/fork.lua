--- alc: fork
-- Strategies that run side by side.

local host, lib = ...
local can_pause, check, fork, json_encode = host.can_pause, host.check, host.fork, host.json_encode
local error, ipairs, type = error, ipairs, type
local yield, PAUSE = host.lua.coroutine.yield, host.pause

function lib.fork(strategies, ctx, options)
  if type(ctx) ~= "table" then
    error("bad argument #2: table expected, got " .. (ctx == nil and "no value" or type(ctx)), 0)
  end
  if not can_pause() then
    error("alc.fork: cannot pause inside a C function such as table.concat or tostring", 0)
  end
  check(fork(strategies, check(json_encode(ctx))))
  local results = check(yield(PAUSE))
  local how = type(options) == "table" and options.on_error
  if how == "abort" or how == "fail" then
    for _, child in ipairs(results) do
      if not child.ok then
        error("alc.fork: strategy '" .. child.strategy .. "' failed: " .. child.error, 0)
      end
    end
  end
  return results
end
