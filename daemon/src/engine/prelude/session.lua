-- What every session finds in its globals, and what runs its chunk.

local host = ...
local can_pause, check = host.can_pause, host.check
local yield = host.yield
local error, pcall, select, tostring, type = error, pcall, select, tostring, type
local concat = table.concat
local PAUSE = host.pause

alc = {}

function alc.llm(prompt, options)
  local known, answer = check(host.ask(prompt, options, can_pause()))
  if known then
    return answer
  end
  return yield(PAUSE)
end

function alc.llm_batch(items)
  local known, answers = check(host.ask_batch(items, can_pause()))
  if known then
    return answers
  end
  return yield(PAUSE)
end

function alc.budget_remaining()
  return check(host.budget())
end

function alc.budget_check()
  local left = check(host.budget())
  return not left or left.llm_calls ~= 0 and left.elapsed_ms ~= 0
end

local function log(level, message, source)
  if check(host.log(level, message, source)) and can_pause() then
    yield(PAUSE)
  end
end

function alc.log(level, message)
  log(level, message, "alc.log")
end

function alc.log_fmt(level, pattern, ...)
  alc.log(level, alc.fmt(pattern, ...))
end

function alc.progress(step, total, message)
  if check(host.progress(step, total, message)) and can_pause() then
    yield(PAUSE)
  end
end

-- Figures that a script keeps; each is a copy, as it was when it was recorded.
alc.stats = {}
local recorded = {}

function alc.stats.record(key, value)
  if type(key) ~= "string" then
    error("bad argument #1: string expected, got " .. type(key), 0)
  end
  recorded[key] = check(host.json_encode(value))
end

function alc.stats.get(key)
  local text = recorded[key]
  return text and check(host.json_decode(text))
end

function alc.stats.llm_calls()
  return check(host.llm_calls())
end

function alc.time()
  return check(host.time())
end

function alc.json_encode(value)
  return check(host.json_encode(value))
end

function alc.json_decode(text)
  return check(host.json_decode(text))
end

local function joined(separator, ...)
  local parts = {}
  for i = 1, select("#", ...) do
    parts[i] = tostring((select(i, ...)))
  end
  return concat(parts, separator)
end

function print(...)
  log("info", joined("\t", ...), "print")
end

function warn(...)
  log("warn", joined("", ...), "warn")
end

local seed_with = math.randomseed
function math.randomseed(...)
  if select("#", ...) == 0 then
    return seed_with(check(host.seed()))
  end
  return seed_with(...)
end
math.randomseed()

-- How much memory is in use and when the collector has come round differ between a run and its
-- replay: the one is journaled, the other never told.
local collect = collectgarbage
function collectgarbage(option)
  if option == "count" then
    return check(host.memory())
  end
  if option == nil or option == "collect" or option == "step" then
    collect()
  end
  return option == "step" and true or 0
end

-- Bytecode is not checked by Lua and can break the process.
local load_any = load
function load(chunk, name, mode, ...)
  if mode ~= nil and not tostring(mode):find("t", 1, true) then
    return nil, "attempt to load a binary chunk: not available in a session"
  end
  return load_any(chunk, name, "t", ...)
end

local function absent(name)
  return function()
    error(name .. ": not available in a session", 0)
  end
end

alc._dirs = {}
for _, name in ipairs({ "state", "cards", "scenarios" }) do
  alc._dirs[name] = check(host.folder(name))
end

-- The few functions that evaluation libraries expect beside `alc`.
std = {
  json = { decode = alc.json_decode, encode = alc.json_encode },
  fs = {},
  time = { now = alc.time },
}
local read = host.waiting(host.file_read, "std.fs.read")
function std.fs.read(path)
  local ok, text = pcall(read, path)
  if not ok then
    error("std.fs.read: " .. tostring(text), 0)
  end
  return text
end
std.fs.is_file = host.waiting(host.file_is, "std.fs.is_file")

debug = nil
for library, names in pairs({
  io = "close input lines open output popen read tmpfile type write",
  os = "clock date difftime execute exit getenv setlocale time tmpname",
  [""] = "dofile loadfile require",
}) do
  local functions = library == "" and _G or {}
  for name in names:gmatch("%a+") do
    functions[name] = absent(library == "" and name or library .. "." .. name)
  end
  if library ~= "" then
    _G[library] = functions
  end
end

local unpack = table.unpack
for name, operation in pairs({ remove = host.file_remove, rename = host.file_rename }) do
  local act = host.waiting(operation, "os." .. name)
  os[name] = function(...)
    return unpack(act(...), 1, 3)
  end
end

local function text_of(failure)
  if type(failure) == "string" then
    return failure
  end
  local ok, text = pcall(tostring, failure)
  if ok then
    return text
  end
  return "an error object of type " .. type(failure) .. " that cannot be shown"
end

local traceback, begin, handle_errors = host.traceback, host.begin, host.handle_errors
local function describe(failure)
  return { message = text_of(failure), traceback = traceback() }
end

-- Under xpcall, because an error that leaves a coroutine while `__close` raises another one
-- would end the process.
function host.main(chunk)
  begin()
  return handle_errors(chunk, describe)
end
