--- alc: fingerprint
-- A short name for a text, the same for texts that differ only in case or white space.

local host, lib = ...
local check, tostring = host.check, tostring

function lib.fingerprint(value)
  return check(host.fingerprint(tostring(value)))
end
