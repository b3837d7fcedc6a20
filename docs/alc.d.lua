---@meta

-- The types of the library `alc`, for the Lua language server.

---@class alc
alc = {}

--- What a session was started with.
---@type table
ctx = {}

---@class alc.Options
---@field system? string
---@field max_tokens? integer 1024 unless said otherwise
---@field grounded? boolean the answer should rest on outside evidence
---@field underspecified? boolean only a person or an outside source knows the answer
---@field cache_breakpoint? string a hint for a prompt cache
---@field role? string lets another model answer, such as `grader`
---@field card_context? string|{ pkg: string, limit?: integer } earlier cards, put before the system prompt; of `alc.llm` only

---@class alc.Query: alc.Options
---@field prompt string

---@class alc.CacheOptions: alc.Options
---@field cache_key? any what counts instead of prompt, system prompt and tokens
---@field cache_skip? boolean

---@class alc.Rng: userdata

--- Asks; the session pauses until there is an answer.
---@param prompt string|number
---@param options? alc.Options
---@return string
function alc.llm(prompt, options) end

--- Asks all at once; the answers are in the order of the items.
---@param items alc.Query[]
---@return string[]
function alc.llm_batch(items) end

--- Asks one question about each item, all at once.
---@param items any[]
---@param prompt_fn fun(item: any, index: integer): string|alc.Query
---@param options? { system?: string, max_tokens?: integer, post_fn?: fun(answer: string, item: any, index: integer): any }
---@return any[]
function alc.parallel(items, prompt_fn, options) end

--- Asks what only a person or an outside source knows.
---@param prompt string
---@param options? alc.Options
---@return string
function alc.specify(prompt, options) end

--- Asks for an answer that rests on outside evidence.
---@param claim string
---@param options? alc.Options
---@return string
function alc.ground(claim, options) end

--- Asks for JSON, once more if there was none.
---@param prompt string
---@param options? alc.Options
---@return table|nil
---@return string raw
function alc.llm_json(prompt, options) end

--- Asks; `default` if that raises an error.
---@param prompt string
---@param options alc.Options|nil
---@param default any
---@return any
function alc.llm_safe(prompt, options, default) end

--- Asks once and then remembers the answer.
---@param prompt string
---@param options? alc.CacheOptions
---@return string
function alc.cache(prompt, options) end

--- How the cache does.
---@return { entries: integer, hits: integer, misses: integer, max_entries: integer }
function alc.cache_info() end

--- Empties the cache.
function alc.cache_clear() end

--- The JSON text of a value.
---@param value any
---@return string
function alc.json_encode(value) end

--- The value of a JSON text.
---@param text string
---@return any
function alc.json_decode(text) end

--- The first object or array in a text.
---@param raw any
---@return table|nil
function alc.json_extract(raw) end

--- The first whole number in a text, from 1 to 10.
---@param answer any
---@param default? any
---@return any
function alc.parse_score(answer, default) end

--- The first number in a text.
---@param answer any
---@param pattern? string
---@return number|nil
function alc.parse_number(answer, pattern) end

--- The candidate that a text names last, or nearly names.
---@param text string
---@param candidates string[]
---@param options? { threshold?: number }
---@return string|nil
function alc.match_enum(text, candidates, options) end

--- Whether a text says yes or no.
---@param text string
---@return boolean|nil
function alc.match_bool(text) end

--- A text in pieces.
---@param text string
---@param options? { mode?: 'lines'|'chars', size?: integer, overlap?: integer }
---@return string[]
function alc.chunk(text, options) end

--- A short name for a text, whatever its case and white space.
---@param value any
---@return string
function alc.fingerprint(value) end

--- `string.format` that forgives numbers.
---@param format? string
---@param ... any
---@return string
function alc.fmt(format, ...) end

--- What `call` makes of each item.
---@param items any[]
---@param call fun(item: any, index: integer): any
---@return any[]
function alc.map(items, call) end

--- The items for which `call` is true.
---@param items any[]
---@param call fun(item: any, index: integer): any
---@return any[]
function alc.filter(items, call) end

--- The items folded into one value.
---@param items any[]
---@param call fun(result: any, item: any, index: integer): any
---@param init? any
---@return any
function alc.reduce(items, call, init) end

