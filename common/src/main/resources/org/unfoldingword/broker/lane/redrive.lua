--[[
  Brings one dead letter back into its queue, under its own id and with a fresh budget of attempts.
  Safe to repeat: the record remembers by which operation it was redriven last.
  KEYS  1.. block of the lane   BLOCK + 1.. block of the other lane, same partition
  ARGV  1 lane   2 message id   3 'head' | 'tail' | 'unless_newer': first of what waits | last | first, and only if nothing newer
        of the queue has been taken since   4 operation   5 '1' only tells what would happen
  Returns  {'redriven' | 'would', place in the queue from 1} | {'not_dead'} | {'overtaken'} | {'gone'} | {'busy'}
           gone: its record or body is no longer there   busy: the callback of its failure is being posted right now
  Holds after: accepted + redriven = waiting + running + delayed + ended. A callback of its failure that was still waiting, or
  dead, is taken back. Entries that it was put in front of have new ids; their records say so, and when they were accepted.
]]
local lane, id, position, operation, dry = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5] == '1'
local b, other = block(1, lane), block(1 + BLOCK, OTHER[lane])
local record = b.record .. id
local known = {}
local fields = redis.call('HGETALL', record)
for i = 1, #fields, 2 do known[fields[i]] = fields[i + 1] end
local messages = lane == 'messages'
local name = messages and known.name or known.callback_queue

if name and known[b.prefix .. 'redrive'] == operation then return { 'redriven', redis.call('XLEN', b.queue .. name) } end
if not redis.call('ZSCORE', b.dead, id) then return { 'not_dead' } end
if not name then return { 'gone' } end
local chunks = messages and tonumber(known.chunks or '0') or 0
if messages and not known.body and chunks == 0 then return { 'gone' } end
for i = 0, chunks - 1 do
  if redis.call('EXISTS', chunk(b, id, 'request', i)) == 0 then return { 'gone' } end
end
if position == 'unless_newer' then
  local newest = redis.call('GET', b.ran .. name)
  if newest and newest ~= known[b.prefix .. 'entry'] then return { 'overtaken' } end
end
local callbacks = messages and known.callback_state == 'pending' and known.callback_queue
if callbacks and redis.call('HEXISTS', other.held, callbacks) == 1 then
  local head = head_of(other, callbacks)
  if head and head[1] == known.callback_entry then return { 'busy' } end
end

local queue = b.queue .. name
local pending = redis.call('EXISTS', queue) == 1 and redis.call('XPENDING', queue, b.group, '-', '+', '1')[1]
local place = position == 'tail' and redis.call('XLEN', queue) + 1 or (pending and 2 or 1)
if dry then return { 'would', place } end

-- Streams only grow at their end: what is to stand behind the newcomer is taken out and added again.
local function put_first(entry_fields)
  local behind = redis.call('XRANGE', queue, pending and '(' .. pending[1] or '-', '+')
  local entry = append(b, name, redis.call('XLEN', queue), entry_fields)
  for _, one in ipairs(behind) do
    local moved = one[2]
    if messages and moved[#moved - 1] ~= 'accepted' then
      moved[#moved + 1] = 'accepted'
      moved[#moved + 1] = string.match(one[1], '^%d+')
    end
    redis.call('XDEL', queue, one[1])
    local at = redis.call('XADD', queue, '*', unpack(moved))
    redis.call('HSET', b.record .. moved[2], b.prefix .. 'entry', at)
    if messages then redis.call('HSET', b.record .. moved[2], 'accepted', moved[#moved]) end
  end
  if not pending then redis.call('ZADD', b.heads, now_text, name) end
  return entry
end

-- What the record of a lane says of an end, and these fields of it.
local function forget_end(prefix, ...)
  local fields = { 'attempts', 'lapses', 'started', 'next', 'finished', 'claimed', 'holder', 'error', ... }
  for i = 1, #fields do fields[i] = prefix .. fields[i] end
  redis.call('HDEL', record, unpack(fields))
end

local function take_callback_back()
  if callbacks and withdraw(other, callbacks, known.callback_entry) then count(b, 'withdrawn') end
  redis.call('ZREM', other.dead, id)
  forget_end(other.prefix, 'state', 'answer', 'queue', 'entry', 'told')
end

local fresh
if messages then
  local accepted = known.accepted or string.match(known.entry, '^%d+')
  if chunks > 0 then
    for i = 0, chunks - 1 do redis.call('PERSIST', chunk(b, id, 'request', i)) end
    fresh = { 'id', id, 'envelope', known.envelope, 'chunks', chunks, 'length', known.length, 'accepted', accepted }
  else
    fresh = { 'id', id, 'envelope', known.envelope, 'body', known.body, 'accepted', accepted }
  end
  -- Its words may be the worker's, and quote the message; a trail is shown to all operators.
  leave_trace(b, id, 'failed', known.error_code or '', known.finished)
  take_callback_back()
  forget_end(b.prefix, 'failures', 'error_code', 'worker_status', 'worker_text', 'worker_body', 'cancel', 'told')
  redis.call('HDEL', record, 'envelope', 'body', 'chunks', 'length')
  redis.call('HSET', record, 'state', 'queued', 'accepted', accepted)
  redis.call('DEL', b.events .. id)
else
  fresh = { 'id', id }
  leave_trace(b, id, 'undelivered', known.callback_error or '', known.callback_finished)
  forget_end(b.prefix, 'answer')
  redis.call('HSET', record, 'callback_state', 'pending')
end
redis.call('ZREM', b.dead, id)
local entry = position == 'tail' and append(b, name, redis.call('XLEN', queue), fresh) or put_first(fresh)
redis.call('HSET', record, b.prefix .. 'entry', entry, b.prefix .. 'redrive', operation, b.prefix .. 'redriven', now_text)
redis.call('HINCRBY', record, b.prefix .. 'redrives', 1)
count(b, b.prefix .. 'redriven')
retain(b, id, known.reply_chunks, nil)
if messages and known.watch == 'frames' then
  redis.call('HDEL', record, 'watch')
  open_journal(b, name, id, place)
end
signal(b, id, 'redriven')
return { 'redriven', place }
