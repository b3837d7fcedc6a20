--- alc: stats
-- Figures that a script keeps; each is a copy, as it was when it was recorded.

local host, lib = ...
local check, error, type = host.check, error, type
local recorded = {}

lib.stats = { llm_calls = host.native("llm_calls") }

function lib.stats.record(key, value)
  if type(key) ~= "string" then
    error("bad argument #1: string expected, got " .. type(key), 0)
  end
  recorded[key] = check(host.json_encode(value))
end

function lib.stats.get(key)
  local text = recorded[key]
  return text and check(host.json_decode(text))
end
