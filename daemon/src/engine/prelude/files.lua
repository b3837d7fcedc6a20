--- host: as_read contents dofile loadfile loaded
-- Lua in files, and bytes as the journal keeps them.

local host, lib = ...
local error, type = error, type
local concat, char, gsub, sub = table.concat, string.char, host.lua.gsub, string.sub
local charpattern, codepoint = utf8.charpattern, utf8.codepoint
local piece = host.waiting(host.file_load, "loadfile")
local IS_A_DIRECTORY = 21

-- What was read, as it is in the file: bytes that are no text come as characters of their numbers.
function lib.as_read(read)
  if type(read) == "string" then
    return read
  end
  return (gsub(read.bytes, charpattern, function(character)
    return char(codepoint(character))
  end))
end
local as_read = lib.as_read

-- All that a file contains, or nothing and a message.
function lib.contents(path)
  local pieces, offset = {}, 0
  repeat
    local read = piece(path, offset)
    if type(read) == "table" and not read.bytes then
      return nil, "cannot " .. (read[3] == IS_A_DIRECTORY and "read " or "open ") .. read[2]
    end
    read = as_read(read)
    pieces[#pieces + 1], offset = read, offset + #read
  until read == ""
  return concat(pieces)
end

-- Lua that is all of a file, as a function; or nothing and a message.
function lib.loaded(text, name, ...)
  if sub(text, 1, 3) == "\u{feff}" then
    text = sub(text, 4)
  end
  if sub(text, 1, 1) == "#" then
    text = gsub(text, "^[^\n]*", "", 1)
  end
  return host.load(text, name, ...)
end

-- Nobody types: what comes without a path is empty.
local function load_file(path, ...)
  if path == nil then
    return host.load("", "=stdin", ...)
  end
  local text, problem = lib.contents(path)
  if not text then
    return nil, problem
  end
  return lib.loaded(text, "@" .. path, ...)
end

local function path_of(path, name)
  if path ~= nil and type(path) ~= "string" and type(path) ~= "number" then
    error("bad argument #1 to '" .. name .. "' (string expected, got " .. type(path) .. ")", 3)
  end
  return path and path .. ""
end

function lib.loadfile(path, ...)
  return load_file(path_of(path, "loadfile"), ...)
end

function lib.dofile(path)
  local chunk, problem = load_file(path_of(path, "dofile"))
  if not chunk then
    error(problem, 0)
  end
  return chunk()
end
