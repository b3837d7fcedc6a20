--- host: require searchers searchpath
-- `require`, which may wait: for the world, and for a module that asks while it is loaded.

local host, lib = ...
local check, package = host.check, host.lua.package
local error, ipairs, setmetatable, tostring, type = error, ipairs, setmetatable, tostring, type
local concat, remove, gmatch, gsub = table.concat, table.remove, string.gmatch, string.gsub
local kept, find_package = host.package_module, host.waiting(host.package_find, "require")
local find_file = host.waiting(host.path_find, "require")

local function listed(files)
  local lines = {}
  for i, file in ipairs(files) do
    lines[i] = "no file '" .. file .. "'"
  end
  return concat(lines, "\n\t")
end

-- Why a searcher has no loader.
local function absent(files)
  return files[1] and "\n\t" .. listed(files) or ""
end

-- The files that a module may be in, by a search path.
local function candidates(name, path, separator, replacement)
  if type(name) ~= "string" or type(path) ~= "string" then
    error("bad argument to 'searchpath': string expected", 0)
  end
  separator, replacement = separator or ".", replacement or "/"
  if separator ~= "" then
    local pattern = gsub(separator, "%p", "%%%0")
    name = gsub(name, pattern, (gsub(replacement, "%%", "%%%%")))
  end
  local files = {}
  name = gsub(name, "%%", "%%%%")
  for template in gmatch(path, "[^;]+") do
    files[#files + 1] = gsub(template, "%?", name)
  end
  return files
end

function lib.searchpath(name, path, separator, replacement)
  local files = candidates(name, path, separator, replacement)
  local found = find_file(files)
  if found then
    return found[1]
  end
  return nil, listed(files)
end

-- Tells of links that were passed over, each once.
local warned = {}
local function warn_of(links)
  for _, problem in ipairs(links) do
    if not warned[problem] then
      warned[problem] = true
      host.log("warn", problem, "require")
    end
  end
end

-- Where a module may come from, in the order in which the places count. Each returns a loader and
-- what to call it with, or why there is none.
lib.searchers = {
  function(name)
    local loader, file = check(kept(name))
    if loader then
      return loader, file
    end
    local found = find_package(name)
    warn_of(found.broken)
    if not found.package then
      return absent(found.missing)
    end
    return check(kept(name))
  end,
  function(name)
    local loader = package.preload[name]
    if loader == nil then
      return "\n\tno field package.preload['" .. name .. "']"
    end
    return loader, ":preload:"
  end,
  function(name)
    if type(package.path) ~= "string" then
      error("'package.path' must be a string", 0)
    end
    local files = candidates(name, package.path)
    local found = find_file(files)
    if not found then
      return absent(files)
    end
    local file, source = found[1], host.as_read(found[2])
    local loader, problem = host.loaded(source, "@" .. file)
    if not loader then
      error("error loading module '" .. name .. "' from file '" .. file .. "':\n\t" .. problem, 0)
    end
    return loader, file
  end,
}

local function search(name)
  local searchers, reasons = package.searchers, {}
  if type(searchers) ~= "table" then
    error("'package.searchers' must be a table", 0)
  end
  for _, searcher in ipairs(searchers) do
    local loader, extra = searcher(name)
    if type(loader) == "function" then
      return loader, extra
    elseif type(loader) == "string" then
      reasons[#reasons + 1] = loader
    end
  end
  error("module '" .. name .. "' not found:" .. concat(reasons), 3)
end

-- The modules that are being loaded, the innermost last.
local loading = {}
local left = {
  __close = function(done)
    for i = #loading, 1, -1 do
      if loading[i] == done.name then
        remove(loading, i)
        return
      end
    end
  end,
}

function lib.require(name)
  if type(name) ~= "string" then
    if type(name) ~= "number" then
      error("bad argument #1 to 'require' (string expected, got " .. type(name) .. ")", 2)
    end
    name = tostring(name)
  end
  local loaded = package.loaded
  local module = loaded[name]
  if module then
    return module
  end
  for i, outer in ipairs(loading) do
    if outer == name then
      error("cyclic require: " .. concat(loading, " -> ", i) .. " -> " .. name, 0)
    end
  end
  local loader, extra = search(name)
  loading[#loading + 1] = name
  local done <close> = setmetatable({ name = name }, left)
  local value = loader(name, extra)
  if value ~= nil then
    loaded[name] = value
  elseif loaded[name] == nil then
    loaded[name] = true
  end
  return loaded[name], extra
end
--- package: config cpath loaded loadlib path preload searchers searchpath
-- The table `package`.

local host, lib = ...

lib.config = "/\n;\n?\n!\n-\n"
lib.cpath = ""
lib.path = "/usr/local/share/lua/5.4/?.lua;/usr/local/share/lua/5.4/?/init.lua;"
  .. "/usr/local/lib/lua/5.4/?.lua;/usr/local/lib/lua/5.4/?/init.lua;./?.lua;./?/init.lua"
lib.preload = host.lazily("preload", {})
lib.loaded = {
  _G = _G, coroutine = coroutine, io = io, math = math, os = os, package = host.lua.package,
  string = string, table = table, utf8 = utf8,
}
lib.loadlib = host.absent("package.loadlib")
lib.searchers, lib.searchpath = host.searchers, host.searchpath
