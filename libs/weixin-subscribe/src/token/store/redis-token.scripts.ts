/**
 * A whole number of at most 15 digits, which a double holds exactly; nil for everything else, and for what is
 * not there.
 */
const WHOLE = `
local function whole(text)
  if text and #text <= 15 and string.find(text, '^%d+$') then return tonumber(text) end
end`;

/**
 * Each change of a {@link RedisTokenStore} as one Lua script: Redis runs nothing else meanwhile. `KEYS[1]` is
 * the hash of an account and family; its fields are those of {@link TokenRow}, and for each script that would
 * answer differently the second time the name of the last call that was answered with yes (`lease_call`, …):
 * when ioredis sends it again, because the answer was lost, it is answered with yes again. What others have
 * written into the hash is no reason to fail: what is no number counts as none, and a lease without a fence
 * is nobody's.
 */
export const SCRIPTS = {
  /** A script, so that a cluster asks the master: a replica may not know yet what was just written. */
  read: "return redis.call('HGETALL', KEYS[1])",

  // holder, call, overdue or '', seconds of the caller's clock → {fence} given, {fence, holder} held
  acquire: `${WHOLE}
local row = redis.call('HMGET', KEYS[1], 'lease_holder', 'fence', 'lease_call')
if row[1] and row[3] == ARGV[2] then return {row[2]} end
if row[1] and whole(row[2]) and row[2] ~= ARGV[3] then return {row[2], row[1]} end
local fence = string.format('%.0f', math.max((whole(row[2]) or 0) + 1, tonumber(ARGV[4])))
redis.call('HSET', KEYS[1], 'fence', fence, 'lease_holder', ARGV[1], 'lease_call', ARGV[2])
return {fence}`,

  // fence, call, then first, last, limit of the hour and of the day → 1 counted, 0 not
  countMint: `${WHOLE}
local row = redis.call('HMGET', KEYS[1], 'fence', 'mint_call')
if row[1] ~= ARGV[1] then return 0 end
if row[2] == ARGV[2] then return 1 end
local function window(name, first, last, limit)
  local startedAt = whole(redis.call('HGET', KEYS[1], name .. '_started_at'))
  if not startedAt or startedAt < tonumber(first) or startedAt > tonumber(last) then
    return {name = name, startedAt = first, mints = 0, limit = tonumber(limit)}
  end
  local mints = whole(redis.call('HGET', KEYS[1], name .. '_mints')) or 0
  return {name = name, mints = mints, limit = tonumber(limit)}
end
local windows = {window('window', ARGV[3], ARGV[4], ARGV[5]), window('day', ARGV[6], ARGV[7], ARGV[8])}
for _, w in ipairs(windows) do
  if w.mints >= w.limit then return 0 end
end
for _, w in ipairs(windows) do
  redis.call('HSET', KEYS[1], w.name .. '_mints', w.mints + 1)
  if w.startedAt then redis.call('HSET', KEYS[1], w.name .. '_started_at', w.startedAt) end
end
redis.call('HSET', KEYS[1], 'mint_call', ARGV[2])
return 1`,

  // fence, call, now, interval, begin of today, begin of tomorrow, limit → 1 counted, 0 not
  countForce: `${WHOLE}
local row = redis.call('HMGET', KEYS[1], 'fence', 'force_call', 'forced_at', 'forces')
if row[1] ~= ARGV[1] then return 0 end
if row[2] == ARGV[2] then return 1 end
local forcedAt, forces = whole(row[3]), 0
if forcedAt then
  if math.abs(tonumber(ARGV[3]) - forcedAt) < tonumber(ARGV[4]) then return 0 end
  if forcedAt >= tonumber(ARGV[5]) and forcedAt < tonumber(ARGV[6]) then forces = whole(row[4]) or 0 end
end
if forces >= tonumber(ARGV[7]) then return 0 end
redis.call('HSET', KEYS[1], 'forced_at', ARGV[3], 'forces', forces + 1, 'force_call', ARGV[2])
return 1`,

  // fence, value, digest, mintedAt, expiresAt → 1 written, also if by an earlier attempt, 0 not
  write: `
local row = redis.call('HMGET', KEYS[1], 'fence', 'generation', 'token_digest')
if row[1] ~= ARGV[1] then return 0 end
if row[2] == ARGV[1] then return row[3] == ARGV[3] and 1 or 0 end
redis.call('HSET', KEYS[1], 'access_token', ARGV[2], 'token_digest', ARGV[3],
  'minted_at', ARGV[4], 'expires_at', ARGV[5], 'generation', ARGV[1])
redis.call('HDEL', KEYS[1], 'lease_holder', 'lease_call', 'failure')
return 1`,

  // fence, '1' to uncount, failure or ''
  release: `${WHOLE}
local row = redis.call('HMGET', KEYS[1], 'fence', 'lease_holder')
if row[1] ~= ARGV[1] or not row[2] then return end
redis.call('HDEL', KEYS[1], 'lease_holder', 'lease_call')
if ARGV[3] ~= '' then redis.call('HSET', KEYS[1], 'failure', ARGV[3]) end
if ARGV[2] ~= '1' then return end
for _, field in ipairs({'window_mints', 'day_mints'}) do
  local mints = whole(redis.call('HGET', KEYS[1], field)) or 0
  if mints > 0 then redis.call('HSET', KEYS[1], field, string.format('%.0f', mints - 1)) end
end`,

  // digest, call, diedAt, how many deaths to keep → 1 ended, 0 not
  expire: `${WHOLE}
local row = redis.call('HMGET', KEYS[1], 'token_digest', 'death_call', 'minted_at', 'expires_at', 'deaths')
if row[1] ~= ARGV[1] then return 0 end
if row[4] == '0' then return row[2] == ARGV[2] and 1 or 0 end
local read, deaths = pcall(cjson.decode, row[5] or '[]')
if not read or type(deaths) ~= 'table' then deaths = {} end
table.insert(deaths, {mintedAt = whole(row[3]) or 0, diedAt = tonumber(ARGV[3]), expiresAt = whole(row[4]) or 0})
while #deaths > tonumber(ARGV[4]) do table.remove(deaths, 1) end
redis.call('HSET', KEYS[1], 'expires_at', '0', 'deaths', cjson.encode(deaths), 'death_call', ARGV[2])
return 1`,
} as const;
