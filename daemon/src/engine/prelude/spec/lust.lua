--- host: equal lust
-- The global `lust` of spec files: groups, tests, hooks, expectations and spies.

local host, lib = ...
local check, shown = host.check, host.shown_value
local error, ipairs, pcall, rawequal, setmetatable, type = error, ipairs, pcall, rawequal, setmetatable, type
local getmetatable, pairs, rawget, tostring = getmetatable, pairs, rawget, tostring
local concat, find, pack, unpack = table.concat, string.find, table.pack, table.unpack
local abs = host.lua.math.abs

local lust = {}
lib.lust = lust

-- The groups that are being run, the innermost last: each has a name and its hooks.
local groups = {}
-- What became of each test so far.
local tests

function lust.reset()
  tests = {}
  lust.passes, lust.errors, lust.level = 0, 0, #groups
  check(host.spec_reset())
end
lust.reset()

function lust.describe(name, body)
  groups[#groups + 1] = { name = tostring(name), before = {}, after = {} }
  lust.level = #groups
  local ok, failure = pcall(body)
  groups[#groups] = nil
  lust.level = #groups
  if not ok then
    error(failure, 0)
  end
end

-- Runs the hooks of all groups around a test, from the outermost in.
local function run_hooks(when, name)
  for _, group in ipairs({ unpack(groups) }) do
    for _, hook in ipairs(group[when]) do
      hook(name)
    end
  end
end

local function path()
  local names = {}
  for i, group in ipairs(groups) do
    names[i] = group.name
  end
  return concat(names, " > ")
end

function lust.it(name, body)
  local suite = path()
  local ok, failure = pcall(run_hooks, "before", name)
  if ok then
    ok, failure = pcall(body)
  end
  -- They clean up, also after a failure, which is then the one to be told.
  local cleaned, problem = pcall(run_hooks, "after", name)
  if ok and not cleaned then
    ok, failure = false, problem
  end
  if not ok then
    local told
    told, failure = pcall(tostring, failure)
    failure = told and failure or "an error object that cannot be shown"
  else
    failure = nil
  end
  local count = ok and "passes" or "errors"
  lust[count] = lust[count] + 1
  tests[#tests + 1] = { suite = suite, name = tostring(name), passed = ok, error = failure }
  check(host.spec_record(suite, tostring(name), failure))
end
lust.test = lust.it

-- As everywhere in lust, hooks belong to a group: outside of all of them there is nothing to hook.
local function hook(when)
  return function(body)
    local group = groups[#groups]
    if group then
      group[when][#group[when] + 1] = body
    end
  end
end
lust.before, lust.after = hook("before"), hook("after")

function lust.get_results()
  local passed, failed = lust.passes, lust.errors
  return { passed = passed, failed = failed, total = passed + failed, tests = { unpack(tests) } }
end

function lust.nocolor()
  return lust
end

-- Records how it is called. In a table it takes the place of a function; else it stands for one.
function lust.spy(target, name, run)
  local spy, subject = {}, target
  local function call(...)
    spy[#spy + 1] = { ... }
    if subject then
      return subject(...)
    end
  end
  if type(target) == "table" then
    subject, target[name] = target[name], call
  else
    run = name
  end
  setmetatable(spy, { __call = function(_, ...) return call(...) end })
  if run then
    run()
  end
  return spy
end

-- Whether two values are the same, tables by their content and numbers within `within`. `met` has
-- the pairs of tables that are being compared further out.
local function equal(a, b, within, met)
  if type(a) ~= type(b) then
    return false
  elseif type(a) == "number" then
    return a == b or abs(a - b) <= (within or 0)
  elseif type(a) ~= "table" then
    return a == b
  elseif met[a] == b then
    return true
  end
  local outer = met[a]
  met[a] = b
  local same = true
  for key in pairs(a) do
    same = same and equal(a[key], b[key], within, met)
  end
  for key in pairs(b) do
    same = same and equal(a[key], b[key], within, met)
  end
  met[a] = outer
  return same
end
lib.equal = equal

local function is_a(value, what)
  if type(what) == "string" then
    return type(value) == what, "be a " .. what
  elseif type(what) ~= "table" then
    error("to.be.a takes the name of a type or a metatable, not " .. shown(what), 0)
  end
  local seen, link = {}, type(value) == "table" and value or nil
  while link and not seen[link] and link ~= what do
    seen[link] = true
    local metatable = getmetatable(link)
    link = metatable and metatable.__index
  end
  return link == what, "be a " .. shown(what)
end

local function table_only(value)
  if type(value) ~= "table" then
    error("expected " .. shown(value) .. " to be a table", 0)
  end
  return value
end

local function contains(value, wanted)
  local found = false
  for _, member in pairs(table_only(value)) do
    found = found or member == wanted
  end
  return found, "contain " .. shown(wanted)
end

local function fails_with(value, pattern)
  local ok, failure = pcall(value)
  local message = not ok and tostring(failure)
  local told = message and ", not with " .. shown(message) or ""
  return message and find(message, pattern) ~= nil, "fail with " .. shown(pattern) .. told
end

-- What an expectation may say after each word, and what it tests there: whether that holds, and what
-- follows `expected VALUE to`.
local words = {
  to = {
    equal = { test = function(value, other, within)
      return equal(value, other, within, {}), "be equal", other
    end },
    be = {
      test = function(value, other) return rawequal(value, other), "be the same", other end,
      a = { test = is_a },
      an = { test = is_a },
      truthy = { test = function(value) return value, "be truthy" end },
      gt = { test = function(value, n) return value > n, "be greater than " .. shown(n) end },
      gte = { test = function(value, n)
        return value >= n, "be greater than or equal to " .. shown(n)
      end },
      lt = { test = function(value, n) return value < n, "be less than " .. shown(n) end },
      lte = { test = function(value, n)
        return value <= n, "be less than or equal to " .. shown(n)
      end },
    },
    exist = { test = function(value) return value ~= nil, "exist" end },
    have = { test = contains },
    have_key = { test = function(value, key)
      return table_only(value)[key] ~= nil, "have the key " .. shown(key)
    end },
    have_length = { test = function(value, length)
      return #value == length, "have length " .. shown(length) .. ", not " .. #value
    end },
    match = { test = function(value, pattern)
      return find(tostring(value), pattern) ~= nil, "match " .. shown(pattern)
    end },
    fail = {
      test = function(value) return not pcall(value), "fail" end,
      with = { test = fails_with },
    },
  },
}
words.to_not = words.to

local expectation = {}

function expectation.__index(this, word)
  local following = word ~= "test" and rawget(this, "words")[word]
  if not following then
    error("lust has no expectation '" .. tostring(word) .. "' here", 2)
  end
  this.words, this.negated = following, this.negated or word == "to_not"
  return this
end

function expectation.__call(this, ...)
  local value, test = rawget(this, "val"), this.words.test
  if not test then
    error("this expectation ends too early to say anything", 2)
  end
  local told = pack(pcall(test, value, ...))
  local ok, holds, phrase = told[1], told[2], told[3]
  if not ok then
    error(holds, 2)
  elseif not holds == not this.negated then
    local both = told.n == 4 and " and " .. shown(told[4]) or ""
    local verb = this.negated and " to not " or " to "
    error("expected " .. shown(value) .. both .. verb .. phrase, 2)
  end
end

function lust.expect(value)
  return setmetatable({ val = value, words = words, negated = false }, expectation)
end
