--[[
  Looks at queues, those whose head has been the head for longest first, from a place in that order on; or at those named.
  KEYS  one block per partition
  ARGV  1 lane   2 matches max per partition   3 looks max per partition   4 place: ms and 5 name, after which to begin; '' from
        the start   6 only: '' | 'running' | 'waiting' | 'delayed' | 'paused' | 'stuck' | 'pending'
        7 head for at least so many ms: no callback of a message that has not ended   8 pending entry idle for at least so many ms
        9 part of the name, '' for any   10.. names to look at, instead
  Returns  {now, per block {done 0|1, ms and name looked at last, queue...}},
           queue = {name, head since, length, token or '', due or '', ready since or '', pending {entry, consumer, idle, deliveries}
                    or {}, pauses {its own, its group's, all} each '' or mark, head entry, head message id,
                    record {state, attempts, claimed, lapses, accepted, when its message ended} each '' or value, doubt 0|1}
]]
local lane, room, looks = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local from, after, only = ARGV[4], ARGV[5], ARGV[6]
local age, idle, part = tonumber(ARGV[7]), tonumber(ARGV[8]), ARGV[9]

local function or_blank(values)
  for i = 1, #values do values[i] = values[i] or '' end
  return values
end

local function words(b, id)
  return or_blank(redis.call('HMGET', b.record .. id, 'state', b.prefix .. 'attempts', b.prefix .. 'claimed', b.prefix .. 'lapses',
    'accepted', 'finished'))
end

local function pauses_of(b, name) return redis.call('HMGET', b.paused, name, '@' .. group_of(b, name), '*') end

local function look(b, name, since)
  local queue = b.queue .. name
  local head = head_of(b, name)
  if not head then return nil end
  return {
    name, since, redis.call('XLEN', queue), redis.call('HGET', b.held, name) or '', redis.call('ZSCORE', b.later, name) or '',
    redis.call('ZSCORE', b.ready .. group_of(b, name), name) or '', redis.call('XPENDING', queue, b.group, '-', '+', '1')[1] or {},
    or_blank(pauses_of(b, name)), head[1], head[2][2], words(b, head[2][2]), redis.call('EXISTS', b.doubt .. name),
  }
end

-- As QueueState.standing() has it: a lease that has run out holds nothing back but counts as waiting.
local function standing(queue)
  local token, due, marks = queue[4], queue[5], queue[8]
  local ahead = due ~= '' and due ~= 'inf' and tonumber(due) > now
  if token ~= '' and ahead then return 'running' end
  if marks[1] ~= '' or marks[2] ~= '' or marks[3] ~= '' then return 'paused' end
  return token == '' and ahead and 'delayed' or 'waiting'
end

local function wanted(queue)
  local pending, ended = queue[7], queue[11][6] ~= ''
  if lane == 'callbacks' and not ended and (age > 0 or only == 'stuck') then return false end
  if only == 'stuck' then return standing(queue) ~= 'paused' end
  if only == 'pending' then return #pending > 0 and pending[3] >= idle end
  return only == '' or only == standing(queue)
end

local function marked(b, name)
  if not any_paused(b) then return false end
  local own, groups, all = unpack(pauses_of(b, name))
  return own or groups or all
end

-- The cheapest look that tells that a queue is not wanted.
local function unwanted(b, name)
  if only == 'running' then return redis.call('HEXISTS', b.held, name) == 0 end
  if only == 'delayed' then return not redis.call('ZSCORE', b.later, name) end
  if only == 'paused' then return not marked(b, name) end
  if only == 'stuck' then return marked(b, name) and redis.call('HEXISTS', b.held, name) == 0 end
  if only == 'pending' then
    local pending = redis.call('XPENDING', b.queue .. name, b.group, '-', '+', '1')[1]
    return not pending or pending[3] < idle
  end
  return false
end

local function walk(b)
  local found, last_since, last_name = {}, from, after
  local start = from == '' and '-inf' or from
  local offset, seen = 0, 0
  while true do
    local page = redis.call('ZRANGEBYSCORE', b.heads, start, now - age, 'WITHSCORES', 'LIMIT', offset, 200)
    for i = 1, #page, 2 do
      local name, since = page[i], page[i + 1]
      if since ~= from or precedes(after, name) then
        if #found >= room or seen >= looks then return { 0, last_since, last_name, unpack(found) } end
        seen = seen + 1
        last_since, last_name = since, name
        if part == '' or string.find(name, part, 1, true) then
          local queue = not unwanted(b, name) and look(b, name, since)
          if queue and wanted(queue) then found[#found + 1] = queue end
        end
      end
    end
    if #page < 400 then return { 1, last_since, last_name, unpack(found) } end
    offset = offset + 200
  end
end

local result = { now }
for at = 1, #KEYS, BLOCK do
  local b = block(at, lane)
  if #ARGV >= 10 then
    local found = { 1, '', '' }
    for i = 10, #ARGV do
      found[#found + 1] = look(b, ARGV[i], redis.call('ZSCORE', b.heads, ARGV[i]) or '')
    end
    result[#result + 1] = found
  else
    result[#result + 1] = walk(b)
  end
end
return result
