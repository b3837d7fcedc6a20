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

-- What a test of ours returns: whether it holds, and what says why it does not, or must not.
local function told(holds, value, phrase, ...)
  local other = pack(...)
  return holds, function(negated)
    local both = other.n == 1 and " and " .. shown(other[1]) or ""
    return "expected " .. shown(value) .. both .. (negated and " to not " or " to ") .. phrase
  end
end

local function is_a(value, what)
  if type(what) == "string" then
    return told(type(value) == what, value, "be a " .. what)
  elseif type(what) ~= "table" then
    error("to.be.a takes the name of a type or a metatable, not " .. shown(what), 0)
  end
  local seen, link = {}, type(value) == "table" and value or nil
  while link and not seen[link] and link ~= what do
    seen[link] = true
    local metatable = getmetatable(link)
    link = metatable and metatable.__index
  end
  return told(link == what, value, "be a " .. shown(what))
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
  return told(found, value, "contain " .. shown(wanted))
end

local function fails_with(value, pattern)
  local ok, failure = pcall(value)
  local message = not ok and tostring(failure)
  local as = message and ", not with " .. shown(message) or ""
  local holds = message and find(message, pattern) ~= nil
  return told(holds, value, "fail with " .. shown(pattern) .. as)
end

local function compared(holds, phrase)
  return {
    test = function(value, n) return told(holds(value, n), value, phrase .. " " .. shown(n)) end,
  }
end

-- What an expectation may say: the words that may follow each, `chain` for what a word does to it,
-- and `test` for one that may end it. Specs add words of their own, whose tests return whether they
-- hold and what is said where they do not, and where they must not.
local paths = {
  [""] = { "to", "to_not" },
  to = { "have", "equal", "be", "exist", "fail", "match", "have_key", "have_length" },
  to_not = {
    "have", "equal", "be", "exist", "fail", "match", "have_key", "have_length",
    chain = function(expectation) expectation.negate = not expectation.negate end,
  },
  be = {
    "a", "an", "truthy", "gt", "gte", "lt", "lte",
    test = function(value, other)
      return told(rawequal(value, other), value, "be the same", other)
    end,
  },
  a = { test = is_a },
  an = { test = is_a },
  truthy = { test = function(value) return told(value, value, "be truthy") end },
  gt = compared(function(value, n) return value > n end, "be greater than"),
  gte = compared(function(value, n) return value >= n end, "be greater than or equal to"),
  lt = compared(function(value, n) return value < n end, "be less than"),
  lte = compared(function(value, n) return value <= n end, "be less than or equal to"),
  equal = {
    test = function(value, other, within)
      return told(equal(value, other, within, {}), value, "be equal", other)
    end,
  },
  exist = { test = function(value) return told(value ~= nil, value, "exist") end },
  have = { test = contains },
  have_key = {
    test = function(value, key)
      return told(table_only(value)[key] ~= nil, value, "have the key " .. shown(key))
    end,
  },
  have_length = {
    test = function(value, length)
      return told(#value == length, value, "have length " .. shown(length) .. ", not " .. #value)
    end,
  },
  match = {
    test = function(value, pattern)
      return told(find(tostring(value), pattern) ~= nil, value, "match " .. shown(pattern))
    end,
  },
  fail = {
    "with",
    test = function(value) return told(not pcall(value), value, "fail") end,
  },
  with = { test = fails_with },
}
lust.paths = paths

local expectation = {}

function expectation.__index(this, word)
  for _, following in ipairs(paths[rawget(this, "action")] or {}) do
    if following == word then
      this.action = word
      local chain = paths[word] and paths[word].chain
      if chain then
        chain(this)
      end
      return this
    end
  end
  error("lust has no expectation '" .. tostring(word) .. "' here", 2)
end

function expectation.__call(this, ...)
  local path = paths[this.action]
  if not path or not path.test then
    error("this expectation ends too early to say anything", 2)
  end
  local ok, holds, problem, opposite = pcall(path.test, rawget(this, "val"), ...)
  if not ok then
    error(holds, 2)
  elseif not holds == not this.negate then
    if type(problem) == "function" then
      problem = problem(this.negate)
    elseif this.negate then
      problem = opposite or problem
    end
    error(problem or "the expectation does not hold", 2)
  end
end

function lust.expect(value)
  return setmetatable({ val = value, action = "", negate = false }, expectation)
end
