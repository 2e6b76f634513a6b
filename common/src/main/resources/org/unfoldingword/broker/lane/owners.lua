--[[
  Asks of some keys of one partition whether each has an owner, or an end.
  KEYS  1.. block (messages)   BLOCK + 1.. block (callbacks), same partition   2 * BLOCK + 1.. the keys
  ARGV  1 what the partition's keys begin with
  Returns  per key: what is wrong with it, or ''
]]
local root = ARGV[1]
local b, c = block(1, 'messages'), block(1 + BLOCK, 'callbacks')

local function after(key, prefix)
  if string.sub(key, 1, #prefix) == prefix then return string.sub(key, #prefix + 1) end
  return nil
end

local function ends(key) return redis.call('PTTL', key) ~= -1 end

local function record_fault(id)
  local key = b.record .. id
  local name, entry, finished, callback, queue, waiting = unpack(
    redis.call('HMGET', key, 'name', 'entry', 'finished', 'callback_state', 'callback_queue', 'callback_entry'))
  if not name then return 'a record without a conversation' end
  if not finished then
    return not entry_of(b, name, entry) and 'a message that has not ended and is in no queue' or ''
  end
  if ends(key) then return '' end
  if callback ~= 'pending' then return 'an ended message that never expires' end
  return not entry_of(c, queue, waiting) and 'a pending callback that is in no queue' or ''
end

local function of_message(key, id)
  if ends(key) or redis.call('EXISTS', b.record .. id) == 1 then return '' end
  return 'part of a message that is not there, and never expires'
end

local KNOWN = {}
for _, lane in ipairs({ b, c }) do
  for _, field in ipairs({ 'later', 'groups', 'held', 'wake', 'holders', 'dead', 'totals', 'paused', 'heads', 'queued' }) do
    KNOWN[lane[field]] = true
  end
end

local function lane_fault(lane, key)
  local name = after(key, lane.queue)
  if name then return redis.call('ZSCORE', lane.heads, name) and '' or 'a queue that is not in heads' end
  local group = after(key, lane.ready)
  if group then
    local known = redis.call('ZSCORE', lane.groups, group) or redis.call('HEXISTS', lane.paused, '@' .. group) == 1
    return known and '' or 'a line of a group that is not in the round'
  end
  if after(key, lane.doubt) or after(key, lane.ran) then return ends(key) and '' or 'a mark that never expires' end
  return nil
end

local function fault(key)
  if KNOWN[key] then return '' end
  local id = after(key, b.record)
  if id then return record_fault(id) end
  id = after(key, b.body) or after(key, b.events)
  if id then return of_message(key, string.match(id, '^[^:]*')) end
  if after(key, b.turns) or after(key, b.awaited) then return ends(key) and '' or 'a mark of a watch that never expires' end
  if after(key, root .. 'seen:') then return ends(key) and '' or 'an idempotency key that never expires' end
  return lane_fault(b, key) or lane_fault(c, key) or 'a key that the broker does not know'
end

local result = {}
for i = 2 * BLOCK + 1, #KEYS do result[#result + 1] = redis.call('EXISTS', KEYS[i]) == 1 and fault(KEYS[i]) or '' end
return result
