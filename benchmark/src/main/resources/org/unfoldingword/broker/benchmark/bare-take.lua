--[[
  KEYS  1 prefix   ARGV  1 rung   2 entries max
  Returns  per entry: name, entry id, token, body
]]
local prefix, rung = KEYS[1], tonumber(ARGV[1])
local clock = redis.call('TIME')
local token = clock[1] * 1000000 + clock[2]
local now = string.format('%d', math.floor(token / 1000))
local lapse = string.format('%d', math.floor(token / 1000) + 15000)
local result = {}
local names = redis.call('ZPOPMIN', prefix .. 'ready', ARGV[2])
for i = 1, #names, 2 do
  local queue, entry = prefix .. names[i], nil
  if rung >= 1 then
    entry = redis.call('XREADGROUP', 'GROUP', 'g', 'c', 'COUNT', '1', 'STREAMS', queue, '>')[1][2][1]
  else
    entry = redis.call('XRANGE', queue, '-', '+', 'COUNT', '1')[1]
  end
  if rung >= 2 then
    local record = prefix .. 'message:' .. names[i] .. entry[1]
    redis.call('HGETALL', record)
    redis.call('HSET', record, 'state', 'processing', 'attempts', '1', 'started', now, 'holder', 'c')
  end
  token = token + 1
  if rung >= 3 then
    redis.call('HSET', prefix .. 'held', names[i], string.format('%d', token))
    redis.call('ZADD', prefix .. 'later', lapse, names[i])
  end
  for _, word in ipairs({ names[i], entry[1], string.format('%d', token), entry[2][2] }) do result[#result + 1] = word end
end
return result
