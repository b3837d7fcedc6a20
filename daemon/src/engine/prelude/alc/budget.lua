--- alc: budget_remaining budget_check
-- What is left of the session's budget.

local host, lib = ...
local check = host.check

lib.budget_remaining = host.native("budget")

function lib.budget_check()
  local left = check(host.budget())
  return not left or left.llm_calls ~= 0 and left.elapsed_ms ~= 0
end
