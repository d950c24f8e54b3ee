-- What a worker has done in all, told to Redis: each unit and each coin enters once, however
-- often, and in whatever order, a flush arrives.
--
-- Returns the worker's units that were known before, its units, and its coins that are known now.
--
-- KEYS: hashes, wallet, dockercoins:worker:<id>, dockercoins:workers, dockercoins:told:<id>
-- ARGV: 1 id, 2 number of the flush, 3 units in all, 4 units that were known, if the worker's key
--       has expired, 5 coins that were known, 6 coins in all with those of this flush, 7 units
--       that wait, 8 units lost, 9 coins lost, 10 host, 11 seconds until the worker's keys expire,
--       then a digest and its bytes for each coin of this flush
local told = redis.call('GET', KEYS[5]) or ('0 ' .. ARGV[4] .. ' 0')
local seq, units, coins = told:match('^(%d+) (%d+) (%d+)$')
seq, units, coins = tonumber(seq), tonumber(units), tonumber(coins)
if seq >= tonumber(ARGV[2]) then
  return {units, units, coins}  -- late: a newer one said more
end
local counter = redis.call('GET', KEYS[1]) or '0'
if not counter:match('^%-?%d+$') or math.abs(tonumber(counter)) > 2 ^ 52 then
  return redis.error_reply('ERR ' .. KEYS[1] .. ' is not a number that can be added to')
end

-- Who is at work, for people; nothing is reckoned from it.
local all, known = math.max(units, tonumber(ARGV[3])), coins
if coins >= tonumber(ARGV[5]) then  -- else Redis lost some, which come again with the next flush
  coins = math.max(coins, tonumber(ARGV[6]))
end
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[4], now_ms, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', now_ms - ARGV[11] * 1000)
redis.call('HSET', KEYS[3], 'seq', ARGV[2], 'units', all, 'coins', coins, 'host', ARGV[10],
  'at', now_ms, 'waiting', ARGV[7], 'lost', ARGV[8], 'coins_lost', ARGV[9])
redis.call('EXPIRE', KEYS[3], ARGV[11])

if coins > known then
  for n = 12, #ARGV, 2 do
    redis.call('HSET', KEYS[2], ARGV[n], ARGV[n + 1])
  end
end
if all > units or coins > known then
  -- The counter and what it contains, in one command, not INCRBY and another: a Redis whose file
  -- was cut off within a transaction can keep the first half of it.
  local new = string.format('%.0f', tonumber(counter) + all - units)
  told = string.format('%.0f %.0f %.0f', ARGV[2], all, coins)
  if all > units then
    redis.call('MSET', KEYS[5], told, KEYS[1], new)
  else
    redis.call('SET', KEYS[5], told)
  end
end
redis.call('EXPIRE', KEYS[5], ARGV[11])
return {units, all, coins}
