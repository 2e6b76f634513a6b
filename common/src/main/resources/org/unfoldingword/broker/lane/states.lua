--[[
  The states of many messages of one partition: what a watch falls back on when no signal came.
  KEYS  record HASH...
  Returns  per key: state, or '' where there is none
]]
local result = {}
for i, record in ipairs(KEYS) do result[i] = redis.call('HGET', record, 'state') or '' end
return result
