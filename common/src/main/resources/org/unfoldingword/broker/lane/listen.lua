--[[
  Notes that somebody watches a conversation as a whole, and reads which messages it has or had since the first one did.
  KEYS  1.. block (messages)
  ARGV  1 name   2 only turns after this entry, '-' for all   3 how long the turns are kept, ms
  Returns  per turn: entry, message id; oldest first
  Holds after: what is accepted becomes a turn and is watched for its frames, until nobody has asked for the given time.
]]
local b = block(1, 'messages')
local name, after, keep = ARGV[1], ARGV[2], ARGV[3]
local turns = b.turns .. name
if redis.call('EXISTS', turns) == 0 then
  redis.call('XADD', turns, '0-1', 'id', '')
  for place, entry in ipairs(redis.call('XRANGE', b.queue .. name, '-', '+')) do
    local id = entry[2][2]
    redis.call('XADD', turns, '*', 'id', id)
    open_journal(b, name, id, place)
  end
  redis.call('XDEL', turns, '0-1')
end
redis.call('PEXPIRE', turns, keep)
local from = after == '-' and '-' or '(' .. after
local result = {}
for _, turn in ipairs(redis.call('XRANGE', turns, from, '+')) do
  result[#result + 1] = turn[1]
  result[#result + 1] = turn[2][2]
end
return result
