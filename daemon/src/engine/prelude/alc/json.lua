--- alc: json_encode json_decode json_extract
-- Lua values as JSON text and back.

local host, lib = ...
local check, type = host.check, type

lib.json_encode = host.native("json_encode")
lib.json_decode = host.native("json_decode")

function lib.json_extract(raw)
  if type(raw) ~= "string" then
    return nil
  end
  return check(host.json_extract(raw))
end
