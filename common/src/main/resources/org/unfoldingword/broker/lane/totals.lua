--[[
  Counts, at a cost that does not depend on the number of users.
  KEYS  per partition: its messages block, its callbacks block
  Returns  {now, per partition {totals fields, messages, callbacks}},
           each lane {queues, held, later, dead, since when the longest-standing head is the head, or '', holders, paused fields}
]]
local function count(b)
  return {
    redis.call('ZCARD', b.heads), redis.call('HLEN', b.held), redis.call('ZCARD', b.later), redis.call('ZCARD', b.dead),
    redis.call('ZRANGE', b.heads, 0, 0, 'WITHSCORES')[2] or '', redis.call('HGETALL', b.holders), redis.call('HLEN', b.paused),
  }
end

local result = { now }
for at = 1, #KEYS, 2 * BLOCK do
  local m, c = block(at, 'messages'), block(at + BLOCK, 'callbacks')
  result[#result + 1] = { redis.call('HGETALL', m.totals), count(m), count(c) }
end
return result
