--- alc: chunk
-- A text in pieces that may overlap.

local host, lib = ...
local error, concat, find, gsub, sub = error, table.concat, string.find, string.gsub, string.sub
local len, offset = utf8.len, utf8.offset

local function lines(text)
  local list, at = {}, 1
  while at <= #text do
    local stop = find(text, "\n", at, true) or #text + 1
    local line = sub(text, at, stop - 1)
    list[#list + 1] = sub(line, -1) == "\r" and sub(line, 1, -2) or line
    at = stop + 1
  end
  return list
end

local function by_lines(text, size, step)
  local list, chunks = lines(text), {}
  for first = 1, #list, step do
    local last = first + size - 1
    chunks[#chunks + 1] = concat(list, "\n", first, last < #list and last or #list)
    if last >= #list then
      break
    end
  end
  return chunks
end

local function by_characters(text, size, step)
  local bad = select(2, len(text))
  if bad then
    error("a string is not valid UTF-8", 0)
  end
  local chunks, at = {}, 1
  local most = size < #text and size or #text
  while at <= #text do
    local behind = offset(text, most + 1, at) or #text + 1
    chunks[#chunks + 1] = sub(text, at, behind - 1)
    if behind > #text then
      break
    end
    at = offset(text, step + 1, at)
  end
  return chunks
end

-- An option that counts something; `default` where it is no such number.
local function count(value, default)
  local whole = host.whole(value)
  return whole and whole >= 0 and whole or default
end

function lib.chunk(text, options)
  text, options = host.text(text, 1), host.options(options, 2)
  local size, overlap = count(options.size, 50), count(options.overlap, 0)
  if size == 0 then
    return {}
  end
  local step = size > overlap and size - overlap or 1
  return (options.mode == "chars" and by_characters or by_lines)(text, size, step)
end
