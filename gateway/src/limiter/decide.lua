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

local call, pcall = redis.call, redis.pcall
local match, format, floor, number = string.match, string.format, math.floor, tonumber

-- Redis turns large numbers into rounded text by itself, so every number is written out.
local function digits(value)
  return format('%.0f', value)
end

local spends = ARGV[1] == 'decide'
local cost, clock, lease = number(ARGV[#ARGV - 2]), ARGV[#ARGV - 1], ARGV[#ARGV]
local LEASE = 30000000
-- A clock that is not this server's own may stand still while keys expire.
local slack = clock == '' and 2 or 600002
local now
if string.sub(clock, 1, 1) == '=' then
  now = number(string.sub(clock, 2))
else
  local time = call('TIME')
  now = time[1] * 1000000 + time[2] + (number(string.sub(clock, 2)) or 0)
end

-- Each of the next three looks at one limit; a table is cheapest when it is made with all of its fields at once.
local function stand_rate(stored, quota, window)
  local micros, part, cut = 0, 0, false
  local at, at_part, at_quota = match(stored, '^(%d+) (%d+) (%d+)$')
  if at then
    micros, part = at - now, number(at_part)
    if part > 0 and number(at_quota) ~= quota then
      micros, part = micros + 1, 0
    end
    if micros < 0 then
      micros, part = 0, 0
    elseif micros > window or (micros == window and part > 0) then
      micros, part, cut = window, 0, true
    end
  end
  if cost > quota then
    return { kind = 'r', fits = false, quota = quota, micros = micros, part = part, cut = cut }
  end
  local whole = floor(window / quota)
  local parts = part + cost * (window - whole * quota)
  local carry = floor(parts / quota)
  local next_micros, next_part = micros + cost * whole + carry, parts - carry * quota
  local fits = next_micros < window or (next_micros == window and next_part == 0)
  return { kind = 'r', fits = fits, quota = quota, micros = micros, part = part, cut = cut,
    next_micros = next_micros, next_part = next_part }
end

local function stand_calendar(stored, quota, previous, start, finish, following, longest)
  -- Which period it is says this server's clock alone; the gateway's only says where the periods lie.
  if now < start then
    start, finish = previous, start
  elseif now >= finish then
    start, finish = finish, following
  end
  local taken = 0
  local count, stored_start, stored_end = match(stored, '^c (%d+) (%d+) (%d+)$')
  if count then
    stored_start, stored_end = number(stored_start), number(stored_end)
    if stored_end > now or stored_start == start then
      taken = number(count)
      if stored_start > now and stored_start - now <= longest then
        start, finish = stored_start, stored_end
      end
    end
  end
  local fits = math.min(taken, quota) + cost <= quota
  return { kind = 'c', fits = fits, count = taken, start = start, finish = finish }
end

local function stand_places(key, quota)
  local count = pcall('ZCOUNT', key, '(' .. digits(now), '+inf')
  -- Under the same name there may have been a limit of another kind.
  count = type(count) == 'number' and count or 0
  return { kind = 'p', fits = count < quota, count = count }
end

local function take_place(key)
  if type(pcall('ZREMRANGEBYSCORE', key, '-inf', digits(now))) ~= 'number' then
    call('DEL', key)
  end
  call('ZADD', key, digits(now + LEASE), lease)
  call('PEXPIRE', key, digits(LEASE / 1000 + slack))
end

local stored = call('MGET', unpack(KEYS))
local groups = number(ARGV[2])
local at, key = 3 + groups, 0
local live = true
local reply, size = { now }, 1

for group = 1, groups do
  local first, admitted = key + 1, true
  local limits = {}
  for index = first, key + ARGV[2 + group] do
    key = index
    local kind, text, quota, limit = ARGV[at], stored[index] or '', number(ARGV[at + 1])
    if kind == 'r' then
      limit = stand_rate(text, quota, number(ARGV[at + 2]))
      at = at + 3
    elseif kind == 'c' then
      limit = stand_calendar(text, quota, number(ARGV[at + 2]), number(ARGV[at + 3]),
        number(ARGV[at + 4]), number(ARGV[at + 5]), number(ARGV[at + 6]))
      at = at + 7
    else
      limit = stand_places(KEYS[index], quota)
      at = at + 2
    end
    admitted = admitted and limit.fits
    limits[index] = limit
  end
  if group == 1 then
    live = admitted
  end

  local moves = spends and admitted
  for index = first, key do
    local limit, name = limits[index], KEYS[index]
    local kind = limit.kind
    reply[size + 1] = limit.fits and 1 or 0
    if kind == 'r' then
      local micros, part = limit.micros, limit.part
      if moves then
        micros, part = limit.next_micros, limit.next_part
      end
      if moves or (spends and limit.cut) then
        -- A counter is kept until its arrival time is surely past: from then on it says nothing.
        call('SET', name, format('%.0f %.0f %.0f', now + micros, part, limit.quota),
          'PX', digits(floor(micros / 1000) + slack))
      end
      reply[size + 2], reply[size + 3] = micros, part
      size = size + 3
    elseif kind == 'c' then
      local count = limit.count
      if moves then
        count = count + cost
        local left = math.max(floor((limit.finish - now) / 1000), 0)
        call('SET', name, format('c %.0f %.0f %.0f', count, limit.start, limit.finish), 'PX', digits(left + slack))
      end
      reply[size + 2], reply[size + 3], reply[size + 4] = count, limit.start, limit.finish
      size = size + 4
    else
      -- A candidate holds a place only for a request that is really in flight.
      if moves and live then
        limit.count = limit.count + 1
        take_place(name)
      end
      reply[size + 2] = limit.count
      size = size + 2
    end
  end
end
return reply
