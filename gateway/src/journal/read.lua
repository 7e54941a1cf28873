-- How the shared list stands against what a gateway knows of it.
-- KEYS[1] the list; ARGV[1] how many entries are known, ARGV[2] how many more to give at most.
-- Gives its length, the head of the newest entry that both have, and the entries behind those known.
local length = redis.call('LLEN', KEYS[1])
local known = tonumber(ARGV[1])
local both = math.min(length, known)
local head = ''
if both > 0 then
  local line = redis.call('LINDEX', KEYS[1], both - 1)
  head = string.match(line, '^(.-),"entry"') or line
end
return { length, head, redis.call('LRANGE', KEYS[1], known, known + tonumber(ARGV[2]) - 1) }
