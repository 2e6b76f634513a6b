--[[
  Reads one conversation's queue.
  KEYS  1.. block (messages)
  ARGV  1 queue name
  Returns  {now, held 0|1, smoothed duration of a message in the partition, ms, or '', message id and time of acceptance...}, oldest first
]]
local b = block(1, 'messages')
local name = ARGV[1]
local result = { now, redis.call('HEXISTS', b.held, name), redis.call('HGET', b.totals, 'duration') or '' }
for _, entry in ipairs(redis.call('XRANGE', b.queue .. name, '-', '+')) do
  result[#result + 1] = entry[2][2]
  local fields = entry[2]
  result[#result + 1] = fields[#fields - 1] == 'accepted' and fields[#fields] or string.match(entry[1], '^%d+')
end
return result
