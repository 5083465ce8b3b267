// What a client knows when answers and pushes come in any order.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CONSOLE, answer, answerWith, late, sent, until } from './page.mjs'

const { Api } = await import(new URL('api.js', CONSOLE))
const { ClientState } = await import(new URL('clientstate.js', CONSOLE))
const { Tokens } = await import(new URL('tokens.js', CONSOLE))

const OWN = '/notify/channels/private-user@me'
const EMPTY = { results: [], next: null, realtime: null, id: 'me', balance: 0, version: 1 }

test('a snapshot that is older than a push does not bring an ended session back', async (t) => {
  const { answered, come } = late()
  answerWith(({ path }) => (path === OWN ? answered : answer(200, EMPTY)))
  const client = new ClientState(new Api(new Tokens('streamer')), { push() {}, connection() {} })
  t.after(() => client.end())
  await client.begin()
  await sent(OWN)

  client.keepOwnSession({ id: '1', version: 2, active: false, streamer_id: 'me' })
  come(answer(200, { session: { id: '1', version: 1, active: true, streamer_id: 'me' }, goals: [] }))
  await until(() => client.isRead)
  assert.equal(client.session, null)
})
