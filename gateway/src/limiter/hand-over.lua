-- Adds to one counter what a gateway has admitted while it could not reach this server. The counter stands at what
-- that gateway last knew of it at least: a server that has lost its memory gives no fresh quota.
--
-- KEYS  the counter, as decide.lua writes it
-- ARGV  r, quota, window, debt last known, debt to add     (microseconds)
--       c, start, end, count last known, count to add      (the period in microseconds since the epoch)

local function digits(number)
  return string.format('%.0f', number)
end

local SLACK = 2
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local stored = redis.call('MGET', KEYS[1])[1] or ''
local known, added = tonumber(ARGV[4]), tonumber(ARGV[5])

if ARGV[1] == 'r' then
  local window = tonumber(ARGV[3])
  local micros = 0
  local at, part = string.match(stored, '^(%d+) (%d+) %d+$')
  if at then
    micros = tonumber(at) - now + (tonumber(part) > 0 and 1 or 0)
  end
  micros = math.max(micros, known, 0)
  -- An empty bucket gets no emptier; a counter that stood beyond already is left there.
  micros = math.max(micros, math.min(micros + added, window))
  if micros > 0 then
    local text = digits(now + micros) .. ' 0 ' .. ARGV[2]
    redis.call('SET', KEYS[1], text, 'PX', digits(math.floor(micros / 1000) + SLACK))
  end
else
  local start, finish = tonumber(ARGV[2]), tonumber(ARGV[3])
  local count, stored_start = string.match(stored, '^c (%d+) (%d+) %d+$')
  if finish <= now or (count and tonumber(stored_start) > start) then
    return 0
  end
  if not count or tonumber(stored_start) ~= start then
    count = 0
  end
  count = math.max(tonumber(count), known) + added
  local text = 'c ' .. digits(count) .. ' ' .. ARGV[2] .. ' ' .. ARGV[3]
  redis.call('SET', KEYS[1], text, 'PX', digits(math.floor((finish - now) / 1000) + SLACK))
end
return 1
