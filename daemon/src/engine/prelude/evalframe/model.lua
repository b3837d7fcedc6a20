--- host: constructor frozen is_a list said tagged
-- What the evaluation library's kinds of objects have in common.

local host, lib = ...
local error, getmetatable, next, pcall, rawequal, rawlen = error, getmetatable, next, pcall, rawequal, rawlen
local tostring, type = tostring, type
local check, decode, set_metatable = host.check, host.json_decode, host.lua.setmetatable

local kinds, contents = set_metatable({}, { __mode = "k" }), set_metatable({}, { __mode = "k" })

-- Notes what kind of object this is; returns it.
function lib.tagged(object, kind)
  kinds[object] = kind
  return object
end

function lib.is_a(value, kind)
  return value ~= nil and rawequal(kinds[value], kind)
end

-- An empty list that is one in JSON, too.
function lib.list()
  return check(decode("[]"))
end

-- A table that is called as `make {…}` or `make "name" {…}`, and has `members`.
function lib.constructor(make, members)
  return set_metatable(members, {
    __call = function(_, first)
      if type(first) == "string" then
        return function(fields)
          return make(fields, first)
        end
      end
      return make(first)
    end,
  })
end

-- A deep copy that cannot be changed; `message` is what is raised instead.
function lib.frozen(value, message, copies)
  if type(value) ~= "table" or contents[value] then
    return value
  end
  copies = copies or {}
  if copies[value] then
    return copies[value]
  end
  -- What came from a JSON array has a metatable that is not shown.
  local content = getmetatable(value) == false and lib.list() or {}
  local shown = set_metatable({}, {
    __metatable = false,
    ["alc.frozen"] = content,
    __index = content,
    __len = function() return rawlen(content) end,
    __newindex = function() error(message, 2) end,
    __pairs = function(shown)
      return function(_, key) return next(content, key) end, shown
    end,
  })
  copies[value], contents[shown] = shown, content
  for key, member in next, value do
    content[key] = lib.frozen(member, message, copies)
  end
  return shown
end

-- What a failure says, whatever was raised.
function lib.said(failure)
  local shown, text = pcall(tostring, failure)
  return shown and text or "an error object of type " .. type(failure) .. " that cannot be shown"
end
--- frame: case
-- A case: what is asked, and what is expected of the answer.

local host, lib = ...
local error, ipairs, type = error, ipairs, type
local is_a, empty = host.is_a, host.list

local function type_problem(value, wanted, what)
  if value ~= nil and type(value) ~= wanted then
    return what .. " must be a " .. wanted .. ", got " .. type(value)
  end
end

-- A list of strings, or what is wrong with it.
local function texts(value, what)
  local list = empty()
  if value == nil then
    return list
  end
  if type(value) ~= "table" then
    return nil, what .. " of strings, got " .. type(value)
  end
  for place, text in ipairs(value) do
    if type(text) ~= "string" then
      return nil, what .. " of strings, got a " .. type(text) .. " at index " .. place
    end
    list[place] = text
  end
  return list
end

local function content(fields, name)
  if type(fields) ~= "table" then
    return nil, "a table expected, got " .. type(fields)
  end
  if type(fields.input) ~= "string" then
    return nil, "'input' must be a string, got " .. type(fields.input)
  end
  name = name or fields.name
  local problem = type_problem(name, "string", "'name'")
    or type_problem(fields.context, "table", "'context'")
  if problem then
    return nil, problem
  end
  local expected = fields.expected
  if type(expected) == "string" then
    expected = { expected }
  end
  local tags
  expected, problem = texts(expected, "'expected' must be a string or a list")
  if expected then
    tags, problem = texts(fields.tags, "'tags' must be a list")
  end
  if problem then
    return nil, problem
  end
  return { name = name or "", input = fields.input, expected = expected,
    context = fields.context or {}, tags = tags }
end

local function new(fields, name)
  if is_a(fields, "case") and not name then
    return fields
  end
  local made, problem = content(fields, name)
  if problem then
    error("Case: " .. problem, 2)
  end
  return host.tagged(host.frozen(made, "Case is immutable"), "case")
end

lib.case = host.constructor(new, {
  new = new,
  is_case = function(value)
    return is_a(value, "case")
  end,
  has_tag = function(case, tag)
    for _, each in ipairs(case.tags) do
      if each == tag then
        return true
      end
    end
    return false
  end,
})
--- frame: bind
-- A binding: a grader, what its grades are worth, and how much that counts.

local host, lib = ...
local error, ipairs, type = error, ipairs, type
local is_a, huge = host.is_a, host.lua.math.huge

local function content(fields)
  if type(fields) ~= "table" then
    return nil, "a table expected, got " .. type(fields)
  end
  local grader, scorer
  for place, part in ipairs(fields) do
    if is_a(part, "grader") and not grader then
      grader = part
    elseif is_a(part, "scorer") and not scorer then
      scorer = part
    else
      return nil, "one grader and at most one scorer expected, got something else at index " .. place
    end
  end
  if not grader then
    return nil, "a grader expected"
  end
  local weight = fields.weight == nil and 1.0 or fields.weight
  if type(weight) ~= "number" or not (weight >= 0 and weight < huge) then
    return nil, "'weight' must be a number from 0 on"
  end
  return { grader = grader, scorer = scorer or host.frame.scorer.default_bool, weight = weight }
end

local function new(fields, label)
  local made, problem = content(fields)
  if problem then
    error("Binding: " .. problem, 2)
  end
  made.label = label
  return host.tagged(made, "binding")
end

lib.bind = host.constructor(new, {
  new = new,
  is_binding = function(value)
    return is_a(value, "binding")
  end,
  key = function(binding)
    return binding.label or binding.grader.name
  end,
})
