--[[
  KEYS  1 prefix   ARGV  1 rung   2 body   3.. queue names
]]
local prefix, rung = KEYS[1], tonumber(ARGV[1])
local clock = redis.call('TIME')
local now = string.format('%d', clock[1] * 1000 + math.floor(clock[2] / 1000))
for i = 3, #ARGV do
  local queue = prefix .. ARGV[i]
  local entry = redis.call('XADD', queue, '*', 'body', ARGV[2])
  if rung >= 2 then redis.call('HSET', prefix .. 'message:' .. ARGV[i] .. entry, 'state', 'queued', 'name', ARGV[i]) end
  if redis.call('XLEN', queue) == 1 then
    if rung >= 1 then redis.call('XGROUP', 'CREATE', queue, 'g', '0') end
    redis.call('ZADD', prefix .. 'ready', now, ARGV[i])
  end
end
return {}
