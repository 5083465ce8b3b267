// What the page suggests next, and what it does not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CONSOLE } from './page.mjs'

const { Cooldowns } = await import(new URL('cooldown.js', CONSOLE))
const { streamerHint, viewerHint } = await import(new URL('hints.js', CONSOLE))

const NOW = 1_000_000
const SESSION = { id: 's', active: true, streamer_id: 'streamer', prices: { sd: 600 }, statuses: { started: NOW } }
const goal = (type, more = {}) => ({ id: '1', type, state: 'active', active: true, progress: 0, context: {}, metadata: { user_id: 'streamer' }, conditions: { session_id: 's' }, levels: [{ target: 400 }], ...more })

function client(t, id, { all = [], payments = [], channels = [] } = {}) {
  t.mock.timers.reset()
  t.mock.timers.enable({ apis: ['Date'], now: NOW * 1000 })
  const made = { me: { id }, isRead: true, session: SESSION, feed: ['s'], watched: 'streamer', wallet: { payments } }
  Object.assign(made, { sessions: { get: () => SESSION }, goals: { all: () => all }, goalsOf: () => all })
  Object.assign(made, { realtime: { has: (name) => channels.includes(name) }, purchasesOf: () => payments, cooldowns: new Cooldowns(made) })
  made.awaitsShow = (sale) => sale.type === 'funding' && sale.outcome === 'completed'
  return made
}
const viewer = (t, known) => client(t, 'me', known)

const declined = goal('trigger-private', { state: 'ended', active: false, outcome: 'refunded', metadata: { user_id: 'streamer', cooldown: NOW + 174 } })

test('nobody is advised to invite before the streamer takes invitations again', (t) => {
  const watching = viewer(t, { all: [declined] })
  assert.equal(watching.cooldowns.left(SESSION, 'trigger-private'), 174)
  assert.equal(viewerHint(watching), 'Wait for a ticket sale, or invite again later.')
  t.mock.timers.tick(100_000)
  assert.equal(watching.cooldowns.left(SESSION, 'trigger-private'), 74)
  t.mock.timers.tick(74_000)
  assert.equal(viewerHint(watching), 'Invite the streamer, or wait for a ticket sale.')
})

test('nobody is advised to invite where no invitation is offered', (t) => {
  const watching = viewer(t)
  watching.sessions.get = () => ({ ...SESSION, prices: {} })
  assert.equal(viewerHint(watching), 'Wait for a ticket sale.')
})

test('a refusal says how long to wait as well, and another refusal does not', (t) => {
  const watching = viewer(t)
  assert.equal(watching.cooldowns.keep({ code: 'insufficient_balance' }, SESSION, 'trigger-private'), false)
  assert.equal(watching.cooldowns.keep({ code: 'livestream_trigger_quota_exceeded', retryAfter: 9 }, SESSION, 'trigger-private'), true)
  assert.equal(watching.cooldowns.left(SESSION, 'trigger-private'), 9)
  assert.equal(watching.cooldowns.left(SESSION, 'trigger-exclusive'), 0)
})

test("a 1-on-1 that another viewer was denied is no reason to wait", (t) => {
  const others = { ...declined, type: 'trigger-exclusive' }
  assert.equal(viewer(t, { all: [others] }).cooldowns.left(SESSION, 'trigger-exclusive'), 0)
})

const show = goal('show', { terms: { price: 200, duration: 9 } })

test('a viewer without a ticket is advised to buy one, as long as there are any', (t) => {
  assert.equal(viewerHint(viewer(t, { all: [show] })), 'Buy a ticket: you can still watch the show.')
  const reached = goal('funding', { state: 'ended', active: false, outcome: 'completed' })
  assert.equal(viewerHint(viewer(t, { all: [reached] })), 'The target is reached. Tickets are sold again once the show is made.')
  const holding = { all: [show], payments: [{ streamer_id: 'streamer' }] }
  assert.equal(viewerHint(viewer(t, holding)), 'The streamer comes on stage soon.')
})

for (const [state, said] of [['refunded', 'Your coins came back.'], ['paid_out', 'It was performed, and the streamer was paid.']]) {
  test(`a viewer is told for some minutes that a payment was ${state}`, (t) => {
    const watching = viewer(t, { payments: [{ streamer_id: 'streamer', state, settled_at: NOW }] })
    assert.equal(viewerHint(watching), `${said} Invite the streamer, or wait for a ticket sale.`)
    t.mock.timers.tick(301_000)
    assert.equal(viewerHint(watching), 'Invite the streamer, or wait for a ticket sale.')
  })
}

test('a streamer is on stage when their page is, whatever the service still believes', (t) => {
  const running = { ...show, context: { started: NOW } }
  const performing = (channels) => client(t, 'streamer', { all: [running], channels })
  assert.equal(streamerHint(performing([])), 'Go on stage. The seconds count while you are on it.')
  assert.equal(streamerHint(performing(['presence-enc-goal@1'])), 'You are on stage. Stay until no time is left.')
})
