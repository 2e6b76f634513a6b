--[[
  Shared by the scripts that end an entry: what becomes of its record, its body and its callback. The queue's next step is theirs.
  how = {counter, dead, callbacks, retention, dead_retention, fields}: the counter in totals to raise, whether it is a dead letter,
  the callbacks queue or '', how long record and dead letter are kept, ms, and what else the record is to say, in pairs.
]]

-- The body of a dead letter is kept for its redrive, that of an answered message is not. A message that was claimed has its envelope
-- in its record, and, if its body lies in chunks, their number.
local function close_message(b, name, id, entry, how, envelope, chunks)
  if how.dead or not envelope then
    local fields = entry_of(b, name, entry)[2]
    if fields[4] then redis.call('HSET', b.record .. id, 'envelope', fields[4]) end
    if how.dead and fields[6] then redis.call('HSET', b.record .. id, unpack(fields, 5)) end
    chunks = fields[5] == 'chunks' and fields[6]
  end
  for i = 0, (chunks or 0) - 1 do
    local key = chunk(b, id, 'request', i)
    if how.dead then redis.call('PEXPIRE', key, how.dead_retention) else redis.call('DEL', key) end
  end
end

-- The message's callback waits in the other lane from now on.
local function enqueue_callback(b, other, callbacks, id)
  local waiting = append(other, callbacks, redis.call('XLEN', other.queue .. callbacks), { 'id', id })
  count(b, 'callbacks')
  redis.call('HSET', b.record .. id, 'callback_state', 'pending', 'callback_queue', callbacks, 'callback_entry', waiting)
end

-- A callback that was there before its message ended could not be late before now.
local function start_waiting(other, record)
  local callbacks, entry = unpack(redis.call('HMGET', record, 'callback_queue', 'callback_entry'))
  local head = head_of(other, callbacks)
  if head and head[1] == entry then redis.call('ZADD', other.heads, 'XX', now_text, callbacks) end
end

-- The usual time that a message takes, of those that ran.
local function note_duration(b, started)
  local took = now - started
  b.usual = math.floor(0.9 * (b.usual or redis.call('HGET', b.totals, 'duration') or took) + 0.1 * took)
  if noted then noted[b.totals] = b.usual else redis.call('HSET', b.totals, 'duration', text(b.usual)) end
end

-- Returns how the message is watched, if it is.
local function finish(b, other, name, id, entry, how)
  local record, set = b.record .. id, how.fields
  set[#set + 1] = b.prefix .. 'finished'
  set[#set + 1] = now_text
  redis.call('HSET', record, unpack(set))
  local envelope, chunks, started, replies, callback, watch, ended =
    unpack(redis.call('HMGET', record, 'envelope', 'chunks', 'started', 'reply_chunks', 'callback_state', 'watch', 'finished'))
  if b.lane == 'messages' then
    close_message(b, name, id, entry, how, envelope, chunks)
    if started then note_duration(b, started) end
  end
  count(b, how.counter)
  if how.dead then
    redis.call('ZADD', b.dead, now_text, id)
    b.any_dead = true
    redis.call('SET', b.ran .. name, entry, 'PX', how.dead_retention)
    redis.call('ZREMRANGEBYSCORE', b.dead, '-inf', text(now - how.dead_retention))
  end
  if how.callbacks ~= '' and not callback then enqueue_callback(b, other, how.callbacks, id) end
  if b.lane == 'messages' and callback == 'pending' then start_waiting(other, record) end
  -- A callback that tells of a message while it runs may end before it.
  if not ended or how.callbacks ~= '' and (not callback or callback == 'pending') then
    retain(b, id, replies, nil)
  else
    local other_dead = any_dead(other) and redis.call('ZSCORE', other.dead, id)
    retain(b, id, replies, (how.dead or other_dead) and how.dead_retention or how.retention)
  end
  return watch
end
