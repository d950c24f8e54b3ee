-- What a worker has done in all, told to Redis: each unit and each coin counts once, however
-- often, and in whatever order, a flush arrives. The coins are in the wallet before.
--
-- Returns the worker's units that were known before, its units, and its coins that are known now.
--
-- KEYS: hashes, wallet, dockercoins:told:<id>
-- ARGV: 1 number of the flush, 2 units in all, 3 units that were known, if the key has expired,
--       4 coins that were known, 5 coins in all with those of this flush, 6 digest of the last one
--
-- It writes once, by one command. Of two, Redis makes a transaction in its append-only file, and
-- Redis 7.0 can keep the first half of one when the file was cut off within it.
local told = redis.call('GET', KEYS[3]) or ('0 ' .. ARGV[3] .. ' 0')
local seq, units, coins = told:match('^(%d+) (%d+) (%d+)$')
seq, units, coins = tonumber(seq), tonumber(units), tonumber(coins)
if seq >= tonumber(ARGV[1]) then
  return {units, units, coins}  -- late: a newer one said more
end
local counter = redis.call('GET', KEYS[1]) or '0'
if not counter:match('^%-?%d+$') or math.abs(tonumber(counter)) > 2 ^ 52 then
  return redis.error_reply('ERR ' .. KEYS[1] .. ' is not a number that can be added to')
end

local all, found = math.max(units, tonumber(ARGV[2])), coins
-- Otherwise Redis lost some coins, and the next flush tells those again.
if coins >= tonumber(ARGV[4]) and redis.call('HEXISTS', KEYS[2], ARGV[6]) == 1 then
  found = math.max(coins, tonumber(ARGV[5]))
end
told = string.format('%.0f %.0f %.0f', ARGV[1], all, found)
if all > units then
  redis.call('MSET', KEYS[3], told, KEYS[1], string.format('%.0f', counter + all - units))
elseif found > coins then
  redis.call('SET', KEYS[3], told)
end
return {units, all, found}
