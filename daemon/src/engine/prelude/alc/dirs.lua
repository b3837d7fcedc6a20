--- alc: _dirs
-- Where scripts find state, cards and scenarios.

local host, lib = ...

lib._dirs = {}
for _, name in ipairs({ "state", "cards", "scenarios" }) do
  lib._dirs[name] = host.check(host.folder(name))
end
