--[[
  Shared by the scripts of the engine: the names of one partition's keys, Redis's time, and the moves of a queue within its
  partition's index: append, make_ready, postpone, advance, withdraw, forget. A queue with entries is in heads, and in exactly one of
    later         ZSET  name -> ms at which it becomes due: held (the lease's end) or waiting for its next attempt;
                        +inf while it is paused
    ready..group  ZSET  name -> ms since when it is due, and its group in groups unless the group is paused
  Included in front of each script. Times are Redis's own, ms since the epoch.
]]
-- A grouped script gives each call its own.
local KEYS, ARGV = KEYS, ARGV
local BLOCK = 21
local GROUP = { messages = 'dispatchers', callbacks = 'deliverers' }
local OTHER = { messages = 'callbacks', callbacks = 'messages' }
-- A record's fields of the callbacks lane carry a prefix, because both lanes keep one record.
local PREFIX = { messages = '', callbacks = 'callback_' }

local clock = redis.call('TIME')
local micros = clock[1] * 1000000 + clock[2]
local now = math.floor(micros / 1000)

-- A whole number as a command's argument. Redis itself writes a number with all the digits of a fraction, which costs more than most
-- commands do.
local function text(number) return string.format('%d', number) end
local now_text = text(now)

-- The keys of the partition whose block starts at KEYS[at], for one lane. Order: Keyspace.block(). What a script has found out about
-- the partition stays with it until the script ends.
local blocks = {}
local function block(at, lane)
  local known = blocks[KEYS[at]]
  if known then return known end
  local b = {
    lane = lane, group = GROUP[lane], prefix = PREFIX[lane],
    queue = KEYS[at], later = KEYS[at + 1], groups = KEYS[at + 2], ready = KEYS[at + 3], held = KEYS[at + 4],
    wake = KEYS[at + 5], holders = KEYS[at + 6], dead = KEYS[at + 7], record = KEYS[at + 8], events = KEYS[at + 9],
    body = KEYS[at + 10], doubt = KEYS[at + 11], totals = KEYS[at + 12], signals = KEYS[at + 13],
    paused = KEYS[at + 14], heads = KEYS[at + 15], ran = KEYS[at + 16],
    orders = KEYS[at + 17], turns = KEYS[at + 18], awaited = KEYS[at + 19],
    queued = KEYS[at + 20],
    -- Groups of which the script knows that they have something due and are in the round, unless paused.
    in_round = {},
  }
  blocks[KEYS[at]] = b
  return b
end

-- Usually there is nothing dead and nothing paused in a partition. Looked up once in a script.
local function look_for_marks(b)
  local any = redis.call('EXISTS', b.dead, b.paused) > 0
  if b.any_dead == nil then b.any_dead = any and redis.call('EXISTS', b.dead) == 1 end
  b.any_paused = any and redis.call('EXISTS', b.paused) == 1
end

local function any_dead(b)
  if b.any_dead == nil then look_for_marks(b) end
  return b.any_dead
end

local function any_paused(b)
  if b.any_paused == nil then look_for_marks(b) end
  return b.any_paused
end

-- What a script that serves many callers has counted is written once, when it ends: see grouped.lua.
local raised, noted
local function raise(key, field, by)
  if not raised then return redis.call('HINCRBY', key, field, text(by)) end
  local fields = raised[key] or {}
  raised[key] = fields
  fields[field] = (fields[field] or 0) + by
  return nil
end

local function count(b, counter) raise(b.totals, counter, 1) end

local function org_of(conversation) return string.match(conversation, '^[^:]*:([^:]*)') end

-- Who shares turns: the org of a conversation, or the endpoint of a callback queue.
local function group_of(b, name)
  if b.lane == 'messages' then return org_of(name) end
  return string.match(name, '([^:]*)$')
end

-- Whether one name comes before another in Redis's order, which goes by bytes; Lua's own comparison follows the locale.
local function precedes(one, another)
  for i = 1, math.min(#one, #another) do
    local x, y = string.byte(one, i), string.byte(another, i)
    if x ~= y then return x < y end
  end
  return #one < #another
end

-- An entry of a queue, {id, fields}; nil if it is not there.
local function entry_of(b, name, entry) return redis.call('XRANGE', b.queue .. name, entry, entry)[1] end

-- The oldest entry of a queue, likewise.
local function head_of(b, name) return redis.call('XRANGE', b.queue .. name, '-', '+', 'COUNT', '1')[1] end

-- The key of one chunk, counted from 0, of a message's 'request' or 'reply'.
local function chunk(b, id, kind, number) return b.body .. id .. ':' .. kind .. ':' .. number end

-- At most one token per lane and partition.
local function wake(b)
  if b.woken then return end
  if redis.call('LLEN', b.wake) == 0 then redis.call('RPUSH', b.wake, '1') end
  b.woken = true
end

local function leave_line(b, name)
  local group = group_of(b, name)
  if redis.call('ZREM', b.ready .. group, name) == 1 and redis.call('EXISTS', b.ready .. group) == 0 then
    redis.call('ZREM', b.groups, group)
    b.in_round[group] = nil
  end
end

-- The queue is due at a later time: held until then, or waiting for its next attempt.
local function postpone(b, name, at)
  leave_line(b, name)
  redis.call('ZADD', b.later, at, name)
end

-- The queue, which is not in later, is due: it joins its group's line; a group that had nothing due joins the round as the one served
-- last. A paused queue is never due; a paused group keeps its line but stays out of the round, so it costs the others nothing.
local function join_line(b, name)
  local group = group_of(b, name)
  local paused, out
  if any_paused(b) then paused, out = unpack(redis.call('HMGET', b.paused, name, '@' .. group)) end
  if paused then return postpone(b, name, '+inf') end
  local joined = redis.call('ZADD', b.ready .. group, 'NX', now_text, name) == 1
  if joined and not out and not b.in_round[group] then
    if redis.call('ZCARD', b.ready .. group) == 1 then redis.call('ZADD', b.groups, 'NX', text(micros), group) end
    b.in_round[group] = true
  end
end

-- The queue is due.
local function make_ready(b, name)
  redis.call('ZREM', b.later, name)
  join_line(b, name)
end

-- The queue, which is not in later, has another head from now on, and is due.
local function begin_head(b, name)
  redis.call('ZADD', b.heads, now_text, name)
  join_line(b, name)
  wake(b)
end

-- The queue is empty: nothing of it stays.
local function forget(b, name)
  leave_line(b, name)
  redis.call('ZREM', b.later, name)
  redis.call('ZREM', b.heads, name)
  redis.call('DEL', b.queue .. name, b.awaited .. name)
end

-- An org's queues have one entry more, or less. An org without entries leaves nothing.
local function weigh(b, name, by)
  if b.lane ~= 'messages' then return end
  local org = org_of(name)
  if raise(b.queued, org, by) == 0 then redis.call('HDEL', b.queued, org) end
end

-- Appends an entry of field-value pairs to a queue of so many; returns its id.
local function append(b, name, length, fields)
  local queue = b.queue .. name
  local entry = redis.call('XADD', queue, '*', unpack(fields))
  weigh(b, name, 1)
  if length == 0 then
    redis.call('XGROUP', 'CREATE', queue, b.group, '0')
    begin_head(b, name)
  end
  return entry
end

-- The head has been settled: it goes, and the queue takes its next step. A held queue is in later, or, if its lease lapsed and nobody
-- has taken it since, in line.
local function advance(b, name, entry)
  local queue = b.queue .. name
  if redis.call('ZREM', b.later, name) == 0 then leave_line(b, name) end
  weigh(b, name, -1)
  if redis.call('XLEN', queue) == 1 then
    redis.call('ZREM', b.heads, name)
    redis.call('DEL', queue, b.awaited .. name)
    return
  end
  redis.call('XACK', queue, b.group, entry)
  redis.call('XDEL', queue, entry)
  begin_head(b, name)
end

-- Takes one entry out of a queue before its time, whoever holds it. Its holder, if it has one, is fenced off. A queue in line keeps its
-- place there. Returns whether the entry was there, and whether it was held.
local function withdraw(b, name, entry)
  local queue = b.queue .. name
  local head = head_of(b, name)
  redis.call('XACK', queue, b.group, entry)
  if redis.call('XDEL', queue, entry) == 0 then return false, false end
  weigh(b, name, -1)
  if head[1] ~= entry then return true, false end
  local held = redis.call('HDEL', b.held, name) == 1
  if redis.call('XLEN', queue) > 0 then
    redis.call('ZREM', b.later, name)
    begin_head(b, name)
  else
    forget(b, name)
  end
  return true, held
end

-- Tells those who watch the message. Signals are hints: nothing depends on their arrival.
local function signal(b, id, word)
  redis.call('PUBLISH', b.signals, id .. ' ' .. word)
end

-- Tells those who watch the places or the turns of a conversation that they have changed.
local function signal_moved(b, name)
  if redis.call('EXISTS', b.awaited .. name, b.turns .. name) > 0 then signal(b, name, 'moved') end
end

-- Appends to a message's journal. What is said under a lease has the id <token>-<number>, the start of the attempt being 0, so a
-- repeated write is known by its id; the others follow what is there.
local function journal(b, id, event, data, at)
  redis.call('XADD', b.events .. id, at or '*', 'event', event, 'data', data)
end

-- From now on all that the worker says about the message is kept. The journal begins with what has happened so far.
local function open_journal(b, name, id, position)
  local record = b.record .. id
  if redis.call('HGET', record, 'watch') == 'frames' then return end
  redis.call('HSET', record, 'watch', 'frames')
  journal(b, id, 'queued', position)
  local state, attempts = unpack(redis.call('HMGET', record, 'state', 'attempts'))
  if state == 'processing' then
    journal(b, id, 'processing', attempts, redis.call('HGET', b.held, name) .. '-0')
    redis.call('PUBLISH', b.orders, id .. ' watch')
  end
end

-- Keeps the record and the chunks of a large reply, if it has any, together: for so many ms, or for ever.
local function retain(b, id, chunks, ms)
  local keys = { b.record .. id }
  for i = 0, (chunks or 0) - 1 do keys[i + 2] = chunk(b, id, 'reply', i) end
  for _, key in ipairs(keys) do
    if ms then redis.call('PEXPIRE', key, ms) else redis.call('PERSIST', key) end
  end
end

local TRAIL_MAX = 20

-- Adds the attempt that ended without ending the message to the record's trail, a line of text:
-- "<claimed> <ended> <outcome> <holder> <detail>". The latest few are kept. It ended now, or at the time given.
local function leave_trace(b, id, outcome, detail, ended)
  local record = b.record .. id
  local claimed, holder, trail = unpack(redis.call('HMGET', record, b.prefix .. 'claimed', b.prefix .. 'holder', b.prefix .. 'trail'))
  if not claimed then return end
  trail = trail or ''
  local _, lines = string.gsub(trail, '\n', '')
  if lines >= TRAIL_MAX then trail = string.gsub(trail, '^[^\n]*\n', '', 1) end
  local what = string.sub(string.gsub(detail, '%c', ' '), 1, 200)
  local line = claimed .. ' ' .. (ended or now_text) .. ' ' .. outcome .. ' ' .. holder .. ' ' .. what .. '\n'
  redis.call('HSET', record, b.prefix .. 'trail', trail .. line)
end
