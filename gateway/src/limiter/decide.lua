-- One decision over all limits of a request, atomic because Redis runs one script at a time.
-- The same arithmetic as the package rate-limit, which explains it; a property test holds the two together.
--
-- KEYS  one counter each, group after group, the group in force first. A rate is "<micros> <part> <quota>" of its
--       theoretical arrival time, a calendar quota "c <count> <start> <end>", places are a sorted set of leases by
--       the moment they end. All times are in microseconds.
-- ARGV  "decide" or "peek", number of groups, counters in each group, then for each counter
--         r quota window
--         c quota previous-start start end next-end longest     (periods around now, by the gateway's clock)
--         p quota
--       and last cost, clock ("": this server's; "+n": n ahead of it; "=n": n), lease
-- reply now, then for each counter whether it fits (0 or 1) and
--         r debt in whole microseconds, debt in parts of 1/quota microsecond
--         c count, start, end
--         p places taken

-- Redis turns large numbers into rounded text by itself, so every number is written out.
local function digits(number)
  return string.format('%.0f', number)
end

local spends = ARGV[1] == 'decide'
local cost, clock, lease = tonumber(ARGV[#ARGV - 2]), ARGV[#ARGV - 1], ARGV[#ARGV]
local LEASE = 30000000
-- A clock that is not this server's own may stand still while keys expire.
local slack = clock == '' and 2 or 600002
local now
if string.sub(clock, 1, 1) == '=' then
  now = tonumber(string.sub(clock, 2))
else
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000000 + tonumber(time[2]) + (tonumber(string.sub(clock, 2)) or 0)
end

local function stand_rate(limit, stored, quota, window)
  local micros, part = 0, 0
  local at, at_part, at_quota = string.match(stored, '^(%d+) (%d+) (%d+)$')
  if at then
    micros, part = tonumber(at) - now, tonumber(at_part)
    if part > 0 and tonumber(at_quota) ~= quota then
      micros, part = micros + 1, 0
    end
    if micros < 0 then
      micros, part = 0, 0
    elseif micros > window or (micros == window and part > 0) then
      micros, part, limit.cut = window, 0, true
    end
  end
  limit.quota, limit.micros, limit.part = quota, micros, part
  if cost > quota then
    return false
  end
  local whole = math.floor(window / quota)
  local parts = part + cost * (window - whole * quota)
  local carry = math.floor(parts / quota)
  limit.next_micros, limit.next_part = micros + cost * whole + carry, parts - carry * quota
  return limit.next_micros < window or (limit.next_micros == window and limit.next_part == 0)
end

local function stand_calendar(limit, stored, quota, previous, start, finish, following, longest)
  -- Which period it is says this server's clock alone; the gateway's only says where the periods lie.
  if now < start then
    start, finish = previous, start
  elseif now >= finish then
    start, finish = finish, following
  end
  limit.count, limit.start, limit.finish = 0, start, finish
  local count, stored_start, stored_end = string.match(stored, '^c (%d+) (%d+) (%d+)$')
  if count then
    stored_start, stored_end = tonumber(stored_start), tonumber(stored_end)
    if stored_end > now or stored_start == start then
      limit.count = tonumber(count)
      if stored_start > now and stored_start - now <= longest then
        limit.start, limit.finish = stored_start, stored_end
      end
    end
  end
  return math.min(limit.count, quota) + cost <= quota
end

local function stand_places(limit, key, quota)
  local count = redis.pcall('ZCOUNT', key, '(' .. digits(now), '+inf')
  -- Under the same name there may have been a limit of another kind.
  limit.count = type(count) == 'number' and count or 0
  return limit.count < quota
end

local function take_place(key)
  if type(redis.pcall('ZREMRANGEBYSCORE', key, '-inf', digits(now))) ~= 'number' then
    redis.call('DEL', key)
  end
  redis.call('ZADD', key, digits(now + LEASE), lease)
  redis.call('PEXPIRE', key, digits(LEASE / 1000 + slack))
end

local stored = redis.call('MGET', unpack(KEYS))
local groups = tonumber(ARGV[2])
local at, key = 3 + groups, 0
local live = true
local reply = { now }

for group = 1, groups do
  local first, admitted = key + 1, true
  local limits = {}
  for index = first, key + tonumber(ARGV[2 + group]) do
    key = index
    local limit = { kind = ARGV[at] }
    local text = stored[index] or ''
    local quota = tonumber(ARGV[at + 1])
    if limit.kind == 'r' then
      limit.fits = stand_rate(limit, text, quota, tonumber(ARGV[at + 2]))
      at = at + 3
    elseif limit.kind == 'c' then
      limit.fits = stand_calendar(limit, text, quota, tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3]),
        tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5]), tonumber(ARGV[at + 6]))
      at = at + 7
    else
      limit.fits = stand_places(limit, KEYS[index], quota)
      at = at + 2
    end
    admitted = admitted and limit.fits
    limits[#limits + 1] = limit
  end
  if group == 1 then
    live = admitted
  end

  for index, limit in ipairs(limits) do
    local name = KEYS[first + index - 1]
    local moves = spends and admitted
    reply[#reply + 1] = limit.fits and 1 or 0
    if limit.kind == 'r' then
      if moves then
        limit.micros, limit.part = limit.next_micros, limit.next_part
      end
      if moves or (spends and limit.cut) then
        local text = digits(now + limit.micros) .. ' ' .. digits(limit.part) .. ' ' .. digits(limit.quota)
        -- A counter is kept until its arrival time is surely past: from then on it says nothing.
        redis.call('SET', name, text, 'PX', digits(math.floor(limit.micros / 1000) + slack))
      end
      reply[#reply + 1], reply[#reply + 2] = limit.micros, limit.part
    elseif limit.kind == 'c' then
      if moves then
        limit.count = limit.count + cost
        local text = 'c ' .. digits(limit.count) .. ' ' .. digits(limit.start) .. ' ' .. digits(limit.finish)
        local left = math.max(math.floor((limit.finish - now) / 1000), 0)
        redis.call('SET', name, text, 'PX', digits(left + slack))
      end
      reply[#reply + 1], reply[#reply + 2], reply[#reply + 3] = limit.count, limit.start, limit.finish
    else
      -- A candidate holds a place only for a request that is really in flight.
      if moves and live then
        limit.count = limit.count + 1
        take_place(name)
      end
      reply[#reply + 1] = limit.count
    end
  end
end
return reply
