--[[
  Reads one message: its record, and while it waits or runs its envelope and its place.
  May note that somebody watches it, so that its end is signalled, or each of its frames and each change of its place.
  KEYS  1.. block (messages)
  ARGV  1 message id   2 watch: '' | 'end' | 'frames'   3 how long a change of its place is signalled, ms
  Returns  {now, record fields, position or 0, envelope or ''}; an unknown message has no record fields
  Holds after: an unfinished message that is watched for its frames has a journal that begins with its acceptance.
]]
local b = block(1, 'messages')
local id, watch, await = ARGV[1], ARGV[2], ARGV[3]
local record = b.record .. id
local name, entry = unpack(redis.call('HMGET', record, 'name', 'entry'))
if not name then return { now, {}, 0, '' } end
local position, envelope = 0, ''
local found = entry_of(b, name, entry)
if found then
  envelope = found[2][4]
  position = #redis.call('XRANGE', b.queue .. name, '-', entry)
  if watch == 'frames' then
    open_journal(b, name, id, position)
    if position > 1 then redis.call('SET', b.awaited .. name, '1', 'PX', await) end
  elseif watch ~= '' and redis.call('HGET', record, 'watch') ~= 'frames' then
    redis.call('HSET', record, 'watch', watch)
  end
end
return { now, redis.call('HGETALL', record), position, envelope }
