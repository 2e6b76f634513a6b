--[[
  Pauses one queue, one group of queues, or all, in some partitions. What is held goes on to its end; what arrives is accepted.
  Safe to repeat: the first pause's mark stays.
  KEYS  one block per partition
  ARGV  1 lane   2 what: a queue name | '@' + group | '*'   3 who, escaped   4 why
  Returns  per block: 1 if it was not paused before, else 0
  Holds after: nothing of it is taken until it is resumed. A paused queue with entries that is due is in later at +inf; a paused
  group is out of the round.
]]
local lane, what, who, why = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local result = {}
for at = 1, #KEYS, BLOCK do
  local b = block(at, lane)
  result[#result + 1] = redis.call('HSETNX', b.paused, what, now_text .. ' ' .. who .. ' ' .. why)
  if string.sub(what, 1, 1) == '@' then
    redis.call('ZREM', b.groups, string.sub(what, 2))
  elseif what ~= '*' and redis.call('ZSCORE', b.ready .. group_of(b, what), what) then
    postpone(b, what, '+inf')
  end
end
return result
