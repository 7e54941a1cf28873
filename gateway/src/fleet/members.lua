-- Who lives, and what each has told.
--
-- KEYS  members, bulletins
-- ARGV  milliseconds of silence after which a member is gone
-- reply per member: id, milliseconds since its last beat, its bulletins

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local since = now - tonumber(ARGV[1])
local reply = {}
local members = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. string.format('%.0f', since), '+inf', 'WITHSCORES')
for at = 1, #members, 2 do
  reply[#reply + 1] = members[at]
  reply[#reply + 1] = math.max(now - tonumber(members[at + 1]), 0)
  reply[#reply + 1] = redis.call('HGET', KEYS[2], members[at]) or '{}'
end
return reply
