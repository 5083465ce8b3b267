// When a pane says that it has lost the service, and what stands still from then.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CONSOLE } from './page.mjs'

const { Contact } = await import(new URL('contact.js', CONSOLE))
const { drawnAt, now } = await import(new URL('servertime.js', CONSOLE))

function clock(t) {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 })
  return (seconds) => t.mock.timers.tick(seconds * 1000)
}

for (const [what, lose, find] of [
  ['the API', (contact) => contact.answered(0), (contact) => contact.answered(403)],
  ['a service behind a proxy', (contact) => contact.answered(502), (contact) => contact.answered(200)],
  ['the realtime server', (contact) => contact.connected(false), (contact) => contact.connected(true)],
]) {
  test(`${what} is lost after two seconds, until it is there again`, (t) => {
    const pass = clock(t)
    const contact = new Contact()
    lose(contact)
    pass(1)
    lose(contact)
    assert.equal(contact.lostAt, null)
    pass(2)
    assert.equal(contact.lostAt, 1_002)
    find(contact)
    assert.equal(contact.lostAt, null)
  })
}

test('one that is there does not hide that the other is lost', (t) => {
  const pass = clock(t)
  const contact = new Contact()
  contact.connected(false)
  pass(3)
  contact.answered(200)
  assert.equal(contact.lostAt, 1_002)
})

test('a drawing stands still at the time of the loss, and what is sent does not', (t) => {
  const pass = clock(t)
  const drawn = []
  pass(9)
  drawnAt(1_002, () => drawn.push(now()))
  drawnAt(null, () => drawn.push(now()))
  assert.deepEqual([...drawn, now()], [1_002, 1_009, 1_009])
})
