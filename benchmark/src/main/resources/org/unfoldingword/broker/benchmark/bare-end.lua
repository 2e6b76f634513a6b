--[[
  KEYS  1 prefix   ARGV  1 rung   2.. as taken: name, entry id, token, body
]]
local prefix, rung = KEYS[1], tonumber(ARGV[1])
local clock = redis.call('TIME')
local now = string.format('%d', clock[1] * 1000 + math.floor(clock[2] / 1000))
for i = 2, #ARGV, 4 do
  local name, entry, token = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local queue = prefix .. name
  if rung < 3 or redis.call('HGET', prefix .. 'held', name) == token then
    if rung >= 3 then
      redis.call('HDEL', prefix .. 'held', name)
      redis.call('ZREM', prefix .. 'later', name)
    end
    if rung >= 2 then
      local record = prefix .. 'message:' .. name .. entry
      redis.call('HSET', record, 'state', 'completed', 'finished', now, 'response', '{"responses":["ok"]}')
      redis.call('PEXPIRE', record, '86400000')
    end
    if rung >= 1 then redis.call('XACK', queue, 'g', entry) end
    redis.call('XDEL', queue, entry)
    if redis.call('XLEN', queue) > 0 then
      redis.call('ZADD', prefix .. 'ready', now, name)
    else
      redis.call('DEL', queue)
    end
  end
end
return {}
