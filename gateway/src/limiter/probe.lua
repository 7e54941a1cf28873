-- Asks for more than a sign of life: this Redis takes writes and keeps them.
--
-- KEYS  the mark of this Redis' memory
-- ARGV  a new mark, used where there is none
-- reply the mark: another one than before means that everything was lost meanwhile

redis.call('SET', KEYS[1], ARGV[1], 'NX')
return redis.call('GET', KEYS[1])
