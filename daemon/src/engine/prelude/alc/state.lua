--- alc: state
-- Values that a script keeps beyond its session, by key, in a namespace.

local host, lib = ...
local check, json_encode, waiting, error, type = host.check, host.json_encode, host.waiting, error, type

local function operation(name)
  return waiting(host["state_" .. name], "alc.state")
end
local read, names, put, remove = operation("get"), operation("keys"), operation("put"), operation("delete")
local add, all, one, undo = operation("incr"), operation("list"), operation("show"), operation("reset")
local put_own, remove_own = operation("set_dispatched"), operation("delete_dispatched")

local function namespace()
  local context = rawget(_G, "ctx")
  local name = type(context) == "table" and context._ns
  return type(name) == "string" and name or "default"
end

local state = {}
lib.state = state

function state.get(key, default)
  local found = read(namespace(), key)
  if found[1] then
    return found[2]
  end
  return default
end

function state.has(key)
  return read(namespace(), key)[1]
end

function state.set(key, value)
  put(namespace(), key, check(json_encode(value)), false)
end

function state.set_nx(key, value)
  return put(namespace(), key, check(json_encode(value)), true)
end

function state.delete(key)
  return remove(namespace(), key)
end

function state.keys()
  return names(namespace())
end

function state.incr(key, delta, default)
  return add(namespace(), key, delta, default)
end

function state.update(key, change, default)
  if type(change) ~= "function" then
    error("bad argument #2: function expected, got " .. type(change), 0)
  end
  local new = change(state.get(key, default))
  state.set(key, new)
  return new
end

function state.list(folder)
  return all(folder)
end

function state.show(folder, key)
  return one(folder, key)
end

function state.reset(folder, key, options)
  return undo(folder, key, check(json_encode(options or {})))
end

function state.set_dispatched(folder, key, value)
  put_own(folder, key, check(json_encode(value)))
end

function state.delete_dispatched(folder, key)
  return remove_own(folder, key)
end
