--[[
  How many messages of one partition stand: what a watch falls back on when no signal came.
  KEYS  1.. block (messages)
  ARGV  message id...
  Returns  per message: {state, or '' where there is none, a mark that changes when its journal or the head of its queue does}
]]
local b = block(1, 'messages')
local result = {}
for i, id in ipairs(ARGV) do
  local state, name = unpack(redis.call('HMGET', b.record .. id, 'state', 'name'))
  local told = redis.call('XREVRANGE', b.events .. id, '+', '-', 'COUNT', 1)[1]
  local head = name and head_of(b, name)
  result[i] = { state or '', (told and told[1] or '') .. ' ' .. (head and head[1] or '') }
end
return result
