--[[
  Takes what is due in some partitions, up to a number: fair between partitions, then groups, then queues, oldest first.
  A queue that is held or delayed is not in the ready sets at all, so it costs those behind it nothing.
  Takes the queue's pending entry (its holder lapsed, or it waits for its next attempt) or else its next one.
  Repeating it after a lost reply takes other entries; what the lost reply named lapses and is taken again.
  KEYS  one block per partition
  ARGV  1 lane   2 holder   3 entries max   4 lease, ms   5 the holder's time to live, ms (0: say nothing about it; less: it
        leaves; noted with the first partition passed)   6 the holder's state   7 entries of one group max   8 doubt, ms
        then, for groups of which fewer may be taken: group, entries max; 0 passes it over
  Returns  {now, next due or '', {block number with more due...}, claim...},
           claim = {block number, name, entry id, token, deliveries, lapsed 0|1, doubt 0|1, entry fields, record fields}
  Holds after: each returned entry is its group's only pending one and belongs to the holder under the token.
]]
local lane, holder, room, lease = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local beat, state, each, doubt_ms = tonumber(ARGV[5]), ARGV[6], tonumber(ARGV[7]), ARGV[8]
local partitions = #KEYS / BLOCK

-- How many more of a group may be taken, of those of which that is known, and of how many groups none.
local left, full = {}, 0
local function leave(group, entries)
  left[group] = entries
  if entries <= 0 then full = full + 1 end
end
for i = 9, #ARGV, 2 do leave(ARGV[i], tonumber(ARGV[i + 1])) end

-- The next of the groups that have something due and of which more may be taken, served longest ago first.
local function next_group(b)
  if b.stopped then return nil end
  for _, group in ipairs(redis.call('ZRANGE', b.groups, '0', text(full))) do
    if (left[group] or each) > 0 then return group end
  end
  return nil
end

