-- What a worker has done in all, told to Redis: each unit and each coin enters once, however
-- often, and in whatever order, a flush arrives.
--
-- Returns the worker's units that were known before, its units, and its coins that are known now.
--
-- KEYS: hashes, wallet, dockercoins:worker:<id>, dockercoins:workers
-- ARGV: 1 id, 2 number of the flush, 3 units in all, 4 units that were known, if the worker's key
--       has expired, 5 coins that were known, 6 coins in all with those of this flush, 7 units
--       that wait, 8 units lost, 9 coins lost, 10 host, 11 seconds until the worker's key expires,
--       then a digest and its bytes for each coin of this flush
local known = redis.call('HMGET', KEYS[3], 'seq', 'units', 'coins')
local units = tonumber(known[2] or ARGV[4])
local coins = tonumber(known[3] or 0)
if tonumber(known[1] or 0) >= tonumber(ARGV[2]) then
  return {units, units, coins}  -- late: a newer one said more
end

-- What can fail comes first or does no harm twice, so an error leaves nothing half counted.
if coins >= tonumber(ARGV[5]) then  -- else Redis lost some, which come again with the next flush
  for n = 12, #ARGV, 2 do
    redis.call('HSET', KEYS[2], ARGV[n], ARGV[n + 1])
  end
  coins = math.max(coins, tonumber(ARGV[6]))
end
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[4], now_ms, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', now_ms - ARGV[11] * 1000)
local all = math.max(units, tonumber(ARGV[3]))
if all > units then
  redis.call('INCRBY', KEYS[1], all - units)
end
redis.call('HSET', KEYS[3], 'seq', ARGV[2], 'units', all, 'coins', coins, 'host', ARGV[10],
  'at', now_ms, 'waiting', ARGV[7], 'lost', ARGV[8], 'coins_lost', ARGV[9])
redis.call('EXPIRE', KEYS[3], ARGV[11])
return {units, all, coins}
