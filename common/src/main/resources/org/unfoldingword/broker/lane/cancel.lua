--[[
  Ends a message that waits, or asks the holder of one that runs to stop. Safe to repeat.
  KEYS  1.. block (messages)   BLOCK + 1.. block (callbacks), same partition
  ARGV  1 message id   2 name   3 callbacks queue, '' for none   4 retention of the record, ms
        5 the journal's event and 6 its data   7 the journal's retention, ms   8.. fields of the record to set, in pairs
  Returns  {'removed' | 'asked' | 'ended' | 'unknown'}
  Holds after: a removed message is out of its queue and will never run; the queue's next entry is due if it was the head.
  One that runs is marked: its holder hears of it at once, or with the next extension of its lease, or the next holder does.
]]
local b, other = block(1, 'messages'), block(1 + BLOCK, 'callbacks')
local id, name, callbacks, retention = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local event, data, remember = ARGV[5], ARGV[6], ARGV[7]
local record = b.record .. id
local entry = redis.call('HGET', record, 'entry')
if not entry then return { 'unknown' } end
if not entry_of(b, name, entry) then return { 'ended' } end

if head_of(b, name)[1] == entry and redis.call('HEXISTS', b.held, name) == 1 then
  redis.call('HSET', record, 'cancel', '1')
  redis.call('PUBLISH', b.orders, id .. ' cancel')
  return { 'asked' }
end
redis.call('HDEL', record, 'next')
local watch = finish(b, other, name, id, entry, {
  counter = 'cancelled', dead = false, callbacks = callbacks, retention = retention, fields = { unpack(ARGV, 8) },
})
withdraw(b, name, entry)
signal_moved(b, name)
if watch then
  if watch == 'frames' then
    journal(b, id, event, data)
    redis.call('PEXPIRE', b.events .. id, remember)
  end
  signal(b, id, 'done')
end
return { 'removed' }
