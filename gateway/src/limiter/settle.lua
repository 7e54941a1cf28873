-- Moves what an admitted request has taken by a difference, in every counter it was counted in.
-- The same arithmetic as the package rate-limit, which explains it.
--
-- KEYS  the counters, as decide.lua writes them
-- ARGV  clock (see decide.lua), difference in units, then for each counter
--         r quota window     (those the request was admitted under)
--         c quota start      (the period it was counted in)
-- reply now, then for each counter
--         r debt in whole microseconds, debt in parts of 1/quota microsecond
--         c count, start, end     (three zeros where it has not been counted or its period is another)

local function digits(number)
  return string.format('%.0f', number)
end

local clock, delta = ARGV[1], tonumber(ARGV[2])
local slack = clock == '' and 2 or 600002
local now
if string.sub(clock, 1, 1) == '=' then
  now = tonumber(string.sub(clock, 2))
else
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000000 + tonumber(time[2]) + (tonumber(string.sub(clock, 2)) or 0)
end

local function settle_rate(key, stored, quota, window)
  local micros, part = 0, 0
  local at, at_part, at_quota = string.match(stored, '^(%d+) (%d+) (%d+)$')
  if not at and delta < 0 then
    return 0, 0
  end
  if at then
    micros, part = tonumber(at) - now, tonumber(at_part)
    if part > 0 and tonumber(at_quota) ~= quota then
      micros, part = micros + 1, 0
    end
    if micros < 0 then
      -- To a full bucket nothing can be given back.
      if delta < 0 then
        return 0, 0
      end
      micros, part = 0, 0
    end
  end
  local units = math.min(math.abs(delta), quota)
  local whole = math.floor(window / quota)
  local parts = units * (window - whole * quota)
  local carry = math.floor(parts / quota)
  local price, price_part = units * whole + carry, parts - carry * quota
  if delta < 0 then
    micros, part = micros - price, part - price_part
    if part < 0 then
      micros, part = micros - 1, part + quota
    end
    if micros < 0 then
      micros, part = 0, 0
    end
  elseif micros < window then
    micros, part = micros + price, part + price_part
    if part >= quota then
      micros, part = micros + 1, part - quota
    end
    if micros >= window then
      micros, part = window, 0
    end
  end
  local text = digits(now + micros) .. ' ' .. digits(part) .. ' ' .. digits(quota)
  redis.call('SET', key, text, 'PX', digits(math.floor(micros / 1000) + slack))
  return micros, part
end

local function settle_calendar(key, stored, quota, start)
  local count, stored_start, stored_end = string.match(stored, '^c (%d+) (%d+) (%d+)$')
  if not count or tonumber(stored_start) ~= start then
    return 0, 0, 0
  end
  count = tonumber(count)
  if delta < 0 then
    count = math.max(count + delta, 0)
  else
    count = math.max(count, math.min(count + delta, quota))
  end
  redis.call('SET', key, 'c ' .. digits(count) .. ' ' .. stored_start .. ' ' .. stored_end, 'KEEPTTL')
  return count, start, tonumber(stored_end)
end

local stored = redis.call('MGET', unpack(KEYS))
local reply = { now }
for index, key in ipairs(KEYS) do
  local kind, quota, last = ARGV[3 * index], tonumber(ARGV[3 * index + 1]), tonumber(ARGV[3 * index + 2])
  local text = stored[index] or ''
  if kind == 'r' then
    reply[#reply + 1], reply[#reply + 2] = settle_rate(key, text, quota, last)
  else
    reply[#reply + 1], reply[#reply + 2], reply[#reply + 3] = settle_calendar(key, text, quota, last)
  end
end
return reply
