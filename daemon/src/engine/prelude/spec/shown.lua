--- host: shown_value
-- Values as a failed expectation shows them: short, and tables by their content.

local host, lib = ...
local pcall, rawlen, sort, tostring, type = pcall, rawlen, table.sort, tostring, type
local concat, format, find, next, sub = table.concat, host.lua.format, string.find, next, string.sub
local getmetatable = getmetatable
local DEEPEST, MOST, LONGEST = 3, 12, 200

local function text_of(value)
  local ok, text = pcall(tostring, value)
  return ok and text or type(value)
end

local show

local function key_of(key)
  if type(key) == "string" and find(key, "^[%a_][%w_]*$") then
    return key
  end
  return "[" .. show(key, DEEPEST) .. "]"
end

local function content(value, depth)
  local parts, keys, length = {}, {}, rawlen(value)
  for i = 1, length do
    if i > MOST then
      break
    end
    parts[i] = show(value[i], depth + 1)
  end
  for key in next, value do
    if not (host.lua.math.type(key) == "integer" and key >= 1 and key <= length) then
      keys[#keys + 1] = key
    end
  end
  sort(keys, function(a, b) return text_of(a) < text_of(b) end)
  for _, key in next, keys do
    if #parts < MOST then
      parts[#parts + 1] = key_of(key) .. " = " .. show(value[key], depth + 1)
    end
  end
  local more = length + #keys - #parts
  if more > 0 then
    parts[#parts + 1] = "… " .. more .. " more"
  end
  return #parts == 0 and "{}" or "{ " .. concat(parts, ", ") .. " }"
end

function show(value, depth)
  if type(value) == "string" then
    if #value > LONGEST then
      return format("%q", sub(value, 1, LONGEST)) .. "… (" .. #value .. " bytes)"
    end
    return format("%q", value)
  elseif type(value) == "table" and depth < DEEPEST then
    local metatable = getmetatable(value)
    if type(metatable) ~= "table" or not metatable.__tostring then
      return content(value, depth)
    end
  end
  return text_of(value)
end

function lib.shown_value(value)
  return show(value, 0)
end
