--- alc: stats
-- Figures that a script keeps; each is a copy, as it was when it was recorded.

local host, lib = ...
local can_pause, check, text = host.can_pause, host.check, host.text
local error, yield, PAUSE = error, host.lua.coroutine.yield, host.pause
-- How many bytes all of them may have, keys and JSON.
local MOST = 1 << 20
local recorded, size = {}, 0

lib.stats = { llm_calls = host.native("llm_calls") }

function lib.stats.record(key, value)
  key = text(key, 1)
  local json, old = check(host.json_encode(value)), recorded[key]
  if json == old then
    return
  end
  local grown = size + #json + (old and -#old or #key)
  if grown > MOST then
    error("alc.stats.record: the figures have " .. grown .. " bytes, over the limit of " .. MOST, 0)
  end
  local full = check(host.stats_record(key, json))
  recorded[key], size = json, grown
  if full and can_pause() then
    yield(PAUSE)
  end
end

function lib.stats.get(key)
  local kept = recorded[text(key, 1)]
  return kept and check(host.json_decode(kept))
end
