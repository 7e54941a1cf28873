-- Puts a history that people made in the place of one that is nothing but a beginning.
-- KEYS[1] the list, and the channel of its name; ARGV[1] its length, ARGV[2] its newest entry, then all entries of
-- the other. Does nothing where the list has changed meanwhile.
if redis.call('LLEN', KEYS[1]) ~= tonumber(ARGV[1]) then return 0 end
if redis.call('LINDEX', KEYS[1], -1) ~= ARGV[2] then return 0 end
redis.call('DEL', KEYS[1])
for at = 3, #ARGV do redis.call('RPUSH', KEYS[1], ARGV[at]) end
redis.call('PUBLISH', KEYS[1], #ARGV - 2)
return 1
