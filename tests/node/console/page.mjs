// The least of a browser's page that the console's modules need: no element, a storage, and a service that answers
// what a test says. Import it before the modules.

export const CONSOLE = new URL('../../../livestream/static/livestream/console/', import.meta.url)

const PATIENCE = 10_000 // milliseconds
const kept = new Map()
const sessionStorage = {
  getItem: (name) => kept.get(name) ?? null,
  setItem: (name, value) => kept.set(name, value),
  removeItem: (name) => kept.delete(name),
}
const location = new URL('http://console.test/')
const document = { documentElement: { lang: 'en' }, baseURI: location.href, location, body: {} }
const django = { gettext: (text) => text, interpolate: (text) => text }
Object.assign(globalThis, { window: globalThis, document, location, sessionStorage, django })

// What was asked, as `{method, path, key, token, body}`.
export const asked = []
let answering = () => answer(200, {})

/** Have each call answered by `next(call)`; it returns a response, or throws where the network is down. */
export function answerWith(next) {
  asked.length = 0
  answering = next
}

export const answer = (status, document) => new Response(JSON.stringify(document), { status })
export const noNetwork = () => { throw new TypeError('Failed to fetch') }
export const pairOf = (name) => answer(200, { access: `${name}-access`, refresh: `${name}-refresh`, expires_in: 900 })

globalThis.fetch = async (url, { method, headers, body }) => {
  const call = {
    method,
    path: new URL(url).pathname,
    key: headers['Idempotency-Key'],
    token: headers.Authorization?.replace('Bearer ', ''),
    body: body && JSON.parse(body),
  }
  asked.push(call)
  return answering(call)
}

/** Wait until something holds, at most for some seconds. */
export async function until(holds) {
  const deadline = Date.now() + PATIENCE
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${holds}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Wait until a path was called. */
export const sent = (path) => until(() => asked.some((call) => call.path === path))

/** A promise that the test resolves, for an answer that comes late. */
export function late() {
  let come
  const answered = new Promise((resolve) => { come = resolve })
  return { answered, come }
}
