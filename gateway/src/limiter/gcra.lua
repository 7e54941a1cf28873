-- One decision over all limits of a request, atomic because Redis runs one script at a time.
-- The same arithmetic as gcra.ts, which explains it; a property test holds the two together.
--
-- KEYS  one counter per limit: "<micros> <part> <quota>" of its theoretical arrival time
-- ARGV  cost, now in microseconds (empty: this server's clock), then quota and window in microseconds per limit
-- reply per limit: fits (0 or 1), debt in whole microseconds, debt in parts of 1/quota microsecond

local cost = tonumber(ARGV[1])
local injected = tonumber(ARGV[2])
local now = injected
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000000 + tonumber(time[2])
end

local function exceeds(micros, part, bound)
  return micros > bound or (micros == bound and part > 0)
end

-- Redis turns large numbers into rounded text by itself, so every number is written out.
local function digits(number)
  return string.format('%.0f', number)
end

local stored = redis.call('MGET', unpack(KEYS))
local allowed = true
local limits = {}

for i = 1, #KEYS do
  local quota, window = tonumber(ARGV[1 + 2 * i]), tonumber(ARGV[2 + 2 * i])
  local micros, part, cut = 0, 0, false
  local at, at_part, at_quota = string.match(stored[i] or '', '^(%d+) (%d+) (%d+)$')
  if at then
    micros, part = tonumber(at) - now, tonumber(at_part)
    if part > 0 and tonumber(at_quota) ~= quota then
      micros, part = micros + 1, 0
    end
    if micros < 0 then
      micros, part = 0, 0
    elseif exceeds(micros, part, window) then
      micros, part, cut = window, 0, true
    end
  end

  local whole = math.floor(window / quota)
  local parts = part + cost * (window - whole * quota)
  local carry = math.floor(parts / quota)
  local next_micros, next_part = micros + cost * whole + carry, parts - carry * quota
  local limit = { quota = quota, micros = micros, part = part, cut = cut }
  limit.next_micros, limit.next_part = next_micros, next_part
  limit.fits = not exceeds(next_micros, next_part, window)
  allowed = allowed and limit.fits
  limits[i] = limit
end

local reply = {}
for i, limit in ipairs(limits) do
  local micros, part = limit.micros, limit.part
  if allowed then
    micros, part = limit.next_micros, limit.next_part
  end
  if allowed or limit.cut then
    local text = digits(now + micros) .. ' ' .. digits(part) .. ' ' .. digits(limit.quota)
    -- A counter is kept until its arrival time is surely past: from then on it says nothing.
    local ttl = math.floor(micros / 1000) + 2
    if injected then
      ttl = ttl + 600000
    end
    redis.call('SET', KEYS[i], text, 'PX', digits(ttl))
  end
  reply[#reply + 1] = limit.fits and 1 or 0
  reply[#reply + 1] = micros
  reply[#reply + 1] = part
end
return reply
