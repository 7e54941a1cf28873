-- One heartbeat: this gateway is here, with what it has to tell; those silent for too long are gone.
--
-- KEYS  members (sorted set: id by the last beat in milliseconds), bulletins (hash: id to JSON)
-- ARGV  id, milliseconds of silence after which a member is gone, bulletins of this gateway
-- reply whether this gateway was known already, how many live, how many of those have a lower id

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[2]))) do
  redis.call('ZREM', KEYS[1], id)
  redis.call('HDEL', KEYS[2], id)
end
local known = redis.call('ZSCORE', KEYS[1], ARGV[1])
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
-- A Redis that the whole fleet has left forgets it.
redis.call('PEXPIRE', KEYS[1], 60000)
redis.call('PEXPIRE', KEYS[2], 60000)

local size, rank = 0, 0
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  size = size + 1
  if id < ARGV[1] then
    rank = rank + 1
  end
end
return { known and 1 or 0, size, rank }
