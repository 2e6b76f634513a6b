--[[
  Holds the counters and the index of one partition against its queues, at one moment.
  KEYS  1.. block (messages)   BLOCK + 1.. block (callbacks), same partition
  ARGV  1 queues max of a lane: with more, Redis would be busy for too long, and nothing is judged   2 findings max
  Returns  {now, totals fields, messages, callbacks}, each lane {queues, judged 0|1, entries, held, delayed, finding...}
]]
local queues_max, findings_max = tonumber(ARGV[1]), tonumber(ARGV[2])

local function judge(b)
  local queues, held = redis.call('ZCARD', b.heads), redis.call('HLEN', b.held)
  local result = { queues, 0, 0, held, redis.call('ZCARD', b.later) - held }
  if queues > queues_max then return result end
  result[2] = 1
  local function find(what)
    if #result < 5 + findings_max then result[#result + 1] = what end
  end

  local function check_queue(name)
    local queue, group = b.queue .. name, group_of(b, name)
    local length = redis.call('XLEN', queue)
    result[3] = result[3] + length
    if length == 0 then return find(name .. ': named in heads, but empty') end
    local due, ready = redis.call('ZSCORE', b.later, name), redis.call('ZSCORE', b.ready .. group, name)
    if not due and not ready then find(name .. ': neither in later nor ready, so nobody will take it') end
    if due and ready then find(name .. ': both in later and ready') end
    local pending = redis.call('XPENDING', queue, b.group)[1]
    if pending > 1 then find(name .. ': ' .. pending .. ' pending entries, more than its head') end
    if redis.call('HEXISTS', b.held, name) == 1 and pending == 0 then find(name .. ': held, but nothing of it is pending') end
    if ready and not redis.call('ZSCORE', b.groups, group) and redis.call('HEXISTS', b.paused, '@' .. group) == 0 then
      find(name .. ': ready, but its group ' .. group .. ' is not in the round')
    end
  end

  local names = redis.call('ZRANGE', b.heads, 0, -1)
  for _, name in ipairs(names) do check_queue(name) end
  local queued = 0
  for _, entries in ipairs(redis.call('HVALS', b.queued)) do queued = queued + entries end
  if b.lane == 'messages' and queued ~= result[3] then
    find('queued: ' .. queued .. ' entries of all groups (expected: ' .. result[3] .. ')')
  end
  for _, name in ipairs(redis.call('ZRANGE', b.later, 0, -1)) do
    if not redis.call('ZSCORE', b.heads, name) then find(name .. ': in later, but not in heads') end
  end
  for _, name in ipairs(redis.call('HKEYS', b.held)) do
    if not redis.call('ZSCORE', b.heads, name) then find(name .. ': held, but not in heads') end
  end
  for _, group in ipairs(redis.call('ZRANGE', b.groups, 0, -1)) do
    if redis.call('EXISTS', b.ready .. group) == 0 then find('group ' .. group .. ': in the round with nothing ready') end
    for _, name in ipairs(redis.call('ZRANGE', b.ready .. group, 0, -1)) do
      if not redis.call('ZSCORE', b.heads, name) then find(name .. ': ready, but not in heads') end
    end
  end
  return result
end

local m, c = block(1, 'messages'), block(1 + BLOCK, 'callbacks')
return { now, redis.call('HGETALL', m.totals), judge(m), judge(c) }
