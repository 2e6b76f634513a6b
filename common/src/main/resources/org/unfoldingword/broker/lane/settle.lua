--[[
  Ends one attempt on a held entry: it is done, keeps its place for a later attempt, or is given back.
  Refused without the current fencing token. Safe to repeat: the record remembers the token that was settled last.
  KEYS  1.. block of the lane   BLOCK + 1.. block of the other lane, same partition
  ARGV  1 lane   2 name   3 entry id   4 token   5 message id   6 'done' | 'retry' | 'back'
        7 delay, ms (retry, back)   8 retention of the record, ms   9 retention of a dead letter, ms
        10 doubt, ms; 0 clears it, '' leaves it   11 counter in totals to raise (done)   12 '1' dead-letters it (done)
        13 callbacks queue, '' for none (done)   14 the journal's event, '' for none, and 15 its data, also the attempt's detail
        16 the journal's retention, ms   17.. fields of the record to set, in pairs
  Returns  {'settled' | 'stale'}
  Holds after: done and its callback are written together; the queue's next entry is due, or the queue is gone. A message that
  was cancelled meanwhile and did not end is due at once, so that its next holder ends it.
]]
local lane, name, entry, token, id, verdict = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local delay, retention, dead_retention, doubt = tonumber(ARGV[7]), ARGV[8], ARGV[9], ARGV[10]
local counter, dead, callbacks, event, data, remember = ARGV[11], ARGV[12] == '1', ARGV[13], ARGV[14], ARGV[15], ARGV[16]
local b = block(1, lane)
local other = block(1 + BLOCK, OTHER[lane])
local record = b.record .. id
local queue = b.queue .. name

if redis.call('HGET', b.held, name) ~= token then
  local settled = redis.call('HGET', record, b.prefix .. 'settled') == token
  -- Written again, so that whoever waits for replicas waits for it as well.
  if settled then redis.call('HSET', record, b.prefix .. 'settled', token) end
  return { settled and 'settled' or 'stale' }
end

-- Nobody holds it now, and XPENDING says so; the entry stays the group's pending one, so it keeps its place.
local function keep()
  redis.call('XCLAIM', queue, b.group, 'nobody', 0, entry, 'JUSTID')
  if lane == 'messages' and redis.call('HEXISTS', record, 'cancel') == 1 then delay = 0 end
  -- What was never tried has not begun.
  if verdict == 'back' and redis.call('HINCRBY', record, b.prefix .. 'attempts', -1) == 0 then
    redis.call('HDEL', record, b.prefix .. 'started')
  end
  -- What was given back untried and is tried again soon is not worth a line.
  if verdict == 'retry' or delay == 0 then leave_trace(b, id, verdict, verdict == 'retry' and data or '') end
  redis.call('HDEL', record, b.prefix .. 'claimed', b.prefix .. 'holder')
  if delay > 0 then
    postpone(b, name, text(now + delay))
    redis.call('HSET', record, b.prefix .. 'next', text(now + delay))
  else
    make_ready(b, name)
    wake(b)
  end
end

redis.call('HDEL', b.held, name)
local fields = { b.prefix .. 'settled', token, unpack(ARGV, 17) }
if doubt == '0' then
  redis.call('DEL', b.doubt .. name)
elseif doubt ~= '' then
  redis.call('SET', b.doubt .. name, '1', 'PX', doubt)
end
local watch
if verdict == 'done' then
  watch = finish(b, other, name, id, entry, {
    counter = counter, dead = dead, callbacks = callbacks, retention = retention, dead_retention = dead_retention, fields = fields,
  })
  advance(b, name, entry)
  if lane == 'messages' then signal_moved(b, name) end
else
  redis.call('HSET', record, unpack(fields))
  keep()
  watch = redis.call('HGET', record, 'watch')
end

if watch and lane == 'messages' then
  if watch == 'frames' and event ~= '' then
    journal(b, id, event, data)
    if verdict == 'done' then redis.call('PEXPIRE', b.events .. id, remember) end
  end
  signal(b, id, verdict)
end
return { 'settled' }
