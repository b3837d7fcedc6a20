--- alc: map filter reduce vote
-- Lists.

local _, lib = ...
local error, find, ipairs, match = error, string.find, ipairs, string.match
local tostring, type = tostring, type

-- Refuses arguments where they were given, and not where they are used. A table may be callable.
local function expect(value, number, kind, name)
  if type(value) ~= kind and type(value) ~= "table" then
    local message = "bad argument #%d to '%s' (%s expected, got %s)"
    error(message:format(number, name, kind, type(value)), 3)
  end
end

function lib.map(items, call)
  expect(items, 1, "table", "map")
  expect(call, 2, "function", "map")
  local results = {}
  for place, item in ipairs(items) do
    results[place] = call(item, place)
  end
  return results
end

function lib.filter(items, call)
  expect(items, 1, "table", "filter")
  expect(call, 2, "function", "filter")
  local kept = {}
  for place, item in ipairs(items) do
    if call(item, place) then
      kept[#kept + 1] = item
    end
  end
  return kept
end

function lib.reduce(items, call, result)
  expect(items, 1, "table", "reduce")
  expect(call, 2, "function", "reduce")
  local first = 1
  if result == nil then
    result, first = items[1], 2
  end
  for place = first, #items do
    result = call(result, items[place], place)
  end
  return result
end

local function trimmed(answer)
  local text = tostring(answer)
  local first = find(text, "%S")
  return first and match(text, ".*%S", first) or ""
end

function lib.vote(answers)
  expect(answers, 1, "table", "vote")
  local counts, winner, most = {}, nil, 0
  local order = {}
  for _, answer in ipairs(answers) do
    local text = trimmed(answer)
    if not counts[text] then
      counts[text] = 0
      order[#order + 1] = text
    end
    counts[text] = counts[text] + 1
  end
  for _, text in ipairs(order) do
    if counts[text] > most then
      winner, most = text, counts[text]
    end
  end
  return { winner = winner, count = most, total = #answers }
end
