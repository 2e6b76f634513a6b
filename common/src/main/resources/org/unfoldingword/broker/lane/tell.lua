--[[
  Appends what the worker said to a message's journal, under the lease. Bounded in entries and bytes: what is more is not kept.
  Safe to repeat: an entry's id is <token>-<number>, and numbers that are there already are passed over.
  KEYS  1.. block (messages)
  ARGV  1 name   2 token   3 message id   4 number of the first entry, from 1 in each attempt
        5 entries max   6 bytes max, both over all attempts   then per entry: 'frame' | 'part' (the next entry goes on), data
  Returns  {'told' | 'full' | 'stale'}
  Holds after: the message is watched for its frames.
]]
local b = block(1, 'messages')
local name, token, id, first = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local entries_max, bytes_max = tonumber(ARGV[5]), tonumber(ARGV[6])
if redis.call('HGET', b.held, name) ~= token then return { 'stale' } end
open_journal(b, name, id, 1)

local events, record = b.events .. id, b.record .. id
local last = redis.call('XREVRANGE', events, '+', '-', 'COUNT', 1)[1]
local known = last and tonumber(string.match(last[1], '^' .. token .. '%-(%d+)$')) or 0
local entries, bytes = redis.call('XLEN', events), tonumber(redis.call('HGET', record, 'told') or '0')
local answer = 'told'
for i = 7, #ARGV, 2 do
  local number = first + (i - 7) / 2
  if number > known then
    if entries >= entries_max or bytes + #ARGV[i + 1] > bytes_max then
      answer = 'full'
      break
    end
    journal(b, id, ARGV[i], ARGV[i + 1], token .. '-' .. text(number))
    entries = entries + 1
    bytes = bytes + #ARGV[i + 1]
  end
end
redis.call('HSET', record, 'told', text(bytes))
signal(b, id, 'told')
return { answer }