-- Takes queues off the head of a group's line: one, or where no other group waits as many as there is room for.
local function pop(b, group, most)
  most = math.min(most, left[group] or each)
  local popped = redis.call('ZPOPMIN', b.ready .. group, redis.call('ZCARD', b.groups) == 1 and text(most) or '1')
  leave(group, (left[group] or each) - #popped / 2)
  if redis.call('EXISTS', b.ready .. group) == 0 then
    redis.call('ZREM', b.groups, group)
    b.in_round[group] = nil
  else
    -- Behind all others, also those that were served, or joined, before the clock went back.
    local last = redis.call('ZREVRANGE', b.groups, '0', '0', 'WITHSCORES')[2]
    redis.call('ZADD', b.groups, text(math.max(micros, last + 1)), group)
  end
  return popped
end

-- The queue's pending entry, or its next, for this holder; and how often it was delivered, this time included.
local function read_head(b, name)
  local queue = b.queue .. name
  local looked = redis.pcall('XPENDING', queue, b.group, '-', '+', '1')
  -- Without a queue there is nothing to take; a name that points nowhere must not keep the others from being taken.
  if looked.err then return nil end
  local pending = looked[1]
  if pending then
    return redis.call('XCLAIM', queue, b.group, holder, '0', pending[1])[1], pending[4] + 1
  end
  local read = redis.call('XREADGROUP', 'GROUP', b.group, holder, 'COUNT', '1', 'STREAMS', queue, '>')
  return read and read[1][2][1], 1
end

-- A queue that somebody's hand has spoilt: its group is gone, or has passed over what is there, or its pending entry was deleted. What
-- is there is read from the start; what was settled is there no more.
local function mend_head(b, name)
  local queue = b.queue .. name
  local length = redis.pcall('XLEN', queue)
  if type(length) ~= 'number' or length == 0 then return nil end
  redis.pcall('XGROUP', 'CREATE', queue, b.group, '0')
  for _, pending in ipairs(redis.call('XPENDING', queue, b.group, '-', '+', '10')) do
    redis.call('XACK', queue, b.group, pending[1])
  end
  redis.call('XGROUP', 'SETID', queue, b.group, '0')
  return read_head(b, name)
end

local function next_token(b)
  local last = b.token or tonumber(redis.call('HGET', b.totals, 'token') or '0')
  b.token = math.max(micros, last + 1)
  return text(b.token)
end

-- What the record says from now on, in pairs; also added to the fields as they were read, where the later of two counts.
local function note(b, id, fields, entry, token, lapsed)
  local known = {}
  for i = 1, #fields, 2 do known[fields[i]] = fields[i + 1] end
  local attempts = text((tonumber(known[b.prefix .. 'attempts']) or 0) + 1)
  local set = { b.prefix .. 'attempts', attempts, b.prefix .. 'claimed', now_text, b.prefix .. 'holder', holder }
  local function add(field, value)
    set[#set + 1] = field
    set[#set + 1] = value
  end
  if not known[b.prefix .. 'started'] then add(b.prefix .. 'started', now_text) end
  if lapsed then add(b.prefix .. 'lapses', text((tonumber(known[b.prefix .. 'lapses']) or 0) + 1)) end
  if known[b.prefix .. 'next'] then redis.call('HDEL', b.record .. id, b.prefix .. 'next') end
  if lane == 'messages' then
    add('state', 'processing')
    -- An entry that a hand has spoilt may have less; its holder ends it.
    if not known.envelope and entry[4] then
      add('envelope', entry[4])
      if entry[5] == 'chunks' then add('chunks', entry[6]) end
    end
  end
  redis.call('HSET', b.record .. id, unpack(set))
  for _, word in ipairs(set) do fields[#fields + 1] = word end
  -- A callback may be taken while its message runs, whose journal is the dispatcher's.
  if lane ~= 'messages' then return end
  if known.watch == 'frames' then
    if lapsed then journal(b, id, 'retrying', 'its dispatcher did not come back') end
    journal(b, id, 'processing', attempts, token .. '-0')
  end
  if known.watch then signal(b, id, 'processing') end
end

local function take(b, name)
  local entry, deliveries = read_head(b, name)
  if not entry then entry, deliveries = mend_head(b, name) end
  if not entry then
    forget(b, name)
    return nil
  end
  local id = entry[2][2]
  local lapsed = deliveries > 1 and redis.call('HEXISTS', b.held, name) == 1
  local token = next_token(b)
  b.taken[#b.taken + 1] = name
  b.taken[#b.taken + 1] = token
  if lapsed then
    leave_trace(b, id, 'lapsed', '')
    -- What the holder before has called may still be running, also once this entry is gone.
    if lane == 'messages' then redis.call('SET', b.doubt .. name, '1', 'PX', doubt_ms) end
  end
  local fields = redis.call('HGETALL', b.record .. id)
  note(b, id, fields, entry[2], token, lapsed)
  -- Only where a dead letter has left its mark: the newest entry that was taken since.
  if any_dead(b) then redis.call('SET', b.ran .. name, entry[1], 'XX', 'KEEPTTL') end
  local doubt = redis.call('EXISTS', b.doubt .. name)
  return { b.number, name, entry[1], token, deliveries, lapsed and 1 or 0, doubt, entry[2], fields }
end

local result = { now, '', {} }

-- Lapsed leases, retries and all else that has come due joins the line.
local function make_due_ready(b)
  local first = redis.call('ZRANGE', b.later, '0', '0', 'WITHSCORES')
  b.first = tonumber(first[2])
  if b.first and b.first <= now then
    local due = redis.call('ZRANGEBYSCORE', b.later, '-inf', now_text, 'LIMIT', '0', text(room + 32))
    for _, name in ipairs(due) do make_ready(b, name) end
    b.first = tonumber(redis.call('ZRANGE', b.later, '0', '0', 'WITHSCORES')[2])
  end
end

local function take_share(b, share)
  local taken = 0
  while room > 0 and taken < share do
    local group = next_group(b)
    if not group then return end
    local popped = pop(b, group, math.min(room, share - taken))
    for i = 1, #popped, 2 do
      local claim = take(b, popped[i])
      if claim then
        result[#result + 1] = claim
        room = room - 1
        taken = taken + 1
      end
    end
  end
end

local function lease_taken(b)
  if #b.taken == 0 then return end
  local lapse, until_then = text(now + lease), {}
  for i = 1, #b.taken, 2 do
    until_then[i] = lapse
    until_then[i + 1] = b.taken[i]
  end
  redis.call('HSET', b.held, unpack(b.taken))
  redis.call('ZADD', b.later, unpack(until_then))
  redis.call('HSET', b.totals, 'token', text(b.token))
  b.first = math.min(b.first or math.huge, now + lease)
end

-- Those whose time is over are no longer known.
local function note_holder(holders)
  redis.call('HDEL', holders, holder)
  local known = redis.call('HGETALL', holders)
  for i = 1, #known, 2 do
    if tonumber(string.match(known[i + 1], '^%d+')) < now then redis.call('HDEL', holders, known[i]) end
  end
  if beat > 0 then redis.call('HSET', holders, holder, text(now + beat) .. ' ' .. state) end
end

-- Most of a sweep finds nothing: one look says so of all partitions, and else one of each.
local function with_work()
  local all, keys, some = {}, {}, {}
  for n = 1, partitions do
    local b = block((n - 1) * BLOCK + 1, lane)
    b.number, b.taken = n, {}
    all[n] = b
    keys[2 * n - 1], keys[2 * n] = b.later, b.groups
  end
  if redis.call('EXISTS', unpack(keys)) == 0 then return {} end
  for _, b in ipairs(all) do
    if partitions == 1 or redis.call('EXISTS', b.later, b.groups) > 0 then some[#some + 1] = b end
  end
  return some
end

local open, next_due = with_work(), math.huge
for _, b in ipairs(open) do
  b.stopped = any_paused(b) and redis.call('HEXISTS', b.paused, '*') == 1
  make_due_ready(b)
end
-- First an equal share for each partition, then what is left to those that have more.
for _, share in ipairs({ math.ceil(room / partitions), room }) do
  for _, b in ipairs(open) do take_share(b, share) end
end
for _, b in ipairs(open) do
  lease_taken(b)
  if next_group(b) then
    table.insert(result[3], b.number)
    wake(b)
  end
  if b.first then next_due = math.min(next_due, b.first) end
end
if next_due < math.huge then result[2] = text(next_due) end
if beat ~= 0 then note_holder(block(1, lane).holders) end
return result
