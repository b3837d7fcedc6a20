--- std: fs json time
-- The few functions that evaluation libraries expect beside `alc`.

local host, lib = ...
local error, pcall, tostring = error, pcall, tostring
local read = host.waiting(host.file_read, "std.fs.read")

lib.json = { decode = host.alc.json_decode, encode = host.alc.json_encode }
lib.time = { now = host.alc.time }
lib.fs = { is_file = host.waiting(host.file_is, "std.fs.is_file") }

function lib.fs.read(path)
  local ok, text = pcall(read, path)
  if not ok then
    error("std.fs.read: " .. tostring(text), 0)
  end
  return text
end
