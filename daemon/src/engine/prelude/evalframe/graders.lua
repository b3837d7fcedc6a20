--- host: graded
-- Has a grader look at an answer: its grade, or what went wrong.

local host, lib = ...
local pcall = pcall

function lib.graded(grader, response, case)
  local ok, grade, problem = pcall(grader.check, response, case)
  if not ok then
    return nil, host.said(grade)
  end
  if problem ~= nil then
    return nil, host.said(problem)
  end
  return grade
end
--- frame: grader
-- A grader: what an answer is like, as a value of any type.

local host, lib = ...
local error, ipairs, type = error, ipairs, type
local concat = table.concat
local graded, is_a = host.graded, host.is_a

local function new(fields, name)
  if type(fields) ~= "table" or type(fields.check) ~= "function" then
    error("Grader: 'check' must be a function", 2)
  end
  name = name or fields.name or "grader"
  if type(name) ~= "string" then
    error("Grader: 'name' must be a string, got " .. type(name), 2)
  end
  return host.tagged({ name = name, check = fields.check }, "grader")
end

local function combined(what, graders, check)
  local names = {}
  for place, grader in ipairs(graders) do
    if not is_a(grader, "grader") then
      error("Grader: " .. what .. ": a grader expected at index " .. place, 3)
    end
    names[place] = grader.name
  end
  if #graders == 0 then
    error("Grader: " .. what .. ": a grader expected", 3)
  end
  return new({ check = check }, what .. "(" .. concat(names, ", ") .. ")")
end

-- The worst grade; the first that is an error or no good is the last one looked for.
local function all(...)
  local graders = { ... }
  local grader = combined("all", graders, function(response, case)
    local least
    for _, grader in ipairs(graders) do
      local grade, problem = graded(grader, response, case)
      if problem then
        return nil, problem
      elseif not grade then
        return false
      elseif type(grade) == "number" and (least == nil or grade < least) then
        least = grade
      end
    end
    return least == nil or least
  end)
  return grader
end

-- The first good grade; an error only where there was nothing else.
local function any(...)
  local graders = { ... }
  local grader = combined("any", graders, function(response, case)
    local looked, last
    for _, grader in ipairs(graders) do
      local grade, problem = graded(grader, response, case)
      if grade then
        return grade
      end
      looked, last = looked or not problem, problem or last
    end
    if looked then
      return false
    end
    return nil, last
  end)
  return grader
end

lib.grader = host.constructor(new, {
  new = new, all = all, any = any,
  is_grader = function(value)
    return is_a(value, "grader")
  end,
})
--- frame: graders
-- The catalogue of graders.

local host, lib = ...
local ipairs, pcall, type = ipairs, pcall, type
local find, sub = string.find, string.sub
local decode = host.native("json_decode")
local grader = host.frame.grader

-- Whether one of the expected texts is to the text as `matches` says.
local function expecting(name, matches)
  return grader(name)({
    check = function(response, case)
      for _, expected in ipairs(case.expected) do
        if matches(response.text, expected) then
          return true
        end
      end
      return false
    end,
  })
end

local function checking(name, check)
  return grader(name)({ check = check })
end

local graders = {
  exact_match = expecting("exact_match", function(text, expected)
    return text == expected
  end),
  contains = expecting("contains", function(text, expected)
    return find(text, expected, 1, true) ~= nil
  end),
  starts_with = expecting("starts_with", function(text, expected)
    return sub(text, 1, #expected) == expected
  end),
  regex = checking("regex", function(response, case)
    local pattern = case.context.pattern or case.expected[1]
    return type(pattern) == "string" and find(response.text, pattern) ~= nil
  end),
  json_valid = checking("json_valid", function(response)
    return (pcall(decode, response.text))
  end),
  not_empty = checking("not_empty", function(response)
    return response.text ~= ""
  end),
  length = checking("length", function(response)
    return #response.text
  end),
  latency = checking("latency", function(response)
    return response.latency_ms
  end),
}
graders.valid_json_response = checking(
  "valid_json_response", grader.all(graders.not_empty, graders.json_valid).check)
graders.flexible_match = checking(
  "flexible_match", grader.any(graders.exact_match, graders.contains).check)
lib.graders = graders
