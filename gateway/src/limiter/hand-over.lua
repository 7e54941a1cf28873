-- Adds to one counter what a gateway has admitted while it could not reach this server. The counter stands at what
-- that gateway last knew of it at least: a server that has lost its memory gives no fresh quota.
--
-- Each gateway has counted a rate with its share, so the debt of the whole limit is the mean of theirs. They come
-- back one by one: the first speaks for all, each later one puts its part right. Calendar quotas are added up.
--
-- KEYS  the counter, as decide.lua writes it, and who has handed it over so far: "<micros> <gateway> <gateway> …"
-- ARGV  r, quota, window, debt last known, gateways, this gateway, then unless only that is to be put back:
--         debt of its share, and the debt it has handed over before ("" for none)
--       c, start, end, count last known, count to add
-- All times are in microseconds.

local function digits(number)
  return string.format('%.0f', number)
end

local SLACK = 2
-- Longer than the time between the first gateway that is back and the last.
local TOGETHER = 5000
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local stored = redis.call('MGET', KEYS[1])[1] or ''
local known = tonumber(ARGV[4])

local function with_part(micros, debt, before, gateways, gateway)
  local first, others = string.match(redis.call('GET', KEYS[2]) or '', '^(%d+)(.*)$')
  if before then
    return micros + (debt - before) / gateways
  end
  -- One that is named already comes from another outage.
  if first and not string.find(others, ' ' .. gateway, 1, true) then
    redis.call('SET', KEYS[2], first .. others .. ' ' .. gateway, 'PX', TOGETHER)
    return micros + (debt - math.max(tonumber(first) - now, 0)) / gateways
  end
  redis.call('SET', KEYS[2], digits(now + debt) .. ' ' .. gateway, 'PX', TOGETHER)
  return math.max(micros, debt)
end

if ARGV[1] == 'r' then
  local window, micros = tonumber(ARGV[3]), 0
  local at, part = string.match(stored, '^(%d+) (%d+) %d+$')
  if at then
    micros = math.max(tonumber(at) - now + (tonumber(part) > 0 and 1 or 0), 0)
  end
  if ARGV[7] then
    local gateways = math.max(tonumber(ARGV[5]), 1)
    micros = with_part(micros, tonumber(ARGV[7]), tonumber(ARGV[8]), gateways, ARGV[6])
  end
  micros = math.ceil(math.min(math.max(micros, known), window))
  if micros > 0 then
    local text = digits(now + micros) .. ' 0 ' .. ARGV[2]
    redis.call('SET', KEYS[1], text, 'PX', digits(math.floor(micros / 1000) + SLACK))
  elseif at then
    redis.call('DEL', KEYS[1])
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
  count = math.max(tonumber(count), known) + tonumber(ARGV[5])
  local text = 'c ' .. digits(count) .. ' ' .. ARGV[2] .. ' ' .. ARGV[3]
  redis.call('SET', KEYS[1], text, 'PX', digits(math.floor((finish - now) / 1000) + SLACK))
end
return 1
