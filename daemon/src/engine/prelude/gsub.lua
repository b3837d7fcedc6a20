--- host: gsub
-- `string.gsub` with a replacement that may pause: a function, or a table with a metatable.

local host, lib = ...
local gsub, reported, protect = host.lua.gsub, host.reported, host.lua.pcall
local find, sub, concat = string.find, string.sub, table.concat
local type, error, select, tostring, getmetatable = type, error, select, tostring, getmetatable

local function replaced(how, match, ...)
  local value
  if type(how) == "function" then
    if select("#", ...) == 0 then
      value = how(match)
    else
      value = how(...)
    end
  else
    local key = ...
    if select("#", ...) == 0 then
      key = match
    end
    value = how[key]
  end
  if not value then
    return match
  end
  if type(value) ~= "string" and type(value) ~= "number" then
    error("invalid replacement value (a " .. type(value) .. ")", 4)
  end
  return tostring(value)
end

-- One match as `find` gives it: its place, and the replacement, unless it is an empty match right
-- behind the last one, which does not count.
local function handled(text, how, last_stop, first, last, ...)
  if not first or last + 1 == last_stop then
    return first
  end
  return first, last + 1, replaced(how, sub(text, first, last), ...)
end

local function whole(limit)
  return limit | 0
end

function lib.gsub(text, pattern, how, limit)
  local pausing = type(how) == "function" or getmetatable(how) ~= nil
  local strings = type(text) == "string" and type(pattern) == "string"
  local limited, most = protect(whole, limit == nil and strings and #text + 1 or limit)
  if not pausing or not strings or not limited then
    return reported("gsub", protect(gsub, text, pattern, how, limit))
  end
  local parts, count, at, last_stop = {}, 0, 1, nil
  while count < most do
    local first, stop, value = handled(text, how, last_stop, find(text, pattern, at))
    if stop then
      parts[#parts + 1] = sub(text, at, first - 1)
      parts[#parts + 1] = value
      count, at, last_stop = count + 1, stop, stop
    elseif first and at <= #text then
      parts[#parts + 1] = sub(text, at, at)
      at = at + 1
    else
      break
    end
    if sub(pattern, 1, 1) == "^" then
      break
    end
  end
  parts[#parts + 1] = sub(text, at)
  return concat(parts), count
end
