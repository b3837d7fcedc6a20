--- alc: math
-- Numbers: each function is made when a script first touches it.

local host, lib = ...

lib.math = host.lazily("numerics", {})
