--- alc: time
-- The clock.

local host, lib = ...

lib.time = host.native("time")
