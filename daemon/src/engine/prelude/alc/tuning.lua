--- alc: tuning
-- A strategy's options: its defaults, with what its context says instead.

local pairs, tostring, type = pairs, tostring, type
local _, lib = ...

local function merged(defaults, source)
  local result = {}
  for name, default in pairs(defaults) do
    local given = source[name]
    if name == "_schema" then
      -- It describes the others.
    elseif given == nil then
      result[name] = default
    elseif type(given) == "table" and type(default) == "table" and default[1] == nil then
      result[name] = merged(default, given)
    else
      result[name] = given
    end
  end
  return result
end

function lib.tuning(defaults, ctx, options)
  if type(defaults) ~= "table" then
    return defaults
  end
  local source = type(ctx) == "table" and ctx or {}
  local prefix, section = type(options) == "table" and options.prefix or nil, nil
  if prefix ~= nil then
    section = source[prefix]
  end
  if type(section) == "table" then
    source = section
  elseif section ~= nil then
    alc.log("warn", "alc.tuning: ctx." .. tostring(prefix) .. " is not a table; the defaults are used")
    source = {}
  end
  return merged(defaults, source)
end
