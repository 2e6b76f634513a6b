--[[
  How many entries each org has in its queues, in some partitions.
  KEYS  one block (messages) per partition
  Returns  per partition: org, entries ...
]]
local result = {}
for at = 1, #KEYS, BLOCK do result[#result + 1] = redis.call('HGETALL', block(at, 'messages').queued) end
return result
