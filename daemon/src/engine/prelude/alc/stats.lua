--- alc: stats
-- Figures that a script keeps; each is a copy, as it was when it was recorded.

local host, lib = ...
local check, text = host.check, host.text
local recorded = {}

lib.stats = { llm_calls = host.native("llm_calls") }

function lib.stats.record(key, value)
  recorded[text(key, 1)] = check(host.json_encode(value))
end

function lib.stats.get(key)
  local kept = recorded[text(key, 1)]
  return kept and check(host.json_decode(kept))
end
