--[[
  Lays down one chunk of a long reply, under the lease. It expires unless the reply is settled. Safe to repeat.
  KEYS  1.. block (messages)
  ARGV  1 name   2 token   3 message id   4 number of the chunk, from 0   5 the chunk   6 how long it lives if it is not settled, ms
  Returns  {'laid' | 'stale'}
  Holds after: what another holder has laid down, or settled, is as it was.
]]
local b = block(1, 'messages')
local name, token, id, number, piece, lives = unpack(ARGV)
if redis.call('HGET', b.held, name) ~= token then return { 'stale' } end
redis.call('SET', chunk(b, id, 'reply', number), piece, 'PX', lives)
return { 'laid' }
