--- Keeps a card of each run, linked to the one before, and says whether the latest answers got better.

local prose = require("prose")

local M = {
  meta = {
    name = "lineage",
    version = "1.0.0",
    description = "A card of each run, compared with the one before",
    category = "records",
    tags = { "cards" },
  },
}

local LATEST = "lineage-latest"

function M.run(ctx)
  local task = prose.task(ctx)
  local questions = ctx.questions or { task }
  local answers = alc.parallel(questions, function(question)
    return question
  end)
  local rows = alc.parallel(answers, function(answer, i)
    return ("%s\nAnswer: %s\nScore from 1 to 10."):format(questions[i], answer)
  end, {
    post_fn = function(answer, _, i)
      return { question = questions[i], score = alc.parse_score(answer) }
    end,
  })
  local total = alc.reduce(rows, function(sum, row)
    return sum + row.score
  end, 0)
  local prior = alc.card.get_by_alias(LATEST)
  local run = prior and prior.lineage.run + 1 or 1
  local card = alc.card.create({
    card_id = ("lineage_%03d"):format(run),
    pkg = { name = "lineage", version = M.meta.version },
    params = { questions = #questions },
    stats = { mean_score = total / #rows, n = #rows },
    lineage = { run = run },
    metadata = prior and { prior_card_id = prior.card_id, prior_relation = "next_run" } or nil,
  })
  alc.card.write_samples(card.card_id, rows)
  alc.card.alias_set(LATEST, card.card_id, { pkg = "lineage" })
  local ancestors = alc.card.lineage({ card_id = card.card_id, direction = "up" })
  ctx.result = { card = card.card_id, runs = #ancestors.nodes, mean = total / #rows }
  if prior and #rows > 1 then
    local compared = alc.card.compare(card.card_id, prior.card_id)
    ctx.result.change, ctx.result.winner = compared.delta, compared.winner
  end
  return ctx
end

return M
