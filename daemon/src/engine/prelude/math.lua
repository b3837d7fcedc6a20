--- math: *
-- Lua's `math`, with random numbers that a replay draws again.

local host, lib = ...
local check, select = host.check, select

for name, value in next, check(host.math_library()) do
  lib[name] = value
end

local seed_with = lib.randomseed
function lib.randomseed(...)
  if select("#", ...) == 0 then
    return seed_with(check(host.seed()))
  end
  return seed_with(...)
end
lib.randomseed()
