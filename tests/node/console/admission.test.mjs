// The right to watch what was paid for: it is shown only as long as the performance that gave it goes on.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CONSOLE, answer, answerWith, asked } from './page.mjs'

const { Admission } = await import(new URL('admission.js', CONSOLE))
const { Api } = await import(new URL('api.js', CONSOLE))
const { Pushes } = await import(new URL('pushes.js', CONSOLE))
const { Store } = await import(new URL('store.js', CONSOLE))
const { Tokens } = await import(new URL('tokens.js', CONSOLE))

const SESSION = { id: 's', streamer_id: 'streamer' }
const EXP = Math.floor(Date.now() / 1000) + 60
const SHOW = { id: '1', version: 1, type: 'show', active: true, state: 'active', context: {}, metadata: {}, conditions: { session_id: 's' }, breakdown: { me: 200 } }

function watching() {
  const client = { me: { id: 'me' }, watched: SESSION.streamer_id, goals: new Store(), load() {} }
  client.goalsOf = () => client.goals.all()
  client.keepGoal = (goal) => client.goals.keep(goal, { isWhole: true })
  client.admission = new Admission(client, new Api(new Tokens('viewer')))
  client.keepGoal(SHOW)
  const pushes = new Pushes(client)
  pushes.hear('presence-stream-viewer@streamer.sd.me', 'stream.authorized', { goal: SHOW, exp: EXP })
  assert.equal(client.admission.until, EXP)
  return { client, pushes }
}

const ENDED = { ...SHOW, version: 2, active: false, state: 'ended' }

test('it ends with its performance', () => {
  const { client, pushes } = watching()
  pushes.hear('private-stream@streamer', 'goal.ended', { goal: ENDED })
  assert.equal(client.admission.until, null)
})

test('it ends when it is revoked, and not with another right', () => {
  const { client, pushes } = watching()
  pushes.hear('private-user@me', 'stream.revoked', { streamer_id: 'another' })
  assert.equal(client.admission.until, EXP)
  pushes.hear('private-user@me', 'stream.revoked', { streamer_id: 'streamer' })
  assert.equal(client.admission.until, null)
})

test('a page that missed the end of the session and of the show asks for the goal', async () => {
  const { client } = watching()
  answerWith(() => answer(200, ENDED))
  await client.admission.check()
  assert.equal(client.admission.until, null)
})

test('a page that is loaded during the show asks for the token, and a refusal means that there is no right', async () => {
  const { client } = watching()
  client.admission.end()
  answerWith(() => answer(200, { exp: EXP }))
  await client.admission.read(SESSION)
  assert.equal(client.admission.until, EXP)

  answerWith(() => answer(403, { code: 'not_authorized_for_quality' }))
  await client.admission.read(SESSION)
  assert.equal(client.admission.until, null)
})

test('who paid for nothing that goes on does not ask', async () => {
  const { client } = watching()
  client.keepGoal({ ...SHOW, version: 3, breakdown: {} })
  answerWith(() => answer(200, { exp: EXP }))
  await client.admission.read(SESSION)
  assert.deepEqual(asked, [])
})
