-- What the tables in this folder are written with. A file begins
--
--     local case = load(ctx.case, "=case")()
--
-- and ends `return case.failures()`.

local case = {}
local failures = alc.json_decode("[]")

local function show(value)
  if type(value) == "string" then
    return ("%q"):format(value)
  end
  if type(value) == "table" then
    local parts, keys = {}, {}
    for key in pairs(value) do
      keys[#keys + 1] = key
    end
    table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
    for i, key in ipairs(keys) do
      parts[i] = "[" .. show(key) .. "] = " .. show(value[key])
    end
    return "{" .. table.concat(parts, ", ") .. "}"
  end
  return tostring(value)
end

-- Equal also in type: 1 is not 1.0.
local function equal(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then
    return rawequal(a, b) and math.type(a) == math.type(b)
  end
  for key, value in pairs(a) do
    if not equal(value, b[key]) then
      return false
    end
  end
  for key in pairs(b) do
    if a[key] == nil then
      return false
    end
  end
  return true
end

-- Where the file that runs is, as `file:line:`.
local function here(level)
  return select(2, pcall(error, "", level + 4))
end

-- Notes a failure unless the two are equal.
function case.same(actual, expected, what)
  if not equal(actual, expected) then
    local where = what or here(1)
    failures[#failures + 1] = where .. " expected " .. show(expected) .. ", got " .. show(actual)
  end
end

-- Calls `call` for each row: what it gives, then its arguments.
function case.gives(call, rows)
  for _, row in ipairs(rows) do
    local arguments = { table.unpack(row, 2, #row) }
    case.same(call(table.unpack(row, 2, #row)), row[1], here(1) .. " " .. show(arguments))
  end
end

-- Calls `call` for each row: a part of the message that it raises, then its arguments. A message is
-- a string; one that begins with `=` is all of it.
function case.raises(call, rows)
  for _, row in ipairs(rows) do
    local ok, message = pcall(call, table.unpack(row, 2, #row))
    local found = not ok and type(message) == "string"
      and ("=" .. message == row[1] or message:find(row[1], 1, true))
    if not found then
      local arguments = { table.unpack(row, 2, #row) }
      failures[#failures + 1] = here(1) .. " " .. show(arguments) .. " expected an error with "
        .. show(row[1]) .. ", got " .. show(message)
    end
  end
end

-- Runs `body` with some fields of `alc` replaced.
function case.with(fields, body)
  local kept = {}
  for name, value in pairs(fields) do
    kept[name], alc[name] = alc[name], value
  end
  body()
  for name, value in pairs(kept) do
    alc[name] = value
  end
end

function case.failures()
  return failures
end

return case
