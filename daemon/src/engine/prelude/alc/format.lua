--- alc: fmt
-- `alc.fmt`: `string.format` that forgives what models answer where a number was asked for.

local host, lib = ...
local math = host.lua.math
local formatted, without_address = host.formatted, host.without_address
local match, tonumber, text = string.match, tonumber, host.text
local type, modf, huge, tointeger = math.type, math.modf, math.huge, math.tointeger

local WHOLE = { d = "d", i = "d", u = "d", o = "o", x = "x", X = "X", c = "c" }

-- A number as `%d` takes it: rounded half away from zero, or a word for what is no number.
local function whole(value)
  local number = tonumber(value)
  if number == nil or type(number) == "integer" then
    return number or value
  end
  if number ~= number then
    return nil, "NaN"
  end
  if number == huge or number == -huge then
    return nil, number > 0 and "Inf" or "-Inf"
  end
  local part
  number, part = modf(number)
  if part >= 0.5 then
    number = number + 1
  elseif part <= -0.5 then
    number = number - 1
  end
  return tointeger(number) or number
end

local function forgiving(arguments, number, flags, conversion)
  local value = arguments[number]
  if conversion == "s" and value == nil and number <= arguments.n then
    arguments[number] = "<nil>"
  elseif WHOLE[conversion] and value ~= nil then
    local rounded, word = whole(value)
    if word then
      arguments[number] = word
      local left, width = match(flags, "^[+ #0]*(%-?)[-+ #0]*(%d*)")
      return "%" .. left .. width .. "s"
    end
    arguments[number] = rounded
    return "%" .. flags .. WHOLE[conversion]
  else
    return without_address(arguments, number, flags, conversion)
  end
end

function lib.fmt(pattern, ...)
  if pattern == nil then
    return ""
  end
  return formatted(2, forgiving, text(pattern, 1), ...)
end
