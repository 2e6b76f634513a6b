--[[
  Notes, under the lease, up to where a message's callbacks have told its journal. Safe to repeat.
  KEYS  1.. block (callbacks)
  ARGV  1 name   2 token   3 message id   4 the note
  Returns  {'noted' | 'stale'}
]]
local b = block(1, 'callbacks')
local name, token, id, note = unpack(ARGV)
if redis.call('HGET', b.held, name) ~= token then return { 'stale' } end
redis.call('HSET', b.record .. id, 'callback_told', note)
return { 'noted' }
