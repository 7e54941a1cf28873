-- Renews the places that requests of one gateway hold in the concurrency limits of one owner. A place that is gone,
-- because Redis lost it, is put back: its request is still in flight.
--
-- KEYS  sorted sets of leases, as decide.lua writes them
-- ARGV  clock (see decide.lua), then one lease for each key

local LEASE = 30000000
local clock = ARGV[1]
local slack = clock == '' and 2 or 600002
local now
if string.sub(clock, 1, 1) == '=' then
  now = tonumber(string.sub(clock, 2))
else
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000000 + tonumber(time[2]) + (tonumber(string.sub(clock, 2)) or 0)
end

for index, key in ipairs(KEYS) do
  -- Under the same name there may now be a limit of another kind.
  if type(redis.pcall('ZADD', key, string.format('%.0f', now + LEASE), ARGV[1 + index])) == 'number' then
    redis.call('PEXPIRE', key, string.format('%.0f', LEASE / 1000 + slack))
  end
end
return 0
