--[[
  Enqueues the callback of a message that runs, so that what happens to it can be told before it ends. Safe to repeat.
  KEYS  1.. block (messages)   BLOCK + 1.. block (callbacks), same partition
  ARGV  1 name   2 token   3 message id   4 callbacks queue
  Returns  {'announced' | 'stale'}
  Holds after: the callbacks queue has the message once; its end does not add it again.
]]
local b, other = block(1, 'messages'), block(1 + BLOCK, 'callbacks')
local name, token, id, callbacks = unpack(ARGV)
if redis.call('HGET', b.held, name) ~= token then return { 'stale' } end
if redis.call('HEXISTS', b.record .. id, 'callback_state') == 0 then enqueue_callback(b, other, callbacks, id) end
return { 'announced' }
