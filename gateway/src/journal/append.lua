-- Adds entries where the list is as the gateway believes it to be, else does nothing.
-- KEYS[1] the list, and the channel of its name; ARGV[1] its expected length, ARGV[2] the head of its newest entry,
-- then the entries. Gives 1 when they are there, else 0. Asked once more with the same entries it says 1 again:
-- an answer may have been lost.
local expected = tonumber(ARGV[1])
local length = redis.call('LLEN', KEYS[1])
if length > expected then
  return redis.call('LINDEX', KEYS[1], expected) == ARGV[3] and 1 or 0
end
if length < expected then return 0 end
if expected > 0 then
  local line = redis.call('LINDEX', KEYS[1], -1)
  if string.match(line, '^(.-),"entry"') ~= ARGV[2] then return 0 end
end
for at = 3, #ARGV do redis.call('RPUSH', KEYS[1], ARGV[at]) end
redis.call('PUBLISH', KEYS[1], length + #ARGV - 2)
return 1