--- The most frequent answer.
---@param answers any[]
---@return { winner: string|nil, count: integer, total: integer }
function alc.vote(answers) end

--- Defaults, with what the context says instead.
---@param defaults any
---@param ctx? table
---@param options? { prefix?: string }
---@return any
function alc.tuning(defaults, ctx, options) end

--- Runs strategies one after the other on one context.
---@param strategies (string|fun(ctx: table): table)[]
---@param ctx table
---@param options? { on_error?: string, on_stage?: fun(place: integer, name: string, ctx: table) }
---@return table
function alc.pipe(strategies, ctx, options) end

--- Adds a line to the session's log.
---@param level string
---@param message string
function alc.log(level, message) end

--- `alc.log` of `alc.fmt`.
---@param level string
---@param format string
---@param ... any
function alc.log_fmt(level, format, ...) end

--- Says how far the script is.
---@param step integer
---@param total integer
---@param message? string
function alc.progress(step, total, message) end

--- Seconds since 1970.
---@return number
function alc.time() end

--- What is left of each limit that was set.
---@return { llm_calls?: integer, elapsed_ms?: integer, tokens?: integer }|nil
function alc.budget_remaining() end

--- Whether calls and time are left.
---@return boolean
function alc.budget_check() end

--- Runs packages side by side; their questions are asked together. One entry for each, in order.
---@param strategies string[]
---@param ctx table copied for each
---@param options? { on_error?: "skip"|"abort"|"fail" }
---@return { strategy: string, ok: boolean, result?: any, error?: string }[]
function alc.fork(strategies, ctx, options) end

---@class alc.Evaluation
---@field strategy_opts? table what the strategy finds in its `ctx` beside `task`
---@field auto_card? boolean make a card of the report
---@field card_pkg? string the package that the card is of; the strategy unless said otherwise

---@class alc.Report
---@field name string
---@field aggregated { total: integer, passed: integer, pass_rate: number, pass_at_1: number, pass_at_5?: number, pass_at_10?: number, scores: table, ci_95: { lower: number, upper: number }, by_tag: table<string, table> }
---@field results { case: table, response: table, grades: table[], score: number, passed: boolean }[]
---@field failures table[]
---@field summary string
---@field card_id? string
---@field card_warning? string why there is no card

--- Says how good a strategy's answers to a scenario's cases are.
---@param scenario table|string
---@param strategy string a package
---@param options? alc.Evaluation
---@return alc.Report
function alc.eval(scenario, strategy, options) end

--- Values kept beyond the session, by key, in the namespace `ctx._ns` or `default`. A key
--- `prefix:id` has a file of its own, whatever the namespace.
alc.state = {}

---@param key string
---@param default? any where there is none
---@return any
function alc.state.get(key, default) end

---@param key string
---@return boolean
function alc.state.has(key) end

---@param key string
---@param value any
function alc.state.set(key, value) end

--- Sets only what is not there; whether it did.
---@param key string
---@param value any
---@return boolean
function alc.state.set_nx(key, value) end

--- Whether there was something to delete.
---@param key string
---@return boolean
function alc.state.delete(key) end

--- The keys of the namespace, in no order.
---@return string[]
function alc.state.keys() end

---@param key string
---@param delta? number 1 unless said otherwise
---@param default? number what it starts from, 0 unless said otherwise
---@return number
function alc.state.incr(key, delta, default) end

--- Sets what a function makes of the value; another session may change it in between.
---@param key string
---@param change fun(value: any): any
---@param default? any
---@return any
function alc.state.update(key, change, default) end

--- The keys that have a file each in the folder `namespace`, in order.
---@param namespace string
---@return string[]
function alc.state.list(namespace) end

---@param namespace string
---@param key string
---@return any
function alc.state.show(namespace, key) end

--- Takes steps and fields out of a value `{ data = … }`, and keeps what was there.
---@param namespace string
---@param key string
---@param options? { steps?: string[], fields?: string[] }
---@return { ok: true, backup_path: string, steps_removed: string[], fields_removed: string[] }
function alc.state.reset(namespace, key, options) end

---@param namespace string
---@param key string
---@param value any
function alc.state.set_dispatched(namespace, key, value) end

---@param namespace string
---@param key string
---@return boolean
function alc.state.delete_dispatched(namespace, key) end

