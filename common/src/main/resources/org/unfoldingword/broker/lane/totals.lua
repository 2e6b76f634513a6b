--[[
  Counts, at a cost that does not depend on the number of users, only on how many entries are in holders' hands.
  KEYS  per partition: its messages block, its callbacks block
  ARGV  1 retention of a dead letter, ms
  Returns  {now, per partition {totals fields, messages, callbacks}},
           each lane {queues, running, delayed, dead, since when the longest-standing head is the head, or '', holders, paused fields,
           telling}
           running: held under a lease that has not run out   delayed: due at a later time, or paused
           telling: of those that run, callbacks of messages that have not ended
]]
local dead_retention = tonumber(ARGV[1])
local NAMES_MAX = 1000

local function ended(b, name)
  local head = head_of(b, name)
  return not head or redis.call('HEXISTS', b.record .. head[2][2], 'finished') == 1
end

-- A lease that has run out is still in held until the entry is taken again.
local function held(b)
  local names, running, telling = redis.call('HKEYS', b.held), 0, 0
  for from = 1, #names, NAMES_MAX do
    local some = { unpack(names, from, math.min(#names, from + NAMES_MAX - 1)) }
    for i, until_then in ipairs(redis.call('ZMSCORE', b.later, unpack(some))) do
      if until_then and until_then ~= 'inf' and tonumber(until_then) > now then
        running = running + 1
        if b.lane == 'callbacks' and not ended(b, some[i]) then telling = telling + 1 end
      end
    end
  end
  return running, telling
end

local function fare(b)
  if redis.call('EXISTS', b.held, b.later, b.heads, b.dead, b.holders, b.paused) == 0 then return { 0, 0, 0, 0, '', {}, 0, 0 } end
  local running, telling = held(b)
  return {
    redis.call('ZCARD', b.heads), running, redis.call('ZCOUNT', b.later, '(' .. now_text, '+inf') - running,
    redis.call('ZCOUNT', b.dead, '(' .. text(now - dead_retention), '+inf'),
    redis.call('ZRANGE', b.heads, 0, 0, 'WITHSCORES')[2] or '', redis.call('HGETALL', b.holders), redis.call('HLEN', b.paused), telling,
  }
end

local result = { now }
for at = 1, #KEYS, 2 * BLOCK do
  local m, c = block(at, 'messages'), block(at + BLOCK, 'callbacks')
  result[#result + 1] = { redis.call('HGETALL', m.totals), fare(m), fare(c) }
end
return result
