--- os: clock date difftime execute exit getenv remove rename setlocale time tmpname
-- What a session has of `os`.

local host, lib = ...
local check, error, ipairs, pairs, unpack = host.check, error, ipairs, pairs, table.unpack
local waiting, own = host.waiting, check(host.os_library())
local recorded = host.recorded

lib.getenv = host.native("getenv")

-- Calls a function of Lua's own once; its result is in the journal from then on.
local function once(name)
  local call = own[name]
  return function(...)
    return check(recorded(name, call, ...))
  end
end
local date, time, clock = once("date"), once("time"), once("clock")

function lib.clock()
  return clock()
end

function lib.date(format, when)
  return date(format, when)
end

local FIELDS = { "year", "month", "day", "hour", "min", "sec", "isdst" }
function lib.time(parts)
  if parts == nil then
    return time()
  end
  local given = {}
  for _, field in ipairs(FIELDS) do
    given[field] = parts[field]
  end
  local seconds = time(given)
  -- As in C, the parts are brought into their ranges.
  for field, value in pairs(date("*t", seconds)) do
    parts[field] = value
  end
  return seconds
end

lib.difftime = own.difftime

function lib.setlocale(locale)
  return (locale == nil or locale == "" or locale == "C" or locale == "POSIX") and "C" or nil
end

local run = waiting(host.process_run, "os.execute")
function lib.execute(command)
  if command == nil then
    return true
  end
  local result = run(command, "")
  return result.ok or nil, result.how, result.code
end

function lib.exit()
  error("os.exit: not available in a session", 0)
end

local remove, rename = waiting(host.file_remove, "os.remove"), waiting(host.file_rename, "os.rename")
local temporary = waiting(host.file_temporary, "os.tmpname")

function lib.remove(...)
  return unpack(remove(...), 1, 3)
end

function lib.rename(...)
  return unpack(rename(...), 1, 3)
end

function lib.tmpname()
  local result = temporary()
  if result[1] == nil then
    error(result[2], 2)
  end
  return result[1]
end
