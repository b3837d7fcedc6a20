--- io: close input lines open output popen read stderr stdin stdout tmpfile type write
-- What a session has of `io`.
--
-- No file is held open: each reading takes the next bytes from where the last one ended, each writing
-- puts its bytes there, so a file lives through any pause. What is written waits, as in C, until there
-- is much of it, or the file is flushed, closed, or left at a pause or at the script's end.

local host, lib = ...
local select, tonumber, type = select, tonumber, type
local error, ipairs, setmetatable = error, ipairs, setmetatable
local concat, insert, remove, unpack = table.concat, table.insert, table.remove, table.unpack
local find, match, sub = string.find, string.match, string.sub
local huge, integer = math.huge, math.type
local waiting, log, as_read = host.waiting, host.log, host.as_read
local prepare, load = waiting(host.file_open, "io.open"), waiting(host.file_load, "file:read")
local store, size = waiting(host.file_store, "file:write"), waiting(host.file_size, "file:seek")
local run, temporary = waiting(host.process_run, "io.popen"), waiting(host.file_temporary, "io.tmpfile")
local delete = waiting(host.file_remove, "io.tmpfile")

-- How much is read ahead, and how much waits to be written.
local AHEAD, BEHIND = 64 * 1024, 64 * 1024

local File = { __name = "FILE*", __metatable = false }
-- What a handle stands for: `path`, the `offset` of the next byte to read or write, what was read
-- `ahead` from there, and what waits to be `written`. It goes with its handle, which need not be closed.
local opened = host.lua.setmetatable({}, { __mode = "k" })
-- Those that are told to whoever watches, a line at a time.
local standard = {}
-- Those with something to write, in the order of their opening.
local dirty = {}
-- Commands that read what is written: each runs when it is closed, or when the script ends.
local commands = {}

local function state(file, name)
  local this = opened[file]
  if not this then
    error("bad argument #1 to '" .. name .. "' (FILE* expected, got " .. type(file) .. ")", 3)
  end
  if this.closed then
    error("attempt to use a closed file", 3)
  end
  return this
end

local function handle(this)
  local file = setmetatable({}, File)
  opened[file] = this
  return file
end

-- The results of a failed operation, as C's library gives them.
local function failed(result)
  return nil, result[2], result[3]
end

local function drop(list, one)
  for i, other in ipairs(list) do
    if other == one then
      remove(list, i)
      return
    end
  end
end

local function flush(this)
  if this.pending == 0 or not this.pending then
    return true
  end
  local text = concat(this.written)
  this.written, this.pending = {}, 0
  drop(dirty, this)
  local result = store(this.path, this.append and -1 or this.offset, text)
  if result[1] == nil then
    return failed(result)
  end
  this.offset = result[1]
  return true
end

-- Writes what waits in any file; a session pauses or ends.
function host.flush_files()
  while dirty[1] do
    flush(dirty[1])
  end
  for _, file in ipairs(standard) do
    local this = opened[file]
    if this.line ~= "" then
      log("info", this.line, this.tells)
      this.line = ""
    end
  end
end

-- Runs the commands that nobody closed; the script ends.
function host.end_commands()
  while commands[1] do
    local this = remove(commands, 1)
    run(this.command, concat(this.written))
  end
end

