--[[
  Takes what is due in some partitions, up to a number: fair between partitions, then groups, then queues, oldest first.
  A queue that is held or delayed is not in the ready sets at all, so it costs those behind it nothing.
  Takes the queue's pending entry (its holder lapsed, or it waits for its next attempt) or else its next one.
  Repeating it after a lost reply takes other entries; what the lost reply named lapses and is taken again.
  KEYS  one block per partition
  ARGV  1 lane   2 holder   3 entries max   4 lease, ms   5 the holder's time to live, ms (0: say nothing about it; less: it
        leaves; noted with the first partition passed)   6 the holder's state   7.. groups to pass over
  Returns  {now, next due or '', {block number with more due...}, claim...},
           claim = {block number, name, entry id, token, deliveries, lapsed 0|1, doubt 0|1, entry fields, record fields}
  Holds after: each returned entry is its group's only pending one and belongs to the holder under the token.
]]
local lane, holder, room, lease = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local beat, state = tonumber(ARGV[5]), ARGV[6]
local blocks = #KEYS / BLOCK
local passed, over = {}, 0
for i = 7, #ARGV do
  passed[ARGV[i]] = true
  over = over + 1
end

local function next_group(b)
  if b.stopped then return nil end
  local candidates = redis.call('ZRANGE', b.groups, 0, over)
  for _, group in ipairs(candidates) do
    if not passed[group] then return group end
  end
  return nil
end

local function pop(b, group)
  local popped = redis.call('ZPOPMIN', b.ready .. group)
  if redis.call('EXISTS', b.ready .. group) == 0 then
    redis.call('ZREM', b.groups, group)
  else
    micros = micros + 1
    redis.call('ZADD', b.groups, micros, group)
  end
  return popped[1]
end

local function take(b, number, name)
  local queue = b.queue .. name
  local pending = redis.call('XPENDING', queue, b.group, '-', '+', 1)[1]
  local entry, deliveries
  if pending then
    entry = redis.call('XCLAIM', queue, b.group, holder, 0, pending[1])[1]
    deliveries = pending[4] + 1
  else
    local read = redis.call('XREADGROUP', 'GROUP', b.group, holder, 'COUNT', 1, 'STREAMS', queue, '>')
    entry = read and read[1][2][1]
    deliveries = 1
  end
  if not entry then
    forget(b, name)
    return nil
  end
  local id = entry[2][2]
  local record = b.record .. id
  local lapsed = redis.call('HEXISTS', b.held, name)
  local last = tonumber(redis.call('HGET', b.totals, 'token') or '0')
  local token = string.format('%.0f', math.max(micros, last + 1))
  redis.call('HSET', b.totals, 'token', token)
  redis.call('HSET', b.held, name, token)
  redis.call('ZADD', b.later, now + lease, name)
  redis.call('HINCRBY', record, b.prefix .. 'attempts', 1)
  if lapsed == 1 then
    redis.call('HINCRBY', record, b.prefix .. 'lapses', 1)
    leave_trace(b, id, 'lapsed', '')
  end
  redis.call('HSETNX', record, b.prefix .. 'started', now)
  redis.call('HSET', record, b.prefix .. 'claimed', now, b.prefix .. 'holder', holder)
  -- Only where a dead letter has left its mark: the newest entry that was taken since.
  redis.call('SET', b.ran .. name, entry[1], 'XX', 'KEEPTTL')
  if lane == 'messages' then
    redis.call('HSET', record, 'state', 'processing')
    local watch = redis.call('HGET', record, 'watch')
    if watch then
      if watch == 'frames' then
        if lapsed == 1 then journal(b, id, 'retrying', 'its dispatcher did not come back') end
        journal(b, id, 'processing', redis.call('HGET', record, 'attempts'), token .. '-0')
      end
      signal(b, id, 'processing')
    end
  end
  local doubt = redis.call('EXISTS', b.doubt .. name)
  return { number, name, entry[1], token, deliveries, lapsed, doubt, entry[2], redis.call('HGETALL', record) }
end

local result = { now, '', {} }
local open = {}
for n = 1, blocks do
  local b = block((n - 1) * BLOCK + 1, lane)
  open[n] = b
  b.stopped = redis.call('HEXISTS', b.paused, '*') == 1
  local due = redis.call('ZRANGEBYSCORE', b.later, '-inf', now, 'LIMIT', 0, room + 32)
  for _, name in ipairs(due) do make_ready(b, name) end
end
-- First an equal share for each partition, then what is left to those that have more.
for _, share in ipairs({ math.ceil(room / blocks), room }) do
  for n = 1, blocks do
    local b = open[n]
    local taken = 0
    while room > 0 and taken < share do
      local group = next_group(b)
      if not group then break end
      local name = pop(b, group)
      local claim = name and take(b, n, name)
      if claim then
        result[#result + 1] = claim
        room = room - 1
        taken = taken + 1
      end
    end
  end
end
for n = 1, blocks do
  local b = open[n]
  if next_group(b) then
    table.insert(result[3], n)
    wake(b)
  end
  local first = redis.call('ZRANGEBYSCORE', b.later, '-inf', '(+inf', 'WITHSCORES', 'LIMIT', 0, 1)[2]
  if first and (result[2] == '' or tonumber(first) < tonumber(result[2])) then result[2] = first end
end
if beat ~= 0 then
  local holders = open[1].holders
  redis.call('HDEL', holders, holder)
  local known = redis.call('HGETALL', holders)
  for i = 1, #known, 2 do
    if tonumber(string.match(known[i + 1], '^%d+')) < now then redis.call('HDEL', holders, known[i]) end
  end
  if beat > 0 then redis.call('HSET', holders, holder, string.format('%.0f', now + beat) .. ' ' .. state) end
end
return result