--- Records of runs.
alc.card = {}

---@class alc.Summary
---@field card_id string
---@field pkg string
---@field created_at? string
---@field model? string
---@field flow? string
---@field scenario? string
---@field pass_rate? number

---@class alc.Alias
---@field name string
---@field card_id string
---@field pkg? string
---@field set_at string
---@field note? string

--- Keeps a new card; nil, if it tells of a run and the setting `card.run` is off.
---@param card table with `pkg.name`
---@return { card_id: string, path: string }|nil
function alc.card.create(card) end

---@param card_id string
---@return table|nil
function alc.card.get(card_id) end

--- Adds members that the card does not have yet; returns the card.
---@param card_id string
---@param fields table
---@return table|nil
function alc.card.append(card_id, fields) end

--- The newest first.
---@param options? { pkg?: string }
---@return alc.Summary[]
function alc.card.list(options) end

---@param query? { pkg?: string, where?: table, order_by?: string|string[], limit?: integer, offset?: integer }
---@return alc.Summary[]
function alc.card.find(query) end

--- Keeps a card's samples, once.
---@param card_id string
---@param rows table[]
---@return { path: string, count: integer }
function alc.card.write_samples(card_id, rows) end

---@param card_id string
---@param options? { where?: table, offset?: integer, limit?: integer }
---@return table[]
function alc.card.read_samples(card_id, options) end

--- Has a name mean a card, whatever it meant before.
---@param name string
---@param card_id string
---@param options? { pkg?: string, note?: string }
---@return alc.Alias
function alc.card.alias_set(name, card_id, options) end

---@param options? { pkg?: string }
---@return alc.Alias[]
function alc.card.alias_list(options) end

---@param name string
---@return table|nil
function alc.card.get_by_alias(name) end

--- Which cards a card came of, or that came of it; nil, if there is no such card.
---@param options { card_id: string, direction?: "up"|"down"|"both", depth?: integer, include_stats?: boolean, relation_filter?: string[] }
---@return { root: string, nodes: table[], edges: { from: string, to: string, relation?: string }[], truncated: boolean }|nil
function alc.card.lineage(options) end

--- Welch's t-test of the samples of two cards.
---@param a string
---@param b string
---@param options? { metric?: string|(fun(row: table): number), alpha?: number, where?: table }
---@return { metric: string, alpha: number, a: table, b: table, delta: number, t_stat?: number, df: number, p_value: number, significant: boolean, winner: "a"|"b"|"none" }
function alc.card.compare(a, b, options) end

--- For other stores: nil, or an error where the setting `card.run` is on.
---@param card table
function alc.card.open(card) end

--- For other stores: nil, or an error where the setting `card.run` is on.
---@param card_id string
---@param outcome { status: "succeeded"|"failed"|"skipped" }
function alc.card.close(card_id, outcome) end

--- Raises: not supported.
---@param options table
function alc.card.sink_backfill(options) end

--- Figures that a script keeps; they are shown with its result.
alc.stats = {}

--- Keeps a copy of a value.
---@param key string
---@param value any
function alc.stats.record(key, value) end

--- A value that was kept.
---@param key string
---@return any
function alc.stats.get(key) end

--- How many queries were asked; by a child of `alc.fork`, how many it asked itself.
---@return integer
function alc.stats.llm_calls() end

--- The environment variables that the session sees.
---@type table<string, string>
alc.env = {}

--- Where state, cards and scenarios are.
---@type { state: string, cards: string, scenarios: string }
alc._dirs = {}

--- Numbers and statistics.
alc.math = {}

---@param list number[]
---@param lag integer
---@return number
function alc.math.autocorrelation(list, lag) end

---@param ps number[]
---@return number[]
function alc.math.benjamini_hochberg(ps) end

---@param a number
---@param b number
---@return number
function alc.math.beta(a, b) end

---@param x number
---@param a number
---@param b number
---@return number
function alc.math.beta_cdf(x, a, b) end

---@param a number
---@param b number
---@return number
function alc.math.beta_mean(a, b) end

---@param p number
---@param a number
---@param b number
---@return number
function alc.math.beta_ppf(p, a, b) end

---@param rng alc.Rng
---@param a number
---@param b number
---@return number
function alc.math.beta_sample(rng, a, b) end

