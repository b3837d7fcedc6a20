-- `alc.fmt`: `string.format` that forgives what models answer where a number was asked for.

local format, gsub, tonumber, type, floor, ceil = string.format, string.gsub, tonumber, math.type, math.floor, math.ceil
local pack, unpack, huge, tointeger = table.pack, table.unpack, math.huge, math.tointeger

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
  local rounded = number < 0 and ceil(number - 0.5) or floor(number + 0.5)
  return tointeger(rounded) or rounded
end

function alc.fmt(pattern, ...)
  if pattern == nil then
    return ""
  end
  local arguments, count = pack(...), 0
  pattern = gsub(pattern, "%%([^%a%%]*)([%a%%])", function(flags, conversion)
    if conversion == "%" then
      return nil
    end
    count = count + 1
    local value = arguments[count]
    if conversion == "s" and value == nil and count <= arguments.n then
      arguments[count] = "<nil>"
    elseif WHOLE[conversion] and value ~= nil then
      local number, word = whole(value)
      if word then
        arguments[count] = word
        return "%" .. gsub(flags, "[+ #0]", "") .. "s"
      end
      arguments[count] = number
      return "%" .. flags .. WHOLE[conversion]
    end
  end)
  return format(pattern, unpack(arguments, 1, arguments.n))
end
