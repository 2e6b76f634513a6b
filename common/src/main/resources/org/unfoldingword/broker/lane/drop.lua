--[[
  Gives a dead letter up: it can no longer be redriven, and its message is forgotten after the usual time. Safe to repeat.
  KEYS  1.. block of the lane   BLOCK + 1.. block of the other lane, same partition
  ARGV  1 lane   2 message id   3 retention of the record, ms   4 '1' only tells what would happen
  Returns  {'dropped' | 'would' | 'not_dead'}
  Holds after: the message has ended as before; the accounts do not change.
]]
local lane, id, retention, dry = ARGV[1], ARGV[2], ARGV[3], ARGV[4] == '1'
local b, other = block(1, lane), block(1 + BLOCK, OTHER[lane])
local record = b.record .. id
if not redis.call('ZSCORE', b.dead, id) then return { 'not_dead' } end
if dry then return { 'would' } end
redis.call('ZREM', b.dead, id)
if lane == 'messages' then
  for i = 0, (redis.call('HGET', record, 'chunks') or 0) - 1 do redis.call('DEL', chunk(b, id, 'request', i)) end
  redis.call('HDEL', record, 'body', 'chunks', 'length')
end
local needed = redis.call('HGET', record, 'callback_state') == 'pending' or redis.call('ZSCORE', other.dead, id)
  or not redis.call('HGET', record, 'finished')
if not needed then retain(b, id, redis.call('HGET', record, 'reply_chunks'), retention) end
return { 'dropped' }
