--- host: assign gsub ipairs next pairs rawget setmetatable
-- What functions of Lua's own do with tables that have fields to load, or a metatable that matters.

local host, lib = ...
local check, fetch, names = host.check, host.fetch, host.names
local own = host.lua
local next, rawget, rawset, set_metatable = own.next, own.rawget, own.rawset, own.setmetatable
local replace = own.replace

-- What a script assigns stays: the part is loaded before, not afterwards.
function lib.assign(object, key, value)
  check(fetch(host, names[object], object, key))
  rawset(object, key, value)
end

function lib.pairs(object)
  check(fetch(host, names[object], object))
  return next, object
end

function lib.next(object)
  check(fetch(host, names[object], object))
  return next(object)
end

function lib.rawget(object, key)
  check(fetch(host, names[object], object, key))
  return rawget(object, key)
end

function lib.setmetatable(object, metatable)
  if metatable then
    if rawget(metatable, "__gc") ~= nil then
      rawset(metatable, "__gc", nil)
    end
    if rawget(metatable, "__mode") ~= nil then
      rawset(metatable, "__mode", nil)
    end
  end
  if names[object] then
    -- With all its fields it is a table like any other.
    check(fetch(host, names[object], object))
    names[object] = nil
  end
  return set_metatable(object, metatable)
end

-- By a table whose `__index` may pause.
function lib.gsub(text, pattern, how, limit)
  return replace(text, pattern, function(key)
    return how[key]
  end, limit)
end

local function step(list, place)
  place = place + 1
  local value = list[place]
  if value ~= nil then
    return place, value
  end
end

function lib.ipairs(list)
  return step, list, 0
end
--- host: absent native raising
-- How functions of the host become functions for scripts.

local host, lib = ...
local check, error, type = host.check, error, type

-- A function of the host, as scripts call it.
function lib.native(name)
  return function(...)
    return check(host[name](...))
  end
end

-- What a function of the host returns; of what takes a while it returns another one, which does a
-- little each time, and between two calls the slice may end.
local function done(result)
  if type(result) ~= "function" then
    return result
  end
  local go_on = result
  repeat
    result = check(go_on())
  until result ~= nil
  return result
end

-- The same, of the function itself.
function lib.raising(act)
  return function(...)
    return done(check(act(...)))
  end
end

function lib.absent(name)
  return function()
    error(name .. ": not available in a session", 0)
  end
end
