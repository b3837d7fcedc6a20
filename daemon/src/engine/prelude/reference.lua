-- No script ever sees an address: references are shown by a number, in the order in which they are
-- first shown, and what depends on the collector is left out.

local host = ...
local type, select, rawget, rawset = type, select, rawget, rawset
local format, gsub, find, unpack, pack = string.format, string.gsub, string.find, table.unpack, table.pack
local show, set_metatable = tostring, setmetatable

local REFERENCE = { table = true, ["function"] = true, thread = true, userdata = true }
local numbers, last = set_metatable({}, { __mode = "k" }), 0

local function address(value)
  local number = numbers[value]
  if not number then
    last = last + 1
    number = last
    numbers[value] = number
  end
  return format("0x%08x", number)
end

local function text_of(...)
  local value = ...
  local kind = type(value)
  if not REFERENCE[kind] then
    return show(...)
  end
  local custom, name = host.shown_by(value)
  if custom then
    return show(value)
  end
  return (name or kind) .. ": " .. address(value)
end
_G.tostring = text_of

-- Formats with each conversion changed first: `change` gets the arguments, the number of the one it
-- is about, flags and letter, and may change the argument and return another conversion.
local function format_changed(change, pattern, ...)
  local arguments, count = pack(...), 0
  pattern = gsub(pattern, "%%([^%a%%]*)([%a%%])", function(flags, conversion)
    if conversion == "%" then
      return nil
    end
    count = count + 1
    return change(arguments, count, flags, conversion)
  end)
  return format(pattern, unpack(arguments, 1, arguments.n))
end
host.format_changed = format_changed

local function without_address(arguments, number, flags, conversion)
  local value = arguments[number]
  if conversion == "s" and REFERENCE[type(value)] then
    arguments[number] = text_of(value)
  elseif conversion == "p" and number <= arguments.n then
    local pointed = REFERENCE[type(value)] or type(value) == "string"
    arguments[number] = pointed and address(value) or "(null)"
    return "%" .. flags .. "s"
  end
end

function string.format(pattern, ...)
  for i = 1, select("#", ...) do
    if REFERENCE[type((select(i, ...)))] then
      return format_changed(without_address, pattern, ...)
    end
  end
  if type(pattern) == "string" and find(pattern, "p", 1, true) then
    return format_changed(without_address, pattern, ...)
  end
  return format(pattern, ...)
end

-- Finalizers run, and weak entries vanish, whenever the collector comes round.
function _G.setmetatable(object, metatable)
  if type(metatable) == "table" then
    for _, field in ipairs({ "__gc", "__mode" }) do
      if rawget(metatable, field) ~= nil then
        rawset(metatable, field, nil)
      end
    end
  end
  return set_metatable(object, metatable)
end
