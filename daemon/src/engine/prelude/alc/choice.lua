--- alc: match_enum
-- Which of some candidates a text names.

local host, lib = ...
local check, tonumber = host.check, tonumber

function lib.match_enum(text, candidates, options)
  local threshold = tonumber(host.options(options, 3).threshold) or 0.7
  local named = check(host.named(text, candidates))
  if named then
    return candidates[named]
  end
  -- In portions, so that a long text does not hold up other sessions.
  local at, score, closest = 0, threshold, nil
  while at do
    at, score, closest = check(host.closest(text, candidates, at, score, closest))
  end
  return candidates[closest]
end
