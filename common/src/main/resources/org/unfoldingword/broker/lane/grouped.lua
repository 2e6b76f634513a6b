--[[
  Ends a script that one command runs for many callers: calls `one`, the script proper, for each call in turn.
  ARGV  per call: how many arguments, its keys as "<first>+<how many> ...", the arguments
  Returns  per call its answer, or {'!', error}: one call's fault is its own
]]
local all_keys, all = KEYS, ARGV
local keys_of, answers, at = {}, {}, 1
raised, noted = {}, {}
while at <= #all do
  local count, where = tonumber(all[at]), all[at + 1]
  if not keys_of[where] then
    local keys = {}
    for first, length in string.gmatch(where, '(%d+)%+(%d+)') do
      for i = first, first + length - 1 do keys[#keys + 1] = all_keys[i] end
    end
    keys_of[where] = keys
  end
  local arguments = {}
  for i = 1, count do arguments[i] = all[at + 1 + i] end
  KEYS, ARGV = keys_of[where], arguments
  local well, answer = pcall(one)
  if not well then answer = { '!', type(answer) == 'table' and answer.err or tostring(answer) } end
  if answer.err then answer = { '!', answer.err } end
  answers[#answers + 1] = answer
  at = at + 2 + count
end
for key, fields in pairs(raised) do
  for field, by in pairs(fields) do
    if by ~= 0 and redis.call('HINCRBY', key, field, text(by)) == 0 then redis.call('HDEL', key, field) end
  end
end
for totals, usual in pairs(noted) do redis.call('HSET', totals, 'duration', text(usual)) end
return answers
