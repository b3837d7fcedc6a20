--- io: close input lines open output popen read tmpfile type write
-- What of `io` a session has.

local host, lib = ...

lib.close = host.absent("io.close")
lib.input = host.absent("io.input")
lib.lines = host.absent("io.lines")
lib.open = host.absent("io.open")
lib.output = host.absent("io.output")
lib.popen = host.absent("io.popen")
lib.read = host.absent("io.read")
lib.tmpfile = host.absent("io.tmpfile")
lib.type = host.absent("io.type")
lib.write = host.absent("io.write")
