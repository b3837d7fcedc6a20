--- alc: parse_score parse_number match_bool
-- What an answer says: a score, a number, yes or no.

local host, lib = ...
local tonumber, tostring, type = tonumber, tostring, type
local find, gmatch, lower, match = string.find, string.gmatch, string.lower, string.match
local text = host.text

function lib.parse_score(answer, default)
  local score = tonumber(match(tostring(answer), "%d+"))
  if score then
    return score < 1 and 1 or score > 10 and 10 or score
  end
  return default or 5
end

function lib.parse_number(answer, pattern)
  if type(answer) ~= "string" then
    return nil
  end
  return tonumber((match(answer, pattern or "-?%d+%.?%d*")))
end

local SAYS = {}
for word in gmatch("approved yes ok accept pass confirm agree true lgtm", "%a+") do
  SAYS[word] = true
end
for word in gmatch("rejected no deny block fail refuse disagree false", "%a+") do
  SAYS[word] = false
end

function lib.match_bool(answer)
  local said
  for word in gmatch(lower(text(answer, 1)), "%w+") do
    if SAYS[word] ~= nil then
      said = SAYS[word]
    end
  end
  return said
end
