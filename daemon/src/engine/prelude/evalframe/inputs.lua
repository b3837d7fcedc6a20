--- frame: load_cases
-- Cases from a file.

local host, lib = ...
local error, ipairs, load, pairs, type = error, ipairs, load, pairs, type

-- What the file may use: nothing that reaches outside it.
local BASIC = { "assert", "error", "ipairs", "next", "pairs", "pcall", "select", "tonumber", "tostring", "type" }
local LIBRARIES = { "math", "string", "table", "utf8" }

local function surroundings()
  local found = { case = host.frame.case }
  for _, name in ipairs(BASIC) do
    found[name] = _G[name]
  end
  for _, name in ipairs(LIBRARIES) do
    local library = {}
    for field, value in pairs(_G[name]) do
      library[field] = value
    end
    found[name] = library
  end
  return found
end

function lib.load_cases(path)
  local source = host.frame.std.fs.read_file(path)
  local chunk, problem = load(source, "@" .. path, "t", surroundings())
  if not chunk then
    error("load_cases: " .. problem, 0)
  end
  local list = chunk()
  if type(list) ~= "table" then
    error("load_cases: " .. path .. " returned no list but a " .. type(list), 0)
  end
  local cases = {}
  for place, fields in ipairs(list) do
    cases[place] = host.frame.case.new(fields)
  end
  return cases
end
--- frame: vary variants
-- Combinations of parameters.

local host, lib = ...
local error, ipairs, next, tostring, type = error, ipairs, next, tostring, type
local concat = table.concat
local is_a = host.is_a

function lib.vary(dimension)
  if type(dimension) ~= "string" then
    error("vary: a dimension's name expected, got " .. type(dimension), 2)
  end
  return function(entries)
    if type(entries) ~= "table" or #entries == 0 then
      error("vary: '" .. dimension .. "' needs a list of entries", 2)
    end
    return host.tagged({ dimension = dimension, entries = entries }, "vary")
  end
end

-- Puts what one entry of a dimension says into a combination and its list of names.
local function add(combination, names, vary, place)
  local entry = vary.entries[place]
  if type(entry) ~= "table" then
    entry = { [vary.dimension] = entry }
  end
  for field, value in next, entry do
    combination[field] = value
  end
  names[#names + 1] = tostring(entry.name or vary.dimension .. "_" .. place)
end

-- The combination of the entries at these places, one of each dimension.
local function combined(base, varies, places)
  local combination, names = {}, {}
  for field, value in next, base do
    combination[field] = value
  end
  for dimension, vary in ipairs(varies) do
    add(combination, names, vary, places[dimension])
  end
  combination.name = concat(names, "_")
  return combination
end

local function crossed(base, varies)
  local all, places = {}, {}
  local function choose(dimension)
    if dimension > #varies then
      all[#all + 1] = combined(base, varies, places)
      return
    end
    for place = 1, #varies[dimension].entries do
      places[dimension] = place
      choose(dimension + 1)
    end
  end
  choose(1)
  return all
end

local function zipped(base, varies)
  local all = {}
  for place = 1, #varies[1].entries do
    local places = {}
    for dimension in ipairs(varies) do
      places[dimension] = place
    end
    all[place] = combined(base, varies, places)
  end
  return all
end

-- The base and the dimensions, or what is wrong with them.
local function parts(fields)
  if type(fields) ~= "table" then
    return nil, "a table expected, got " .. type(fields)
  end
  local base, varies = fields.base, {}
  for place, part in ipairs(fields) do
    if is_a(part, "vary") then
      varies[#varies + 1] = part
    elseif place == 1 and base == nil and type(part) == "table" then
      base = part
    else
      return nil, "ef.vary expected at index " .. place
    end
  end
  if #varies == 0 then
    return nil, "at least one ef.vary expected"
  end
  return base or {}, varies
end

function lib.variants(fields)
  local base, varies = parts(fields)
  if not base then
    error("variants: " .. varies, 2)
  end
  local mode = fields.mode or "cross"
  if mode == "cross" then
    return crossed(base, varies)
  elseif mode ~= "zip" then
    error("variants: 'mode' must be \"cross\" or \"zip\"", 2)
  end
  for _, vary in ipairs(varies) do
    if #vary.entries ~= #varies[1].entries then
      error("variants: \"zip\" needs as many entries of '" .. vary.dimension .. "' as of '"
        .. varies[1].dimension .. "'", 2)
    end
  end
  return zipped(base, varies)
end
