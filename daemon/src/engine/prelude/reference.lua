--- host: show format formatted without_address
-- References as scripts see them: by a number, in the order in which they are first shown.

local host, lib = ...
local format, gsub, show = host.lua.format, host.lua.gsub, host.lua.tostring
local error, type, unpack, pack = error, type, table.unpack, table.pack
local protect = host.lua.pcall

local REFERENCE = { table = true, ["function"] = true, thread = true, userdata = true }
local numbers, last = host.lua.setmetatable({}, { __mode = "k" }), 0

local function address(value)
  local number = numbers[value]
  if not number then
    last = last + 1
    number = last
    numbers[value] = number
  end
  return format("0x%08x", number)
end

function lib.show(value)
  local custom, name = host.shown_by(value)
  if custom then
    return show(value)
  end
  return (name or type(value)) .. ": " .. address(value)
end

-- What `format` returns. What it raises gets the name and, by `level`, the line that the script knows.
local function reported(level, ok, ...)
  if ok then
    return ...
  end
  local message = ...
  if message == "not enough memory" then
    error(message, 0)
  end
  error((gsub(message, "^(bad argument #%d+ to) '%?'", "%1 'format'")), level)
end

-- Formats with each conversion changed first: `change` gets the arguments, the number of the one it
-- is about, flags and letter, and may change the argument and return another conversion.
function lib.formatted(level, change, pattern, ...)
  local arguments, count = pack(...), 0
  pattern = gsub(pattern, "%%([^%a%%]*)([%a%%])", function(flags, conversion)
    if conversion == "%" then
      return nil
    end
    count = count + 1
    return change(arguments, count, flags, conversion)
  end)
  return reported(level, protect(format, pattern, unpack(arguments, 1, arguments.n)))
end

-- Changes a conversion that would show an address.
function lib.without_address(arguments, number, flags, conversion)
  local value = arguments[number]
  if conversion == "s" and REFERENCE[type(value)] then
    arguments[number] = lib.show(value)
  elseif conversion == "p" and number <= arguments.n then
    local pointed = REFERENCE[type(value)] or type(value) == "string"
    arguments[number] = pointed and address(value) or "(null)"
    return "%" .. flags .. "s"
  end
end

-- Scripts call it through a function of C, which counts as a level.
function lib.format(pattern, ...)
  return lib.formatted(3, lib.without_address, pattern, ...)
end
