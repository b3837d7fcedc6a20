--- Words that several strategies put into prompts.

local M = {
  meta = {
    name = "prose",
    version = "1.0.0",
    description = "Lists in prompts, and lists in answers",
    category = "library",
    tags = { "text" },
  },
}

--- The items as lines `1. …`, `2. …`.
function M.numbered(items)
  local lines = {}
  for i, item in ipairs(items) do
    lines[i] = i .. ". " .. item
  end
  return table.concat(lines, "\n")
end

--- The lines of an answer, without what makes them a list.
function M.items(answer)
  local items = {}
  for line in answer:gmatch("[^\r\n]+") do
    local item = line:gsub("^%s*[-*•]%s*", ""):gsub("^%s*%d+[.)]%s*", ""):match("^%s*(.-)%s*$")
    if item ~= "" then
      items[#items + 1] = item
    end
  end
  return items
end

--- The task of a context; raises if there is none.
function M.task(ctx)
  if type(ctx.task) ~= "string" or ctx.task == "" then
    error("ctx.task is required", 0)
  end
  return ctx.task
end

return M
