// In which channels a streamer's client is: those on which it must be, and none that nothing is performed on.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CONSOLE } from './page.mjs'

const { leaveOldStages, ownStream } = await import(new URL('stage.js', CONSOLE))

const STREAM = 'presence-stream@me'

class Realtime extends Set {
  stayIn = (name) => this.add(name)
  leave = (name) => this.delete(name)
}

function live(...all) {
  const client = { me: { id: 'me' }, session: { id: '1', statuses: { started: 1 } }, realtime: new Realtime() }
  return Object.assign(client, { goals: { all: () => all }, goalsOf: () => all })
}

const privateShow = () => ({ id: '7', type: 'trigger-private', state: 'active', active: true, metadata: { goal_agreed: true } })
const end = (goal) => Object.assign(goal, { state: 'ended', active: false })

test('a streamer who leaves the stage of a private show is in their stream again when it is over', () => {
  const show = privateShow()
  const client = live(show)
  const stream = ownStream(client)
  stream.update()
  assert.ok(client.realtime.has(STREAM), 'a page that is opened during the show enters the stage')

  client.realtime.leave(STREAM)
  stream.update()
  assert.ok(!client.realtime.has(STREAM), 'the seconds stand still until the streamer comes back')

  end(show)
  stream.update()
  assert.ok(client.realtime.has(STREAM))
})

test('the stream is left with the session', () => {
  const client = live()
  const stream = ownStream(client)
  stream.update()
  client.session = null
  stream.update()
  assert.deepEqual([...client.realtime], [])
})

test('the stage of a goal that has ended is left', () => {
  const [over, going] = [{ id: '1', state: 'ended' }, { id: '2', state: 'active' }]
  const client = live(over, going)
  const stages = ['presence-enc-goal@1', 'presence-enc-goal@2']
  stages.forEach((name) => client.realtime.add(name))
  leaveOldStages(client)
  assert.deepEqual([...client.realtime], [stages[1]])
})
