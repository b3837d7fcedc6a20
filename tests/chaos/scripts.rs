//! What the sessions of the chaos test run. All of them tell what they saw, as the checker asks.

/// Every script begins with this.
const HEAD: &str = r"
print('mark', ctx.mark)
local answers = {}
local function got(answer)
  answers[#answers + 1] = answer
  print('got', #answers, answer)
  return answer
end
local function ask(prompt) return got(alc.llm(prompt)) end
local function ask_all(count)
  local items = {}
  for i = 1, count do items[i] = {prompt = 'item ' .. i .. ' of ' .. count} end
  for _, answer in ipairs(alc.llm_batch(items)) do got(answer) end
end
";

/// A loop of questions.
const LOOP: &str =
    "for i = 1, 6 do ask('question ' .. i .. ' after ' .. (answers[i - 1] or '')) end";
/// Batches, and lines between them.
const BATCHES: &str = "for round = 1, 3 do print('round', round) ask_all(round + 1) end";
/// What differs from run to run goes into questions, answers into what is random.
const RANDOM: &str = "
for i = 1, 4 do
  local told = table.concat({alc.time(), math.random(1000), collectgarbage('count')}, ' ')
  if #ask(told) % 2 == 0 then math.randomseed(#answers[i]) else ask_all(2) end
end";
/// More lines than go to the journal at once.
pub(super) const CHATTER: &str = "for i = 1, 1100 do print(i) end ask('was that much?')";
/// It computes for several slices between its questions.
const BUSY: &str = "
for i = 1, 3 do
  local sum = 0
  for k = 1, 1000000 do sum = sum + k % 7 end
  ask('is it ' .. sum .. '?')
end";
const FAILS: &str = "ask('may I?') error('no luck with ' .. ask('really?'))";
const CATCHES: &str = "
local ok, e = pcall(function() ask('may I?') error('caught') end)
ask(e)
return {answers = answers, caught = not ok}";
/// Only a cancel ends it.
const ENDLESS: &str = "ask('go?') while true do end";
const SILENT: &str = "";

/// What ends by itself once it is answered, and takes few lines.
pub(super) const ENDING: [&str; 7] = [LOOP, BATCHES, RANDOM, BUSY, FAILS, CATCHES, SILENT];

/// The whole source of one of these.
pub(super) fn ending(body: &str) -> String {
    let tail = if body.contains("return {") { "" } else { "\nreturn {answers = answers}" };
    format!("{HEAD}{body}{tail}")
}

/// A script that never returns.
pub(super) fn endless() -> String {
    format!("{HEAD}{ENDLESS}")
}

/// A script that does not load.
pub(super) fn broken() -> String {
    format!("{HEAD} return return")
}
