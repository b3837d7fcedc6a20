-- Loads the package `ctx.name` and says what it is.

local LONGEST, MOST = 4096, 256

-- A field that is a text; what is no UTF-8 is shown as `?`.
local function text(value)
  if type(value) == "number" then
    value = tostring(value)
  end
  if type(value) ~= "string" then
    return nil
  end
  value = value:sub(1, LONGEST)
  return utf8.len(value) and value or (value:gsub("[\128-\255]", "?"))
end

local function texts(list)
  local found = {}
  for i = 1, MOST do
    found[#found + 1] = text(list[i])
  end
  return found[1] and found
end

local module = require(ctx.name)
if type(module) ~= "table" then
  return { kind = "library" }
end
local found = { kind = type(module.run) == "function" and "runnable" or "library", meta = {} }
local meta = module.meta
if type(meta) == "table" then
  for _, field in ipairs({ "name", "version", "description", "category", "alc_shapes_compat" }) do
    found.meta[field] = text(meta[field])
  end
  if type(meta.tags) == "table" then
    found.meta.tags = texts(meta.tags)
  end
end
local spec = module.spec
if type(spec) == "table" and type(spec.entries) == "table" then
  local names = {}
  for name in pairs(spec.entries) do
    if #names < MOST then
      names[#names + 1] = text(name)
    end
  end
  table.sort(names)
  found.entries = names[1] and names
end
return found
