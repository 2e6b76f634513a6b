--[[
  Ends a pause, in some partitions. Safe to repeat. Puts a queue back in line that, by a hand in the data, is in none.
  KEYS  one block per partition
  ARGV  1 lane   2 what: a queue name | '@' + group | '*'
  Returns  per block: 1 if it was paused, else 0
  Holds after: what of it is due can be taken again, in the order in which it was due.
]]
local lane, what = ARGV[1], ARGV[2]
local result = {}
for at = 1, #KEYS, BLOCK do
  local b = block(at, lane)
  result[#result + 1] = redis.call('HDEL', b.paused, what)
  if what == '*' then
    if redis.call('EXISTS', b.groups) == 1 then wake(b) end
  elseif string.sub(what, 1, 1) == '@' then
    local group = string.sub(what, 2)
    if redis.call('EXISTS', b.ready .. group) == 1 then
      redis.call('ZADD', b.groups, 'NX', text(micros), group)
      wake(b)
    end
  else
    local due = redis.call('ZSCORE', b.later, what)
    if due == 'inf' or (not due and redis.call('EXISTS', b.queue .. what) == 1) then
      make_ready(b, what)
      wake(b)
    end
  end
end
return result
