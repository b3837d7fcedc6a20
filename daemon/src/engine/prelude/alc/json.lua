--- alc: json_encode json_decode
-- Lua values as JSON text and back.

local host, lib = ...

lib.json_encode = host.native("json_encode")
lib.json_decode = host.native("json_decode")
