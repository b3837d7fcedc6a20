-- What a pipeline asks before it goes on: a person, once, with what there is to know.

alc.log("info", "built " .. ctx.version)
local said = alc.llm("Deploy " .. ctx.version .. "? yes or no", { role = "person" })
return said:lower():match("^%s*yes") ~= nil
