// A call that may have been carried out is repeated as the same call, until there is an answer that says what it did.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CONSOLE, answer, answerWith, asked, noNetwork, pairOf } from './page.mjs'

const { Api } = await import(new URL('api.js', CONSOLE))
const { Tokens } = await import(new URL('tokens.js', CONSOLE))

const BUY = (api, quantity = 1) => api.post('/goals/1/contributions', { quantity })
const END = (api) => api.delete('/goals/1', {})
const crashed = () => answer(500, { code: 'internal_error' })
const refused = () => answer(409, { code: 'sale_over' })
const brokenOff = () => new Response('{"goal": {"id"', { status: 201 })

async function signedIn() {
  const api = new Api(new Tokens('viewer'))
  answerWith(() => pairOf('someone'))
  await api.signIn('someone', 'demo')
  return api
}

/** Have the calls answered one after the other, and return the keys with which each was sent. */
async function keysOf(answers, call) {
  const api = await signedIn()
  answerWith(() => answers.shift()())
  while (answers.length) await call(api).catch(() => null)
  return asked.map(({ key }) => key)
}

for (const [name, call] of Object.entries({ BUY, END })) {
  test(`${name} after a crash of the service is a repeat, and after an answer it is a new call`, async () => {
    const [first, second, third] = await keysOf([crashed, () => answer(200, {}), () => answer(200, {})], call)
    assert.match(first, /^[0-9a-f]{32}$/)
    assert.equal(second, first)
    assert.notEqual(third, first)
  })
}

test('a refusal is definite', async () => {
  const [first, second] = await keysOf([refused, () => answer(200, {})], BUY)
  assert.notEqual(second, first)
})

test('a call that does not reach the service, is still being worked off, or breaks off, is repeated by itself', async () => {
  const inUse = () => answer(409, { code: 'idempotency_key_in_use' })
  const keys = await keysOf([noNetwork, inUse, brokenOff, () => answer(200, {})], BUY)
  assert.equal(keys.length, 4)
  assert.equal(new Set(keys).size, 1)
})

test('another body, or another user, is another call', async () => {
  const api = await signedIn()
  const other = await signedIn()
  answerWith(crashed)
  for (const call of [BUY(api), BUY(api, 2), BUY(other)]) await assert.rejects(call, { status: 500 })
  assert.equal(new Set(asked.map(({ key }) => key)).size, 3)
})

const { sameUntilAnswered } = await import(new URL('repeating.js', CONSOLE))

/** Have a form sent twice with an answer in between, and return the two bodies. */
async function sentTwice(first, { values = {}, later = values }) {
  const sent = []
  const answers = [first, () => {}]
  let clock = 100
  const callOf = (wanted) => ({ path: '/goals', body: { ...wanted, exp: (clock += 7) } })
  const submit = sameUntilAnswered(callOf, async (path, body) => {
    sent.push(body)
    answers.shift()()
  })
  await submit(values).catch(() => null)
  await submit(later)
  return sent
}
const unanswered = () => { throw Object.assign(new Error(), { isDefinite: false }) }
const definitely = () => { throw Object.assign(new Error(), { isDefinite: true }) }

test('a form that got no answer sends the same body again, although its end would be later by now', async () => {
  const [first, second] = await sentTwice(unanswered, { values: { title: 'A' } })
  assert.deepEqual(second, first)
})

for (const [what, first, each] of [
  ['after an answer', () => {}, {}],
  ['after a refusal', definitely, {}],
  ['with other values', unanswered, { values: { title: 'A' }, later: { title: 'B' } }],
]) {
  test(`a form that is sent again ${what} makes a new call`, async () => {
    const [before, after] = await sentTwice(first, each)
    assert.notEqual(after.exp, before.exp)
  })
}
