--[[
  Reads dead letters in the order of their death, from a place in that order on.
  KEYS  one block per partition
  ARGV  1 lane   2 'newest' | 'oldest' first   3 letters max per partition   4 looks max per partition
        5 place: ms and 6 id, after which to begin; '' from the start
        7 part of the conversation's name   8 error code, 9 org, escaped; each '' for any   10 died by then, ms, '' for all
  Returns  per block {done 0|1, ms and id looked at last, letter...}, letter = {id, died, record fields...}
]]
local lane, newest, room, looks = ARGV[1], ARGV[2] == 'newest', tonumber(ARGV[3]), tonumber(ARGV[4])
local from, after, part, code, org = ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9]
local latest = ARGV[10] == '' and '+inf' or ARGV[10]
local HIDDEN = { body = true, response = true, trail = true, callback_trail = true }

local function read(b, id, died)
  local record = b.record .. id
  local name, why = unpack(redis.call('HMGET', record, 'name', 'error_code'))
  if not name then return nil end
  if part ~= '' and not string.find(name, part, 1, true) then return nil end
  if code ~= '' and code ~= why then return nil end
  if org ~= '' and org ~= org_of(name) then return nil end
  local letter = { id, died }
  for _, field in ipairs(redis.call('HKEYS', record)) do
    if not HIDDEN[field] then
      letter[#letter + 1] = field
      letter[#letter + 1] = redis.call('HGET', record, field)
    end
  end
  return letter
end

local function walk(b)
  local found, last_died, last_id = {}, from, after
  local offset, seen = 0, 0
  while true do
    local page = newest
      and redis.call('ZREVRANGEBYSCORE', b.dead, from == '' and latest or from, '-inf', 'WITHSCORES', 'LIMIT', offset, 200)
      or redis.call('ZRANGEBYSCORE', b.dead, from == '' and '-inf' or from, latest, 'WITHSCORES', 'LIMIT', offset, 200)
    for i = 1, #page, 2 do
      local id, died = page[i], page[i + 1]
      if died ~= from or (newest and precedes(id, after)) or (not newest and precedes(after, id)) then
        if #found >= room or seen >= looks then return { 0, last_died, last_id, unpack(found) } end
        seen = seen + 1
        last_died, last_id = died, id
        found[#found + 1] = read(b, id, died)
      end
    end
    if #page < 400 then return { 1, last_died, last_id, unpack(found) } end
    offset = offset + 200
  end
end

local result = {}
for at = 1, #KEYS, BLOCK do result[#result + 1] = walk(block(at, lane)) end
return result