---@param a number
---@param b number
---@return number
function alc.math.beta_variance(a, b) end

---@param rng alc.Rng
---@param n integer
---@param p number
---@return integer
function alc.math.binomial_sample(rng, n, p) end

---@param ... any
---@return { point: number, lower: number, upper: number, draws_used: integer, undefined_draws: integer }
function alc.math.bootstrap_mean(...) end

---@param confidences number[]
---@param outcomes any[]
---@return number
function alc.math.brier_score(confidences, outcomes) end

---@param confidences number[]
---@param outcomes any[]
---@param bins integer
---@return { ece: number, mce: number, bins: table, bins_used: integer }
function alc.math.calibration_error(confidences, outcomes, bins) end

---@param rng alc.Rng
---@param weights number[]
---@return integer
function alc.math.categorical_sample(rng, weights) end

---@param rng alc.Rng
---@param df number
---@return number
function alc.math.chi_squared_sample(rng, df) end

---@param observed number[]
---@param expected number[]
---@return { chi2_stat: number, df: number, p_value: number }
function alc.math.chi_squared_test(observed, expected) end

---@param xs number[]
---@param ys number[]
---@return number
function alc.math.cliffs_delta(xs, ys) end

---@param ... any
---@return { point: number, lower: number, upper: number, draws_used: integer, undefined_draws: integer }
function alc.math.cluster_bootstrap_diff(...) end

---@param ... any
---@return { point: number, lower: number, upper: number, draws_used: integer, undefined_draws: integer }
function alc.math.cluster_bootstrap_mean(...) end

---@param ... any
---@return { point: number, lower: number, upper: number, draws_used: integer, undefined_draws: integer }
function alc.math.cluster_bootstrap_ratio(...) end

---@param xs number[]
---@param ys number[]
---@return number
function alc.math.cohens_d(xs, ys) end

---@param xs number[]
---@param ys number[]
---@return number
function alc.math.correlation(xs, ys) end

---@param xs number[]
---@param ys number[]
---@return number
function alc.math.covariance(xs, ys) end

---@param p number[]
---@param q number[]
---@return number
function alc.math.cross_entropy(p, q) end

---@param x number
---@return number
function alc.math.digamma(x) end

---@param rng alc.Rng
---@param alphas number[]
---@return number[]
function alc.math.dirichlet_sample(rng, alphas) end

---@param p number[]
---@return number
function alc.math.entropy(p) end

---@param x number
---@return number
function alc.math.erf(x) end

---@param x number
---@return number
function alc.math.erfc(x) end

---@param list number[]
---@param alpha number
---@return number[]
function alc.math.ewma(list, alpha) end

---@param rng alc.Rng
---@param lambda number
---@return number
function alc.math.exp_sample(rng, lambda) end

---@param x number
---@return number
function alc.math.expit(x) end

---@param n integer
---@return number
function alc.math.factorial(n) end

---@param x number
---@param shape number
---@param scale number
---@return number
function alc.math.gamma_cdf(x, shape, scale) end

---@param rng alc.Rng
---@param shape number
---@param scale number
---@return number
function alc.math.gamma_sample(rng, shape, scale) end

---@param p number[]
---@param q number[]
---@return number
function alc.math.hellinger(p, q) end

---@param list number[]
---@param bins integer
---@return { counts: integer[], edges: number[] }
function alc.math.histogram(list, bins) end

---@param ps number[]
---@return number[]
function alc.math.holm(ps) end

---@param list number[]
---@return number
function alc.math.iqr(list) end

---@param p number[]
---@param q number[]
---@return number
function alc.math.js_divergence(p, q) end

---@param xs number[]
---@param ys number[]
---@return number
function alc.math.kendall_tau(xs, ys) end

---@param p number[]
---@param q number[]
---@return number
function alc.math.kl_divergence(p, q) end

---@param xs number[]
---@param ys number[]
---@return { d_stat: number, p_value: number }
function alc.math.ks_test(xs, ys) end

---@param x number
---@return number
function alc.math.lgamma(x) end

---@param a number
---@param b number
---@return number
function alc.math.ln_beta(a, b) end

---@param n integer
---@return number
function alc.math.ln_factorial(n) end

---@param list number[]
---@return number[]
function alc.math.log_normalize(list) end