-- Has `ahead` hold `count` bytes, if there are so many.
local function fill(this, count)
  while #this.ahead < count and not this.ended do
    local more = load(this.path, this.offset + #this.ahead, AHEAD)
    if type(more) == "table" and not more.bytes then
      return failed(more)
    end
    more = as_read(more)
    this.ahead = this.ahead .. more
    this.ended = #more == 0 or this.special
  end
  return true
end

local function take(this, count)
  local text = sub(this.ahead, 1, count)
  this.ahead, this.offset = sub(this.ahead, count + 1), this.offset + #text
  return text
end

local function read_line(this, keep)
  local from = 1
  while true do
    local stop = find(this.ahead, "\n", from, true)
    if stop then
      local line = take(this, stop)
      return keep and line or sub(line, 1, -2)
    end
    from = #this.ahead + 1
    local ok, message, number = fill(this, from)
    if not ok then
      return nil, message, number
    end
    if #this.ahead < from then
      return from > 1 and take(this, from - 1) or nil
    end
  end
end

local function read_count(this, count)
  local ok, message, number = fill(this, count == 0 and 1 or count)
  if not ok then
    return nil, message, number
  end
  if #this.ahead == 0 then
    return nil
  end
  return take(this, count)
end

local function read_all(this)
  local ok, message, number = fill(this, huge)
  if not ok then
    return nil, message, number
  end
  return take(this, #this.ahead)
end

-- The longest numeral at the beginning, as Lua's own reads it: at most 200 characters.
local function read_number(this)
  local ok, message, number = fill(this, 4096)
  if not ok then
    return nil, message, number
  end
  take(this, #match(this.ahead, "^%s*"))
  local text = sub(this.ahead, 1, 200)
  local numeral = match(text, "^[+-]?0[xX]%x*%.?%x*[pP]?[+-]?%d*") or match(text, "^[+-]?%d*%.?%d*[eE]?[+-]?%d*")
  take(this, #numeral)
  return tonumber(numeral)
end

local function read_one(this, format)
  if integer(format) == "integer" then
    return read_count(this, format)
  end
  local letter = type(format) == "string" and match(format, "^%*?([nlLa])") or nil
  if letter == "n" then
    return read_number(this)
  elseif letter == "l" or letter == "L" then
    return read_line(this, letter == "L")
  elseif letter == "a" then
    return read_all(this)
  end
  error("bad argument #1 to 'read' (invalid format)", 3)
end

local function read(this, ...)
  if this.mode == "w" then
    return nil, "Bad file descriptor", 9
  end
  local ok, message, number = flush(this)
  if not ok then
    return nil, message, number
  end
  local count = select("#", ...)
  if count == 0 then
    return read_line(this, false)
  end
  local values = {}
  for i = 1, count do
    local value, problem, code = read_one(this, (select(i, ...)))
    values[i] = value
    if value == nil then
      if problem then
        return nil, problem, code
      end
      return unpack(values, 1, i)
    end
  end
  return unpack(values, 1, count)
end

local methods = {}
File.__index = methods

function methods.read(file, ...)
  return read(state(file, "read"), ...)
end

local function lines_of(file, closes, ...)
  local formats, count = { ... }, select("#", ...)
  return function()
    local this = opened[file]
    if this.closed then
      error("file is already closed", 2)
    end
    local results = { read(this, unpack(formats, 1, count)) }
    if results[1] == nil then
      if results[2] then
        error(results[2], 2)
      end
      if closes then
        methods.close(file)
      end
      return nil
    end
    return unpack(results, 1, count > 0 and count or 1)
  end
end

function methods.lines(file, ...)
  state(file, "lines")
  return lines_of(file, false, ...)
end

-- Lines for whoever watches; what has no end yet waits.
local function tell(this, text)
  local line, from = this.line .. text, 1
  local stop = find(line, "\n", from, true)
  while stop do
    log("info", sub(line, from, stop - 1), this.tells)
    from, stop = stop + 1, find(line, "\n", stop + 1, true)
  end
  this.line = sub(line, from)
end

function methods.write(file, ...)
  local this = state(file, "write")
  for i = 1, select("#", ...) do
    local text = (select(i, ...))
    if type(text) ~= "string" and type(text) ~= "number" then
      error("bad argument #" .. i .. " to 'write' (string expected, got " .. type(text) .. ")", 2)
    end
    text = text .. ""
    if this.tells then
      tell(this, text)
    elseif this.mode == "r" then
      return nil, "Bad file descriptor", 9
    elseif text ~= "" then
      if #this.ahead > 0 then
        this.ahead, this.ended = "", false
      end
      if this.pending == 0 and not this.command then
        dirty[#dirty + 1] = this
      end
      insert(this.written, text)
      this.pending = this.pending + #text
    end
  end
  if this.path and this.pending >= BEHIND then
    local ok, message, number = flush(this)
    if not ok then
      return nil, message, number
    end
  end
  return file
end

function methods.flush(file)
  local this = state(file, "flush")
  if not this.path then
    return file
  end
  local ok, message, number = flush(this)
  if not ok then
    return nil, message, number
  end
  return file
end

local WHENCE = { set = true, cur = true, ["end"] = true }
function methods.seek(file, whence, offset)
  local this = state(file, "seek")
  whence, offset = whence or "cur", offset or 0
  if not WHENCE[whence] then
    error("bad argument #1 to 'seek' (invalid option '" .. whence .. "')", 2)
  end
  if not this.path or this.special then
    return nil, "Illegal seek", 29
  end
  local ok, message, number = flush(this)
  if not ok then
    return nil, message, number
  end
  local base = whence == "cur" and this.offset or 0
  if whence == "end" then
    local result = size(this.path)
    if result[1] == nil then
      return failed(result)
    end
    base = result[1]
  end
  local place = base + offset
  if place < 0 then
    return nil, "Invalid argument", 22
  end
  this.offset, this.ahead, this.ended = place, "", false
  return place
end

function methods.setvbuf()
  return true
end

-- What a command that has ended returns, as `os.execute` and `close` do.
local function ended(result)
  return result.ok or nil, result.how, result.code
end

function methods.close(file)
  local this = state(file, "close")
  if this.tells then
    return nil, "cannot close standard file"
  end
  this.closed = true
  if this.command and not this.result then
    drop(commands, this)
    this.result = run(this.command, concat(this.written))
  end
  if this.result then
    return ended(this.result)
  end
  local ok, message, number = flush(this)
  if this.temporary then
    delete(this.path)
  end
  if not ok then
    return nil, message, number
  end
  return true
end

function File.__tostring(file)
  return opened[file].closed and "file (closed)" or "file (open)"
end

function File.__close(file)
  if not opened[file].closed then
    methods.close(file)
  end
end

local function new(path, mode)
  return { path = path, mode = mode, offset = 0, ahead = "", written = {}, pending = 0 }
end

local function open(path, mode)
  mode = mode or "r"
  if not match(mode, "^[rwa]%+?b?$") then
    error("bad argument #2 to 'open' (invalid mode)", 2)
  end
  local result = prepare(path, sub(mode, 1, 1), find(mode, "+", 1, true) ~= nil)
  if result[1] == nil then
    return failed(result)
  end
  local direction = find(mode, "+", 1, true) and "rw" or sub(mode, 1, 1) == "r" and "r" or "w"
  local this = new(path, direction)
  this.append, this.special = sub(mode, 1, 1) == "a", result[1]
  if this.append then
    this.offset = result[2]
  end
  return handle(this)
end

function lib.open(path, mode)
  return open(path, mode)
end

function lib.popen(command, mode)
  mode = mode or "r"
  if mode ~= "r" and mode ~= "w" then
    error("bad argument #2 to 'popen' (invalid mode)", 2)
  end
  local this = { mode = mode, command = command, offset = 0, ahead = "", written = {}, pending = 0 }
  if mode == "r" then
    this.result = run(command, "")
    this.ahead, this.ended = as_read(this.result.output), true
  else
    commands[#commands + 1] = this
  end
  return handle(this)
end

function lib.tmpfile()
  local result = temporary()
  if result[1] == nil then
    return failed(result)
  end
  local this = new(result[1], "rw")
  this.temporary = true
  return handle(this)
end

function lib.type(value)
  local this = opened[value]
  return this and (this.closed and "closed file" or "file") or nil
end

-- The standard streams: nobody types, and what is written is told to whoever watches.
lib.stdin = handle({ mode = "r", ahead = "", ended = true, offset = 0, tells = "io.stdin" })
lib.stdout = handle({ mode = "w", ahead = "", line = "", offset = 0, tells = "io.write" })
lib.stderr = handle({ mode = "w", ahead = "", line = "", offset = 0, tells = "io.stderr" })
standard[1], standard[2] = lib.stdout, lib.stderr
local input, output = lib.stdin, lib.stdout

-- A file that must be there; `level` says where it was asked for.
local function must_open(path, mode, level)
  local file, message = open(path, mode)
  if not file then
    error("cannot open file '" .. path .. "' (" .. sub(message, #path + 3) .. ")", level + 1)
  end
  return file
end

local function default(current, mode)
  return function(file)
    if type(file) == "string" then
      return must_open(file, mode, 3)
    elseif file ~= nil then
      state(file, mode == "r" and "input" or "output")
      return file
    end
    return current()
  end
end
local choose_input = default(function() return input end, "r")
local choose_output = default(function() return output end, "w")

function lib.input(file)
  input = choose_input(file)
  return input
end

function lib.output(file)
  output = choose_output(file)
  return output
end

function lib.read(...)
  return methods.read(input, ...)
end

function lib.write(...)
  return methods.write(output, ...)
end

function lib.lines(path, ...)
  if path == nil then
    return lines_of(input, false, ...)
  end
  local file = must_open(path, "r", 2)
  return lines_of(file, true, ...), nil, nil, file
end

function lib.close(file)
  return methods.close(file == nil and output or file)
end
