--[[
  Counts, at a cost that does not depend on the number of users.
  KEYS  per partition: its messages block, its callbacks block
  Returns  {now, {totals fields...} per partition..., } each: {totals, held messages, held callbacks, dead messages,
           dead callbacks, holders of messages, holders of callbacks}
]]
local result = { now }
for at = 1, #KEYS, 2 * BLOCK do
  local m, c = block(at, 'messages'), block(at + BLOCK, 'callbacks')
  result[#result + 1] = {
    redis.call('HGETALL', m.totals), redis.call('HLEN', m.held), redis.call('HLEN', c.held),
    redis.call('ZCARD', m.dead), redis.call('ZCARD', c.dead),
    redis.call('HGETALL', m.holders), redis.call('HGETALL', c.holders),
  }
end
return result
