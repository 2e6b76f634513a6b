--[[
  Notes, under the lease, up to where a message's callbacks have told its journal. Safe to repeat.
  KEYS  1.. block (callbacks)
  ARGV  1 name   2 token   3 message id   4 the note
  Returns  {'noted' | 'stale'}
]]
local b = block(1, 'callbacks')
if redis.call('HGET', b.held, ARGV[1]) ~= ARGV[2] then return { 'stale' } end
redis.call('HSET', b.record .. ARGV[3], 'callback_told', ARGV[4])
return { 'noted' }
