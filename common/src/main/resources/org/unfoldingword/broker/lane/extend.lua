--[[
  Prolongs leases, and tells for each whether it is still held and whether its message is to be stopped or watched.
  XCLAIM with JUSTID keeps the entry's idle time in XPENDING low without counting a delivery.
  KEYS  one block per partition
  ARGV  1 lane   2 holder   3 lease, ms   then per lease: block number, name, entry id, token, message id
  Returns  per lease: {'held' | 'lost', cancel or '', watch or ''}
]]
local lane, holder, lease = ARGV[1], ARGV[2], tonumber(ARGV[3])
local result = {}
for i = 4, #ARGV, 5 do
  local b = block((tonumber(ARGV[i]) - 1) * BLOCK + 1, lane)
  local name, entry, token, id = ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  if redis.call('HGET', b.held, name) == token then
    postpone(b, name, text(now + lease))
    redis.call('XCLAIM', b.queue .. name, b.group, holder, 0, entry, 'JUSTID')
    -- A message that is cancelled has a callback all the same.
    local asked = lane == 'messages' and redis.call('HMGET', b.record .. id, 'cancel', 'watch') or {}
    result[#result + 1] = { 'held', asked[1] or '', asked[2] or '' }
  else
    result[#result + 1] = { 'lost', '', '' }
  end
end
return result
