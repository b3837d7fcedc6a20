--- frame: scorer
-- A scorer: what a grade is worth, from 0 to 1.

local host, lib = ...
local error, ipairs, type = error, ipairs, type
local sort, unpack = table.sort, table.unpack
local is_a = host.is_a

-- What is no number is worth nothing.
local function clamped(value)
  if type(value) ~= "number" or value ~= value then
    return 0.0
  end
  return value < 0 and 0.0 or value > 1 and 1.0 or value + 0.0
end

local function default(grade)
  if type(grade) == "boolean" then
    return grade and 1.0 or 0.0
  end
  return clamped(grade)
end

local function is_number(value)
  return type(value) == "number" and value == value
end

local function linear(least, most)
  return function(grade)
    return is_number(grade) and clamped((grade - least) / (most - least)) or 0.0
  end
end

local function passing(threshold)
  return function(grade)
    if type(grade) == "boolean" then
      grade = grade and 1 or 0
    end
    return is_number(grade) and grade >= threshold and 1.0 or 0.0
  end
end

local function stepping(steps)
  return function(grade)
    local score = 0.0
    for _, step in ipairs(steps) do
      if not is_number(grade) or grade < step[1] then
        break
      end
      score = step[2]
    end
    return score
  end
end

-- The steps with the lowest first, or nothing if they are none.
local function sorted(steps)
  if type(steps) ~= "table" or #steps == 0 then
    return nil
  end
  local copy = {}
  for place, step in ipairs(steps) do
    if type(step) ~= "table" or not is_number(step[1]) or not is_number(step[2]) then
      return nil
    end
    copy[place] = { step[1], clamped(step[2]) }
  end
  sort(copy, function(a, b) return a[1] < b[1] end)
  return copy
end

-- What scores as the fields say, or what is wrong with them.
local function scoring(fields)
  if type(fields) ~= "table" then
    return nil, "a table expected, got " .. type(fields)
  end
  if fields.score ~= nil then
    if type(fields.score) ~= "function" then
      return nil, "'score' must be a function"
    end
    return function(grade) return clamped(fields.score(grade)) end
  end
  if fields.pass ~= nil then
    if not is_number(fields.pass) then
      return nil, "'pass' must be a number"
    end
    return passing(fields.pass)
  end
  if fields.steps ~= nil then
    local steps = sorted(fields.steps)
    if not steps then
      return nil, "'steps' must be a list of {threshold, score}"
    end
    return stepping(steps)
  end
  if is_number(fields.min) and is_number(fields.max) and fields.min < fields.max then
    return linear(fields.min, fields.max)
  end
  return nil, "one of 'score', 'pass', 'steps', or 'min' below 'max' expected"
end

local function new(fields, name)
  local score, problem = scoring(fields)
  if problem then
    error("Scorer: " .. problem, 2)
  end
  return host.tagged({ name = name or fields.name or "scorer", score = score }, "scorer")
end

lib.scorer = host.constructor(new, {
  new = new,
  default_bool = host.tagged({ name = "default_bool", score = default }, "scorer"),
  is_scorer = function(value)
    return is_a(value, "scorer")
  end,
})
--- frame: scorers
-- The catalogue of scorers.

local host, lib = ...
local scorer = host.frame.scorer

lib.scorers = {
  bool = scorer.default_bool,
  linear_1_5 = scorer("linear_1_5")({ min = 1, max = 5 }),
  linear_1_10 = scorer("linear_1_10")({ min = 1, max = 10 }),
  linear_0_100 = scorer("linear_0_100")({ min = 0, max = 100 }),
  pass_50 = scorer("pass_50")({ pass = 0.5 }),
  pass_80 = scorer("pass_80")({ pass = 0.8 }),
  inverse_linear = scorer("inverse_linear")({
    score = function(grade)
      return type(grade) == "number" and grade >= 0 and 1 / (1 + grade / 1000) or 0
    end,
  }),
  band_1_5 = scorer("band_1_5")({ steps = { { 1, 0 }, { 3, 0.5 }, { 4, 1 } } }),
}
