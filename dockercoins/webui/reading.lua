-- All that the page shows, as it was at one moment.
--
-- Returns the time in milliseconds, hashes, the coins in the wallet, and for each worker that
-- flushed lately: id, what is reckoned with (number of the flush, units, coins), and what is for
-- people: seq, units, coins, host, at, waiting, lost, coins_lost.
--
-- KEYS: hashes, wallet, dockercoins:workers
-- ARGV: 1 milliseconds that count as lately, 2 how many workers at most
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local since = string.format('%.0f', now_ms - ARGV[1])
local workers = {}
for _, id in ipairs(redis.call('ZREVRANGEBYSCORE', KEYS[3], '+inf', since, 'LIMIT', 0, ARGV[2])) do
  local told = redis.call('GET', 'dockercoins:told:' .. id) or ''
  local row = redis.call('HMGET', 'dockercoins:worker:' .. id,
    'seq', 'units', 'coins', 'host', 'at', 'waiting', 'lost', 'coins_lost')
  table.insert(workers, {id, told, row})
end
return {string.format('%.0f', now_ms), redis.call('GET', KEYS[1]) or '0',
  redis.call('HLEN', KEYS[2]), workers}