---@param p number
---@return number
function alc.math.logit(p) end

---@param rng alc.Rng
---@param mu number
---@param sigma number
---@return number
function alc.math.lognormal_sample(rng, mu, sigma) end

---@param list number[]
---@return number
function alc.math.logsumexp(list) end

---@param xs number[]
---@param ys number[]
---@param options? { continuity_correction?: boolean }
---@return { u_stat: number, z_score: number, p_value: number }
function alc.math.mann_whitney_u(xs, ys, options) end

---@param list number[]
---@return number
function alc.math.mean(list) end

---@param list number[]
---@return number
function alc.math.median(list) end

---@param list number[]
---@param window integer
---@return number[]
function alc.math.moving_average(list, window) end

---@param ranks number[]
---@return number
function alc.math.mrr(ranks) end

---@param joint number[][]
---@return number
function alc.math.mutual_information(joint) end

---@param relevance number[]
---@param k integer
---@return number
function alc.math.ndcg(relevance, k) end

---@param x number
---@param mean number
---@param sd number
---@return number
function alc.math.normal_cdf(x, mean, sd) end

---@param p number
---@param mean number
---@param sd number
---@return number
function alc.math.normal_inverse_cdf(p, mean, sd) end

---@param p number
---@return number
function alc.math.normal_ppf(p) end

---@param rng alc.Rng
---@param mean number
---@param sd number
---@return number
function alc.math.normal_sample(rng, mean, sd) end

---@param ... any
---@return { point: number, lower: number, upper: number, draws_used: integer, undefined_draws: integer }
function alc.math.paired_bootstrap_diff(...) end

---@param list number[]
---@param p number
---@return number
function alc.math.percentile(list, p) end

---@param xs number[]
---@param ys number[]
---@param draws integer
---@param seed integer
---@param options? { alternative?: string }
---@return { observed: number, p_value: number, extreme_draws: integer, draws: integer }
function alc.math.permutation_test(xs, ys, draws, seed, options) end

---@param n integer
---@return integer[][]
function alc.math.permutations(n) end

---@param k integer
---@param lambda number
---@return number
function alc.math.poisson_cdf(k, lambda) end

---@param rng alc.Rng
---@param lambda number
---@return integer
function alc.math.poisson_sample(rng, lambda) end

---@param list number[]
---@return number[]
function alc.math.rank(list) end

---@param x number
---@param a number
---@param b number
---@return number
function alc.math.regularized_incomplete_beta(x, a, b) end

---@param a number
---@param x number
---@return number
function alc.math.regularized_incomplete_gamma(a, x) end

---@param seed integer
---@return alc.Rng
function alc.math.rng_create(seed) end

---@param rng alc.Rng
---@return number
function alc.math.rng_float(rng) end

---@param rng alc.Rng
---@param min integer
---@param max integer
---@return integer
function alc.math.rng_int(rng, min, max) end

---@param rng alc.Rng
---@param list any[]
---@param n integer
---@return any[]
function alc.math.sample_with_replacement(rng, list, n) end

---@param rng alc.Rng
---@param list any[]
---@return any[]
function alc.math.shuffle(rng, list) end

---@param list number[]
---@return number[]
function alc.math.softmax(list) end

---@param xs number[]
---@param ys number[]
---@return number
function alc.math.spearman_correlation(xs, ys) end

---@param list number[]
---@return number
function alc.math.stddev(list) end

---@param rng alc.Rng
---@param df number
---@return number
function alc.math.student_t_sample(rng, df) end

---@param p number[]
---@param q number[]
---@return number
function alc.math.tvd(p, q) end

---@param rng alc.Rng
---@param low number
---@param high number
---@return number
function alc.math.uniform_sample(rng, low, high) end

---@param list number[]
---@return number
function alc.math.variance(list) end

---@param p number[]
---@param q number[]
---@param support? number[]
---@return number
function alc.math.wasserstein_1d(p, q, support) end

---@param xs number[]
---@param ys number[]
---@return { t_stat: number, df: number, p_value: number }
function alc.math.welch_t_test(xs, ys) end

---@param successes integer
---@param total integer
---@param confidence number
---@return { lower: number, upper: number, center: number }
function alc.math.wilson_ci(successes, total, confidence) end
