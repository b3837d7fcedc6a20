--- host: test_doubles
-- The global `test_doubles` of spec files: spies, stubs, mocks and fixtures.

local host, lib = ...
local equal, shown, contents, folder = host.equal, host.shown_value, host.contents, host.spec_folder
local check, error, setmetatable, tostring, type = host.check, error, setmetatable, tostring, type
local concat, pack, remove, unpack, ipairs = table.concat, table.pack, table.remove, table.unpack, ipairs

-- What each double stands for and how it was called; a double itself has no fields.
local states = {}
local methods, mocking = {}, {}

function methods.call_count(double)
  return #states[double].calls
end

-- The arguments of a call, from 1.
function methods.call_args(double, number)
  local call = states[double].calls[number]
  if not call then
    local count = #states[double].calls
    error("call_args: there is no call " .. shown(number) .. " of " .. count, 2)
  end
  return { unpack(call, 1, call.n) }
end

local function called_with(state, wanted)
  for _, call in ipairs(state.calls) do
    local same = call.n == wanted.n
    for i = 1, wanted.n do
      same = same and equal(call[i], wanted[i], nil, {})
    end
    if same then
      return true
    end
  end
  return false
end

function methods.was_called_with(double, ...)
  return called_with(states[double], pack(...))
end

-- From now on it returns these values and calls nothing.
function methods.returns(double, ...)
  states[double].results = pack(...)
end

-- Forgets the calls.
function methods.reset(double)
  states[double].calls = {}
end

-- Puts back what it took the place of.
function methods.revert(double)
  local state = states[double]
  if state.home then
    state.home[state.name] = state.original
    state.home = nil
  end
end

local function call(double, ...)
  local state = states[double]
  state.calls[#state.calls + 1] = pack(...)
  if state.results then
    return unpack(state.results, 1, state.results.n)
  elseif state.original then
    return state.original(...)
  end
end

local function kind(found)
  return { __index = found, __call = call, __len = methods.call_count, __name = "double" }
end

for name, method in pairs(methods) do
  mocking[name] = method
end

local function expects(double, expectation)
  local expectations = states[double].expectations
  expectations[#expectations + 1] = expectation
end

function mocking.expect_call_count(double, count)
  expects(double, function(state)
    return #state.calls == count or "expected " .. count .. " call(s), got " .. #state.calls
  end)
end

function mocking.expect_never_called(double)
  expects(double, function(state)
    return #state.calls == 0 or "expected no calls, got " .. #state.calls
  end)
end

function mocking.expect_called_with(double, ...)
  local wanted = pack(...)
  expects(double, function(state)
    if called_with(state, wanted) then
      return true
    end
    local list = {}
    for i = 1, wanted.n do
      list[i] = shown(wanted[i])
    end
    return "arguments not found in any call: " .. concat(list, ", ")
  end)
end

function mocking.clear_expectations(double)
  states[double].expectations = {}
end

-- Raises unless all that was expected has come.
function mocking.verify(double)
  local state, problems = states[double], {}
  for _, expectation in ipairs(state.expectations) do
    local problem = expectation(state)
    if problem ~= true then
      problems[#problems + 1] = problem
    end
  end
  if problems[1] then
    error("mock verify failed: " .. concat(problems, "; "), 2)
  end
end

local DOUBLE, MOCK = kind(methods), kind(mocking)

local function new(metatable, original)
  local double = setmetatable({}, metatable)
  states[double] = { original = original, calls = {}, expectations = {} }
  return double
end

lib.test_doubles = {}

function lib.test_doubles.spy(original)
  return new(DOUBLE, original)
end

function lib.test_doubles.stub()
  return new(DOUBLE)
end

function lib.test_doubles.mock(original)
  return new(MOCK, original)
end

function lib.test_doubles.spy_on(home, name)
  if type(home[name]) ~= "function" and not states[home[name]] then
    error("spy_on: there is no function '" .. tostring(name) .. "'", 2)
  end
  local double = new(DOUBLE, home[name])
  states[double].home, states[double].name = home, name
  home[name] = double
  return double
end

-- Test data: `keys` in the order in which they were first set, and temporary folders.
local Fixture = {}
Fixture.__index = Fixture

function lib.test_doubles.fixture()
  return setmetatable({ order = {}, values = {}, folders = {} }, Fixture)
end

function Fixture.set(this, key, value)
  key = tostring(key)
  if not this:has(key) then
    this.order[#this.order + 1] = key
  end
  this.values[key] = value
end

function Fixture.get(this, key)
  return this.values[tostring(key)]
end

function Fixture.has(this, key)
  for _, known in ipairs(this.order) do
    if known == tostring(key) then
      return true
    end
  end
  return false
end

function Fixture.remove(this, key)
  key = tostring(key)
  local value = this.values[key]
  this.values[key] = nil
  for i, known in ipairs(this.order) do
    if known == key then
      remove(this.order, i)
      break
    end
  end
  return value
end

function Fixture.count(this)
  return #this.order
end

function Fixture.keys(this)
  return { unpack(this.order) }
end

-- Keeps what a file contains.
function Fixture.load_file(this, key, path)
  local text, problem = contents(path)
  if not text then
    error("load_file: " .. problem, 2)
  end
  this:set(key, text)
end

-- Makes a folder of its own, which is gone after the run at the latest.
function Fixture.tmpdir(this, name)
  local path = check(folder(tostring(name)))
  this.folders[#this.folders + 1] = path
  return path
end

function Fixture.cleanup(this)
  for _, path in ipairs(this.folders) do
    check(host.spec_remove(path))
  end
  this.order, this.values, this.folders = {}, {}, {}
end
