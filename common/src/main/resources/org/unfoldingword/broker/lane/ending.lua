--[[
  Shared by the scripts that end an entry: what becomes of its record, its body and its callback. The queue's next step is theirs.
  how = {counter, dead, callbacks, retention, dead_retention}: the counter in totals to raise, whether it is a dead letter, the
  callbacks queue or '', and how long record and dead letter are kept, ms.
]]

-- The body of a dead letter is kept for its redrive, that of an answered message is not.
local function close_message(b, name, id, entry, how)
  local record = b.record .. id
  local fields = redis.call('XRANGE', b.queue .. name, entry, entry)[1][2]
  redis.call('HSET', record, 'envelope', fields[4])
  if how.dead then redis.call('HSET', record, unpack(fields, 5)) end
  if fields[5] == 'chunks' then
    for i = 0, fields[6] - 1 do
      local chunk = b.body .. id .. ':request:' .. i
      if how.dead then redis.call('PEXPIRE', chunk, how.dead_retention) else redis.call('DEL', chunk) end
    end
  end
end

-- The usual time that a message takes, of those that ran.
local function note_duration(b, id)
  local started = redis.call('HGET', b.record .. id, 'started')
  if not started then return end
  local took = now - started
  local usual = redis.call('HGET', b.totals, 'duration') or took
  redis.call('HSET', b.totals, 'duration', math.floor(0.9 * usual + 0.1 * took))
end

local function finish(b, other, name, id, entry, how)
  local record, queue = b.record .. id, b.queue .. name
  if b.lane == 'messages' then
    close_message(b, name, id, entry, how)
    note_duration(b, id)
  end
  redis.call('XACK', queue, b.group, entry)
  redis.call('XDEL', queue, entry)
  redis.call('HDEL', record, b.prefix .. 'next')
  redis.call('HSET', record, b.prefix .. 'finished', now)
  redis.call('HINCRBY', b.totals, how.counter, 1)
  if how.dead then
    redis.call('ZADD', b.dead, now, id)
    redis.call('SET', b.ran .. name, entry, 'PX', how.dead_retention)
    redis.call('ZREMRANGEBYSCORE', b.dead, '-inf', now - how.dead_retention)
  end
  if how.callbacks ~= '' then
    local waiting = append(other, how.callbacks, { 'id', id })
    redis.call('HINCRBY', b.totals, 'callbacks', 1)
    redis.call('HSET', record, 'callback_state', 'pending', 'callback_queue', how.callbacks, 'callback_entry', waiting)
    retain(b, id, nil)
  else
    retain(b, id, (how.dead or redis.call('ZSCORE', other.dead, id)) and how.dead_retention or how.retention)
  end
end
