// Plays the five stories of a client with unmodified pusher-js and HTTP, all at the same time, and prints as
// JSON how each ended. What it is given as its argument: the address of the service, the realtime server's
// {key, host, port}, and the password of the users `{story}-streamer` and `{story}-viewer`.
import { setTimeout as sleep } from 'node:timers/promises'
import Pusher from 'pusher-js'

const { api, realtime, password } = JSON.parse(process.argv[2])
const PATIENCE = 120_000
// Seconds to perform. A private show ends at a fixed time, and is refunded if the webhooks of a busy machine arrive
// only after that, so it is longer.
const SHOW = 6
const PRIVATE_SHOW = 30
const TICKET = { ticket_product_id: 'livestream-show-ticket_200', ticket_product_type: 'show' }

class Refused extends Error {}

async function until(what, find) {
  const deadline = Date.now() + PATIENCE
  for (;;) {
    const found = await find()
    if (found) return found
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`)
    await sleep(300)
  }
}

class Person {
  static async signIn(username) {
    const person = new Person()
    const { access } = await person.call('POST', '/auth/token', { username, password })
    person.access = access
    const me = await person.call('GET', '/users/me')
    person.id = me.id
    person.heard = []
    person.pusher = new Pusher(realtime.key, {
      cluster: 'local',
      wsHost: realtime.host,
      wsPort: realtime.port,
      forceTLS: false,
      enabledTransports: ['ws'],
      channelAuthorization: { endpoint: `${api}/notify/pusher/auth`, headersProvider: () => person.headers() },
      userAuthentication: { endpoint: `${api}/notify/pusher/auth`, headersProvider: () => person.headers() },
    })
    person.pusher.bind_global((event, data) => person.heard.push({ event, data }))
    person.pusher.signin()
    return person
  }

  headers() {
    return this.access ? { Authorization: `Bearer ${this.access}` } : {}
  }

  async call(method, path, body) {
    const headers = { 'Content-Type': 'application/json', ...this.headers() }
    const answer = await fetch(api + path, { method, headers, body: body && JSON.stringify(body) })
    if (answer.status === 429) {
      await sleep(1_000 * Number(answer.headers.get('Retry-After') ?? 1))
      return this.call(method, path, body)
    }
    const text = await answer.text()
    if (!answer.ok) throw new Refused(`${method} ${path}: ${answer.status} ${text}`)
    return text ? JSON.parse(text) : {}
  }

  async join(name) {
    const channel = this.pusher.subscribe(name)
    await new Promise((resolve, reject) => {
      channel.bind('pusher:subscription_succeeded', resolve)
      channel.bind('pusher:subscription_error', (error) => reject(new Error(`${name}: ${JSON.stringify(error)}`)))
    })
    return channel
  }

  leave(name) {
    this.pusher.unsubscribe(name)
  }

  async hears(event, fits = () => true) {
    try {
      return await until(event, () => this.heard.find((each) => each.event === event && fits(each.data)))
    } catch (error) {
      throw new Error(`${error.message}; heard ${this.heard.map((each) => each.event)}`)
    }
  }

  async balance() {
    return (await this.call('GET', '/wallet')).balance
  }

  ended(goal) {
    return until('the goal to end', async () => {
      const seen = await this.call('GET', `/goals/${goal.id}`)
      return seen.state === 'ended' && seen
    })
  }
}

async function goLive(story, prices = {}) {
  const [streamer, viewer] = await Promise.all([
    Person.signIn(`${story}-streamer`),
    Person.signIn(`${story}-viewer`),
  ])
  const session = await streamer.call('POST', '/sessions', { title: story, prices })
  await streamer.call('POST', `/sessions/${session.id}/start`)
  await Promise.all([
    streamer.join(`presence-stream@${streamer.id}`),
    streamer.join(`private-user@${streamer.id}`),
    viewer.join(`private-stream@${streamer.id}`),
    viewer.join(`private-user@${viewer.id}`),
    viewer.join(`presence-stream-viewer@${streamer.id}.sd.${viewer.id}`),
  ])
  const before = [await streamer.balance(), await viewer.balance()]
  return { streamer, viewer, session, before }
}

function sell(stage, { target, seconds, duration }) {
  return stage.streamer.call('POST', '/goals?type=funding', {
    session_id: stage.session.id,
    levels: [{ title: 'Tickets', target }],
    exp: Math.floor(Date.now() / 1000) + seconds,
    context: TICKET,
    terms: { duration },
  })
}

function buy(stage, sale, quantity) {
  return stage.viewer.call('POST', `/goals/${sale.id}/contributions`, { quantity })
}

function invite(stage, kind, duration) {
  const exp = Math.floor(Date.now() / 1000) + 60
  return stage.viewer.call('POST', `/sessions/${stage.session.id}/trigger_${kind}`, { exp, duration })
}

// What became of the goal and of the coins, once both sides have heard what they must.
async function report(stage, goal, expected, { streamer = [], viewer = [] }) {
  await Promise.all([
    ...streamer.map((event) => stage.streamer.hears(event)),
    ...viewer.map((event) => stage.viewer.hears(event)),
  ])
  const gained = async () => [
    (await stage.streamer.balance()) - stage.before[0],
    (await stage.viewer.balance()) - stage.before[1],
  ]
  const settled = await until(`the coins ${expected}`, async () => {
    const coins = await gained()
    return String(coins) === String(expected) && coins
  })
  await stage.streamer.call('DELETE', `/sessions/${stage.session.id}`)
  const { outcome, ended_because } = await stage.streamer.call('GET', `/goals/${goal.id}`)
  stage.streamer.pusher.disconnect()
  stage.viewer.pusher.disconnect()
  return { outcome, ended_because, coins: settled }
}

const stories = {
  async 'paid-out'() {
    const stage = await goLive('paid-out')
    const { streamer } = stage
    const sale = await sell(stage, { target: 400, seconds: 600, duration: SHOW })
    await buy(stage, sale, 2)
    await streamer.ended(sale)
    const show = await streamer.call('POST', '/goals?type=show', {
      levels: [{ title: 'Proceed', target: SHOW }],
      context: { ...TICKET, funding_goal_id: sale.id, session_id: stage.session.id },
    })
    await streamer.join(`presence-enc-goal@${show.id}`)
    await streamer.ended(show)
    return report(stage, show, [400, -400], { streamer: ['escrow.completed'], viewer: ['goal.added', 'goal.started'] })
  },

  async refunded() {
    const stage = await goLive('refunded')
    // Long enough to buy on a busy machine, where five stories begin at once.
    const sale = await sell(stage, { target: 1000, seconds: 30, duration: SHOW })
    await buy(stage, sale, 2)
    await stage.viewer.hears('escrow.refunded', (data) => data.amount === 400)
    return report(stage, sale, [0, 0], { streamer: ['goal.ended'], viewer: ['goal.ended'] })
  },

  async private() {
    const stage = await goLive('private', { sd: 600 })
    const goal = await invite(stage, 'private', PRIVATE_SHOW)
    await stage.streamer.call('DELETE', `/goals/${goal.id}`, { agree: true })
    await stage.streamer.ended(goal)
    return report(stage, goal, [300, -300], {
      streamer: ['goal.agreed', 'escrow.completed'],
      viewer: ['goal.agreed', 'goal.ended'],
    })
  },

  async exclusive() {
    const stage = await goLive('exclusive', { exclusive: 1200 })
    const { streamer, viewer } = stage
    const trigger = await invite(stage, 'exclusive', 60)
    await streamer.call('DELETE', `/goals/${trigger.id}`, { agree: true })
    const { context } = await streamer.call('GET', `/goals/${trigger.id}`)
    const name = `presence-enc-goal@${context.exclusive_goal_id}`
    // Only here: on a busy machine, the shorter performances may be over before their viewers are let in.
    await viewer.hears('stream.authorized', (data) => data.token && data.byteplus_token)
    await streamer.join(name)
    await sleep(2_200) // a performance takes the time it takes
    streamer.leave(name)
    const goal = await until('the pause', async () => {
      const seen = await streamer.call('GET', `/goals/${context.exclusive_goal_id}`)
      return seen.context.paused && seen
    })
    await streamer.call('DELETE', `/goals/${goal.id}`, {})
    const ended = await streamer.ended(goal)
    const share = Math.floor((1200 * ended.progress) / 60)
    const { coins, ...rest } = await report(stage, goal, [share, -share], {
      streamer: ['exclusive.closed', 'escrow.completed'],
      viewer: ['exclusive.closed'],
    })
    return { ...rest, fair: coins[0] === share && ended.progress >= 2 && ended.progress < 60 }
  },

  async 'given-back'() {
    const stage = await goLive('given-back')
    const sale = await sell(stage, { target: 1000, seconds: 600, duration: SHOW })
    const { transfer } = await buy(stage, sale, 1)
    await stage.viewer.call('DELETE', `/goals/${sale.id}/contributions/${transfer.transfer_id}`)
    await stage.viewer.hears('escrow.refunded', (data) => data.amount === 200)
    await stage.streamer.call('DELETE', `/goals/${sale.id}`, {})
    return report(stage, sale, [0, 0], { streamer: ['goal.ended'], viewer: ['goal.ended'] })
  },
}

const told = await Promise.all(
  Object.entries(stories).map(async ([name, play]) => {
    try {
      return [name, await play()]
    } catch (error) {
      return [name, { failed: String(error) }]
    }
  }),
)
console.log(JSON.stringify(Object.fromEntries(told), null, 2))
process.exit(0)
