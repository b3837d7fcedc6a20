-- Map and reduce over texts: each is summarised on its own, all at once, then the summaries are
-- merged two by two until one is left.
--
--   alc spawn examples/digest.lua --ctx @texts.json        {"texts": ["…", "…", "…"]}

local function ask_all(prompts)
  local items = {}
  for i, prompt in ipairs(prompts) do
    items[i] = { prompt = prompt }
  end
  return alc.llm_batch(items)
end

local prompts = {}
for i, text in ipairs(ctx.texts) do
  prompts[i] = "Summarise in one sentence:\n\n" .. text
end
if #prompts == 0 then
  return { digest = "" }
end
local summaries = ask_all(prompts)

local levels = 0
while #summaries > 1 do
  levels = levels + 1
  local merges, merged = {}, {}
  for i = 1, #summaries - 1, 2 do
    merges[#merges + 1] = "Merge into one sentence:\n- " .. summaries[i] .. "\n- " .. summaries[i + 1]
  end
  for _, sentence in ipairs(ask_all(merges)) do
    merged[#merged + 1] = sentence
  end
  if #summaries % 2 == 1 then
    merged[#merged + 1] = summaries[#summaries]
  end
  summaries = merged
end
print("merged " .. #ctx.texts .. " texts in " .. levels .. " levels")

return { digest = summaries[1], levels = levels }
