// What one user left behind does not reach the next one who signs in in the same pane.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CONSOLE, answer, answerWith, asked, late, noNetwork, pairOf, sent } from './page.mjs'

const { Api } = await import(new URL('api.js', CONSOLE))
const { Tokens } = await import(new URL('tokens.js', CONSOLE))

const SIGNED_OUT = { status: 401, code: 'signed_out' }

async function signIn(name) {
  const tokens = new Tokens('viewer')
  const api = new Api(tokens)
  answerWith(() => pairOf(name))
  await api.signIn(name, 'demo')
  return { api, tokens }
}

test('a purchase that is being repeated is not charged to the next user', async () => {
  const first = await signIn('first')
  answerWith(noNetwork)
  const purchase = first.api.post('/goals/1/contributions', { quantity: 1 })
  await sent('/goals/1/contributions')
  await first.api.signOut()
  const second = await signIn('second')

  answerWith(() => answer(200, {}))
  await assert.rejects(purchase, SIGNED_OUT)
  assert.deepEqual(asked, [])
  await second.api.get('/wallet')
  assert.equal(asked.at(-1).token, 'second-access')
})

test('nothing is sent for a user who has signed out', async () => {
  const { api } = await signIn('first')
  await api.signOut()
  asked.length = 0
  await assert.rejects(api.post('/goals/1/contributions', { quantity: 1 }), SIGNED_OUT)
  assert.deepEqual(asked, [])
})

for (const [what, answered] of Object.entries({ granted: () => pairOf('later'), refused: () => answer(401, {}) })) {
  test(`a renewal that is ${what} late leaves the tokens of the next user alone`, async () => {
    const first = await signIn('first')
    const { answered: renewal, come } = late()
    answerWith(({ path }) => (path === '/auth/token/refresh' ? renewal : answer(401, { code: 'token_expired' })))
    const call = first.api.get('/wallet')
    await sent('/auth/token/refresh')
    await first.api.signOut()
    await signIn('second')

    come(answered())
    await assert.rejects(call, { status: 401 })
    const reloaded = new Api(new Tokens('viewer'))
    answerWith(() => answer(200, {}))
    await reloaded.get('/wallet')
    assert.equal(asked.at(-1).token, 'second-access')
  })
}

test('a sign-in that is answered late does not take the place of another one', async () => {
  const tokens = new Tokens('streamer')
  const { answered, come } = late()
  answerWith(() => answered)
  const slow = new Api(tokens).signIn('first', 'demo')
  tokens.forget()

  come(pairOf('first'))
  await assert.rejects(slow, SIGNED_OUT)
  assert.equal(new Tokens('streamer').areThere, false)
})
