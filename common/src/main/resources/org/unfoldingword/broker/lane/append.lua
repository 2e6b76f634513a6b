--[[
  Appends one message to its conversation's queue, unless its idempotency key was seen before or the queue is full.
  Safe to repeat: a message whose record exists was appended already.
  KEYS  1.. block (messages)   BLOCK + 1 seen STRING "<id> <fingerprint>", expires; none where no key was given
  ARGV  1 queue name   2 message id   3 envelope   4 body, or '' where it lies in chunks   5 chunks   6 waiting messages max
        7 fingerprint, '' for none   8 idempotency window, ms   9 watch: '' | 'end' | 'frames'   10 length of the body, bytes
  Returns  {'appended', position} | {'duplicate', id} | {'conflict', id} | {'full', waiting}
  Holds after: a queue with entries is in the index; its group exists.
]]
local b = block(1, 'messages')
local seen = KEYS[BLOCK + 1]
local name, id, envelope, body = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local chunks, limit = tonumber(ARGV[5]), tonumber(ARGV[6])
local fingerprint, window, watch, size = ARGV[7], ARGV[8], ARGV[9], ARGV[10]
local record = b.record .. id
-- Of a conversation that is watched as a whole, messages that are remembered.
local TURNS_MAX = 1000

-- Usually there is neither the record nor a watch of the whole conversation: one look tells both. What is there already is written
-- again, so that whoever waits for replicas waits for that as well.
local watched = redis.call('EXISTS', record, b.turns .. name) > 0
if watched and redis.call('EXISTS', record) == 1 then
  redis.call('HSET', record, 'name', name)
  return { 'appended', redis.call('XLEN', b.queue .. name) }
end
if fingerprint ~= '' then
  local known = redis.call('GET', seen)
  if known then
    local first, print = string.match(known, '^(%S+) (.*)$')
    redis.call('PEXPIRE', seen, redis.call('PTTL', seen))
    return { print == fingerprint and 'duplicate' or 'conflict', first }
  end
end
local length = redis.call('XLEN', b.queue .. name)
if length >= limit then
  local waiting = length - redis.call('HEXISTS', b.held, name)
  if waiting >= limit then return { 'full', waiting } end
end
for i = 0, chunks - 1 do
  if redis.call('EXISTS', chunk(b, id, 'request', i)) == 0 then return redis.error_reply('BODYGONE chunk ' .. i) end
end
for i = 0, chunks - 1 do redis.call('PERSIST', chunk(b, id, 'request', i)) end

local fields = { 'id', id, 'envelope', envelope, 'body', body }
if chunks > 0 then fields = { 'id', id, 'envelope', envelope, 'chunks', ARGV[5], 'length', size } end
local entry = append(b, name, length, fields)
local position = length + 1
redis.call('HSET', record, 'state', 'queued', 'name', name, 'entry', entry)
-- A conversation that somebody watches as a whole keeps a list of its messages, and all that is said about them.
if watched then
  -- The latest of them, and all that wait.
  redis.call('XADD', b.turns .. name, 'MAXLEN', text(math.max(TURNS_MAX, length + 1)), '*', 'id', id)
  watch = 'frames'
  signal_moved(b, name)
end
if watch == 'frames' then
  open_journal(b, name, id, position)
elseif watch ~= '' then
  redis.call('HSET', record, 'watch', watch)
end
if fingerprint ~= '' then redis.call('SET', seen, id .. ' ' .. fingerprint, 'PX', window) end
count(b, 'accepted')
return { 'appended', position }
