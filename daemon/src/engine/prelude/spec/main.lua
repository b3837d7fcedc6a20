--- host: spec
-- What a spec file finds beside what a session does.

local host, lib = ...
local error, ipairs, pairs, type = error, ipairs, pairs, type
local globals, pcall, rawset, remove = _G, pcall, rawset, table.remove

-- What undoes each replacement, the latest last.
local undoing = {}

-- Replaces fields of whatever `alc` is now; returns what puts the old ones back.
local function replace(overrides)
  local alc, kept, names = globals.alc, {}, {}
  if type(alc) ~= "table" then
    alc = {}
    globals.alc = alc
  end
  for name, value in pairs(overrides or {}) do
    names[#names + 1], kept[name], alc[name] = name, alc[name], value
  end
  return function()
    for _, name in ipairs(names) do
      alc[name] = kept[name]
    end
  end
end

local function with_alc(overrides, body)
  local undo = replace(overrides)
  local ok, value = pcall(body)
  undo()
  if not ok then
    error(value, 0)
  end
  return value
end

local alc_mock = {}

function alc_mock.install(overrides)
  undoing[#undoing + 1] = replace(overrides)
end

-- Undoes the latest of `install` and `alc.spy`.
function alc_mock.restore()
  local undo = remove(undoing)
  if undo then
    undo()
  end
end

function alc_mock.restore_all()
  while undoing[1] do
    alc_mock.restore()
  end
end

-- Wraps a function of `alc`: what it is called with is kept.
local function spy(name, body)
  local seen = { call_count = 0, calls = {} }
  function seen.reset(this)
    this.call_count, this.calls = 0, {}
  end
  body = body or type(globals.alc) == "table" and globals.alc[name] or nil
  alc_mock.install({
    [name] = function(...)
      seen.call_count = seen.call_count + 1
      seen.calls[seen.call_count] = { args = { ... } }
      if body then
        return body(...)
      end
    end,
  })
  return seen
end

local function stub(name)
  return function()
    error("mock required: alc." .. name, 0)
  end
end

local function prepare(path)
  local alc, package = host.alc, host.lua.package
  for _, name in ipairs({ "llm", "llm_batch", "fork" }) do
    rawset(alc, name, stub(name))
  end
  rawset(alc, "spy", spy)
  globals.lust, globals.test_doubles = host.lust, host.test_doubles
  globals.with_alc, globals.alc_mock = with_alc, alc_mock
  globals.print = function() end
  package.path = path .. package.path
  -- Packages are found by `package.path` alone, so that what a spec puts in front of it counts.
  remove(package.searchers, 1)
end

-- Makes a spec file of a chunk; `path` goes before the search path.
function lib.spec(chunk, path)
  return function()
    prepare(path)
    chunk()
  end
end
