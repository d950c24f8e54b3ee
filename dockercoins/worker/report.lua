-- Who is at work, for people. Nothing is reckoned from it.
--
-- KEYS: dockercoins:worker:<id>, dockercoins:workers, dockercoins:told:<id>
-- ARGV: 1 id, 2 seconds until the worker's keys expire, 3 number of the flush, then fields and
--       values
if tonumber(redis.call('HGET', KEYS[1], 'seq') or 0) > tonumber(ARGV[3]) then
  return 0  -- late
end
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[2], now_ms, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now_ms - ARGV[2] * 1000)
local told = redis.call('GET', KEYS[3]) or '0 0 0'
local _, units, coins = told:match('^(%d+) (%d+) (%d+)$')
redis.call('HSET', KEYS[1], 'seq', ARGV[3], 'at', now_ms, 'units', units, 'coins', coins,
  unpack(ARGV, 4))
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('EXPIRE', KEYS[3], ARGV[2])
return now_ms
