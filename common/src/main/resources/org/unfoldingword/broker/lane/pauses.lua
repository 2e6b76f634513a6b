--[[
  Reads what is paused.
  KEYS  one block per partition
  ARGV  1 lane
  Returns  per block: {what, mark...}, mark = "<since, ms> <who> <why>"
]]
local lane, result = ARGV[1], {}
for at = 1, #KEYS, BLOCK do result[#result + 1] = redis.call('HGETALL', block(at, lane).paused) end
return result
