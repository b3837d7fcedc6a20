--- os: clock date difftime execute exit getenv remove rename setlocale time tmpname
-- What a session has of `os`.

local host, lib = ...
local unpack, waiting = table.unpack, host.waiting

lib.clock = host.absent("os.clock")
lib.date = host.absent("os.date")
lib.difftime = host.absent("os.difftime")
lib.execute = host.absent("os.execute")
lib.exit = host.absent("os.exit")
lib.getenv = host.absent("os.getenv")
lib.setlocale = host.absent("os.setlocale")
lib.time = host.absent("os.time")
lib.tmpname = host.absent("os.tmpname")

local remove, rename = waiting(host.file_remove, "os.remove"), waiting(host.file_rename, "os.rename")

function lib.remove(...)
  return unpack(remove(...), 1, 3)
end

function lib.rename(...)
  return unpack(rename(...), 1, 3)
end
