--[[
  Erases those of some messages of one partition that are a user's: sent in the user's own conversation, or by the user in a
  group. What waits ends as cancelled, what runs is fenced off first. Safe to repeat.
  KEYS  1.. block (messages)   BLOCK + 1.. block (callbacks), same partition
  ARGV  1 the user's own conversation   2 prefix of the org's group conversations   3 org   4 user   5 doubt, ms   6 '1' only tells
        what would happen   7.. message ids
  Returns  per id: '' (not the user's, or unknown) | 'ended' | 'waiting' | 'running'
  Holds after: of an erased message there is no record, entry, body, reply, journal or dead letter.
]]
local own, groups, org, user, doubt, dry = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6] == '1'
local b, other = block(1, 'messages'), block(1 + BLOCK, 'callbacks')

local function sent_by_user(name, entry, envelope)
  if string.sub(name, 1, #groups) ~= groups then return false end
  local found = entry_of(b, name, entry)
  local json = envelope or (found and found[2][4])
  if not json then return false end
  -- What cannot be read names no sender, and must not keep the others from being erased.
  local read, sender = pcall(cjson.decode, json)
  return read and type(sender) == 'table' and sender.o == org and sender.u == user
end

-- However many there are: those of a reply that is laid down and not settled yet are counted nowhere.
local function remove_chunks(id, kind)
  local number = 0
  while redis.call('DEL', chunk(b, id, kind, number)) == 1 do number = number + 1 end
end

local function erase(id)
  local record = b.record .. id
  local name, entry, envelope, callbacks, waiting =
    unpack(redis.call('HMGET', record, 'name', 'entry', 'envelope', 'callback_queue', 'callback_entry'))
  if not name or (name ~= own and not sent_by_user(name, entry, envelope)) then return '' end
  if dry then return entry_of(b, name, entry) and 'waiting' or 'ended' end
  local there, held = withdraw(b, name, entry)
  if there then count(b, 'cancelled') end
  if held then redis.call('SET', b.doubt .. name, '1', 'PX', doubt) end
  if callbacks and withdraw(other, callbacks, waiting) then count(b, 'withdrawn') end
  redis.call('ZREM', b.dead, id)
  redis.call('ZREM', other.dead, id)
  remove_chunks(id, 'request')
  remove_chunks(id, 'reply')
  redis.call('DEL', record, b.events .. id)
  signal(b, id, 'erased')
  return held and 'running' or there and 'waiting' or 'ended'
end

local result = {}
for i = 7, #ARGV do result[#result + 1] = erase(ARGV[i]) end
return result
