--- host: text options whole
-- Arguments as functions of the library take them.

local host, lib = ...
local error, tonumber, tostring, type = error, tonumber, tostring, type
local floor, ceil, tointeger = host.lua.math.floor, host.lua.math.ceil, host.lua.math.tointeger

local function bad(number, wanted, given)
  given = given == nil and "no value" or type(given)
  error("bad argument #" .. number .. ": " .. wanted .. " expected, got " .. given, 0)
end

-- Argument `number` as a string; numbers are written as Lua would.
function lib.text(value, number)
  if type(value) ~= "string" and type(value) ~= "number" then
    bad(number, "string", value)
  end
  return tostring(value)
end

-- Argument `number` as a table, which may be left out.
function lib.options(value, number)
  if value ~= nil and type(value) ~= "table" then
    bad(number, "table", value)
  end
  return value or {}
end

-- A whole number, its fraction dropped; nothing for what is no number.
function lib.whole(value)
  local number = (type(value) == "number" or type(value) == "string") and tonumber(value)
  return number and tointeger(number < 0 and ceil(number) or floor(number))
end
