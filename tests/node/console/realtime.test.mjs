// The console and the pusher-js that it is served with, at a realtime server that says what a test wants.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { runInThisContext } from 'node:vm'
import { CONSOLE, answer, answerWith, asked, until } from './page.mjs'

class Socket {
  static made = []

  constructor(url) {
    this.url = new URL(url)
    this.sent = []
    Socket.made.push(this)
  }

  send(text) {
    this.sent.push(JSON.parse(text))
  }

  close() {}

  says(event, data, channel) {
    this.onmessage({ data: JSON.stringify({ event, channel, data: JSON.stringify(data) }) })
  }
}
Object.assign(globalThis, { WebSocket: Socket, self: globalThis })
globalThis.navigator ??= {}
runInThisContext(readFileSync(new URL('../vendor/pusher-js/pusher.min.js', CONSOLE), 'utf8'))

const { Api } = await import(new URL('api.js', CONSOLE))
const { Realtime } = await import(new URL('realtime.js', CONSOLE))
const { Tokens } = await import(new URL('tokens.js', CONSOLE))

const SERVER = { key: 'key', host: null, port: null, tls: true, cluster: 'eu', auth_path: '/notify/pusher/auth' }
const STREAM = 'private-stream@1'
const signature = () => answer(200, { auth: 'key:signature', user_data: '{}' })

/** Connect, and return what was heard. */
async function connected(t, server = SERVER) {
  const [heard, states] = [[], []]
  const listener = {
    connected: () => heard.push('connected'),
    joined: (channel) => heard.push(`joined ${channel}`),
    state: (name) => states.push(name),
    pushed: (channel, event) => heard.push(event),
  }
  answerWith(signature)
  const realtime = new Realtime(new Api(new Tokens('viewer')), listener)
  const before = Socket.made.length
  realtime.connect(server)
  t.after(() => realtime.disconnect())
  await until(() => Socket.made.length > before)
  const socket = Socket.made.at(-1)
  await until(() => socket.onopen)
  socket.onopen()
  socket.says('pusher:connection_established', { socket_id: '1.1', activity_timeout: 120 })
  await until(() => socket.sent.some(({ event }) => event === 'pusher:signin'))
  return { realtime, socket, heard, states }
}

const subscriptions = ({ sent }) => sent.filter(({ event }) => event === 'pusher:subscribe').map(({ data }) => data.channel)

for (const [server, address] of [
  [{}, 'wss://ws-eu.pusher.com:443'],
  [{ host: 'push.example', port: 6001, cluster: null }, 'wss://push.example:6001'],
  [{ host: '127.0.0.1', port: 8001, cluster: null, tls: false }, 'ws://127.0.0.1:8001'],
]) {
  test(`it connects to ${address}`, async (t) => {
    const { socket } = await connected(t, { ...SERVER, ...server })
    const { protocol, hostname, port } = socket.url
    assert.equal(`${protocol}//${hostname}:${port || 443}`, address)
  })
}

test('it hears the service, and not the other members of a channel', async (t) => {
  const { realtime, socket, heard } = await connected(t)
  realtime.join(STREAM)
  await until(() => subscriptions(socket).length)
  socket.says('pusher_internal:subscription_succeeded', {}, STREAM)
  socket.says('client-goal.ended', { goal: { id: '1' } }, STREAM)
  socket.says('goal.ended', { goal: { id: '1' } }, STREAM)
  await until(() => heard.includes('goal.ended'))
  assert.deepEqual(heard, ['connected', `joined ${STREAM}`, 'goal.ended'])
})

test('a channel that the user may not hear is not asked again and again, but when the user asks for it', async (t) => {
  const { realtime, socket } = await connected(t)
  answerWith(() => answer(403, { code: 'channel_not_allowed' }))
  realtime.stayIn(STREAM)
  await until(() => asked.length === 1 && !realtime.has(STREAM))
  realtime.stayIn(STREAM)
  assert.equal(realtime.has(STREAM), false)

  answerWith(signature)
  realtime.join(STREAM)
  await until(() => subscriptions(socket).length)
  realtime.leave(STREAM)
  realtime.stayIn(STREAM)
  assert.equal(realtime.has(STREAM), true)
})

test('a channel that could not be joined is joined a little later, unless it is left before', async (t) => {
  const { realtime } = await connected(t)
  answerWith(() => answer(400, { code: 'invalid' }))
  realtime.join(STREAM)
  await until(() => asked.length === 1 && !globalThis.Pusher.instances.at(-1).channel(STREAM))
  assert.equal(realtime.has(STREAM), true)
  realtime.leave(STREAM)
  assert.equal(realtime.has(STREAM), false)
})

/** The callbacks that `happens` schedules for one second later. */
function scheduledBy(t, happens) {
  const waiting = t.mock.method(globalThis, 'setTimeout', () => 0)
  happens()
  waiting.mock.restore()
  return waiting.mock.calls.filter(({ arguments: [, pause] }) => pause === 1_000).map(({ arguments: [call] }) => call)
}

test('the page reconnects after the service has closed its connection, unless the user has signed out', async (t) => {
  const { realtime, socket, heard } = await connected(t)
  const close = (each) => each.onclose({ code: 4009, reason: 'rights have changed', wasClean: true })
  scheduledBy(t, () => close(socket)).forEach((call) => call())
  await until(() => Socket.made.at(-1) !== socket && Socket.made.at(-1).onopen)
  const next = Socket.made.at(-1)
  next.onopen()
  next.says('pusher:connection_established', { socket_id: '1.2', activity_timeout: 120 })
  await until(() => heard.filter((each) => each === 'connected').length === 2)

  const calls = scheduledBy(t, () => close(next))
  assert.equal(calls.length, 1)
  realtime.disconnect()
  calls.forEach((call) => call())
  assert.equal(Socket.made.at(-1), next)
})

test('a page that signs out while it is connected does not connect again', async (t) => {
  const { realtime, socket } = await connected(t)
  scheduledBy(t, () => realtime.disconnect()).forEach((call) => call())
  assert.equal(Socket.made.at(-1), socket)
})

test('a page whose attempt to reconnect was refused too tries again once the service answers', async (t) => {
  const { realtime, socket } = await connected(t)
  const refuse = (each) => each.onclose({ code: 4009, reason: 'rights have changed', wasClean: true })
  scheduledBy(t, () => refuse(socket))
  t.mock.method(Date, 'now', (begun => () => begun)(Date.now() + 5_000))
  realtime.hurry()
  await until(() => Socket.made.at(-1) !== socket && Socket.made.at(-1).onopen)
})

test('a page that knows that the service is back connects at once, while pusher-js would wait', async (t) => {
  const { realtime, socket, heard, states } = await connected(t)
  realtime.hurry()
  socket.onclose({ code: 1006, wasClean: false })
  await until(() => Socket.made.at(-1) !== socket && Socket.made.at(-1).onopen)
  const refused = Socket.made.at(-1)
  refused.onerror({})
  refused.onclose({ code: 1006, wasClean: false })
  realtime.hurry()
  assert.equal(Socket.made.at(-1), refused, 'an attempt that has only begun is left alone')

  t.mock.method(Date, 'now', (begun => () => begun)(Date.now() + 5_000))
  realtime.hurry()
  await until(() => Socket.made.at(-1) !== refused && Socket.made.at(-1).onopen)
  const next = Socket.made.at(-1)
  next.onopen()
  next.says('pusher:connection_established', { socket_id: '1.2', activity_timeout: 120 })
  await until(() => heard.filter((each) => each === 'connected').length === 2)
  assert.deepEqual(states.slice(-2), ['connecting', 'connected'])
})
