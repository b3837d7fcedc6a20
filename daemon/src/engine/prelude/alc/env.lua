--- alc: env
-- The environment variables that a session was to see, fixed when it was spawned.

local host, lib = ...
local check, error, type = host.check, error, type
local values, methods = check(host.environment()), {}

function methods.get(_, name, default)
  local value = values[name]
  if value == nil then
    return default
  end
  return value
end

function methods.use(_, names)
  if type(names) ~= "table" then
    error("bad argument #1: table expected, got " .. type(names), 0)
  end
  local used = {}
  for _, name in ipairs(names) do
    used[name] = values[name]
  end
  return used
end

lib.env = check(host.view(function(_, name)
  return methods[name] or values[name]
end, function()
  error("alc.env is readonly", 0)
end))
