/* The realtime server: the channels of one pane, heard with pusher-js.
 *
 * pusher-js connects again by itself and joins its channels again, but it waits longer and longer between attempts,
 * up to a minute. Who knows that the service is back calls `hurry`. Pushes of the time between are lost, so `connected`
 * is called then: the listener reads everything again. pusher-js does not reconnect after
 * the service has closed the connection because rights have changed; this class does.
 */

const RETRY_SUBSCRIPTION = 3_000;
// Milliseconds that an attempt to connect is given before `hurry` begins another one, at first and at most.
const FIRST_ATTEMPT = 4_000;
const LONGEST_ATTEMPT = 16_000;
// Milliseconds before reconnecting after the service has closed the connection.
const RECONNECT_PAUSE = 1_000;

export class Realtime {
  #api;
  #listener;
  #pusher = null;
  #refused = new Map(); // the status of the last refusal of each channel
  #waiting = new Map(); // the timer of each channel that is joined again soon
  #attempt = { since: 0, lasts: FIRST_ATTEMPT }; // the attempt to connect that goes on
  #isHurrying = false;

  /** `listener` has `connected()`, `joined(channel)`, `state(name)` and `pushed(channel, event, data)`. */
  constructor(api, listener) {
    this.#api = api;
    this.#listener = listener;
  }

  /** Connect; `server` is the member `realtime` of `GET /config`. */
  connect(server) {
    this.#pusher = new window.Pusher(server.key, {
      ...addressOf(server),
      // All WebSockets, and no polling. It does not say how they are secured: `forceTLS` does.
      enabledTransports: ["ws"],
      enableStats: false,
      channelAuthorization: { customHandler: (asked, answer) => this.#authorize(server, asked, answer) },
      userAuthentication: { customHandler: (asked, answer) => this.#authorize(server, asked, answer) },
    });
    this.#begin(FIRST_ATTEMPT);
    this.#pusher.connection.bind("state_change", (change) => this.#changed(change));
    this.#pusher.connection.bind("connected", () => this.#connected());
    // Signed in, the connection can be closed by the service when the user loses access.
    this.#pusher.signin();
  }

  #begin(lasts) {
    this.#attempt = { since: Date.now(), lasts };
  }

  #changed({ previous, current }) {
    if (previous === "connected") this.#begin(FIRST_ATTEMPT);
    if (previous === "connected" && current === "disconnected") setTimeout(() => this.#connectAgain(), RECONNECT_PAUSE);
    if (!this.#isHurrying) this.#listener.state(current);
  }

  #connectAgain() {
    if (this.#pusher?.connection.state === "disconnected") this.#pusher.connect();
  }

  /** Connect at once instead of when pusher-js would, unless an attempt has only begun. */
  hurry() {
    const { since, lasts } = this.#attempt;
    const isWaiting = ["connecting", "unavailable", "disconnected"].includes(this.#pusher?.connection.state);
    if (!isWaiting || Date.now() < since + lasts) return;
    this.#begin(Math.min(2 * lasts, LONGEST_ATTEMPT));
    this.#isHurrying = true;
    this.#pusher.disconnect();
    this.#pusher.connect();
    this.#isHurrying = false;
  }

  #connected() {
    this.#refused.clear(); // the service closes connections when rights change, so a new one may ask once more
    this.#listener.connected();
  }

  disconnect() {
    this.#waiting.forEach(clearTimeout);
    this.#waiting.clear();
    this.#pusher?.disconnect();
    this.#pusher = null;
  }

  /** Whether a channel is joined, or will be soon. */
  has(name) {
    return this.#waiting.has(name) || Boolean(this.#pusher?.channel(name));
  }

  join(name) {
    if (!this.#pusher || this.has(name)) return;
    const channel = this.#pusher.subscribe(name);
    channel.bind_global((event, data) => this.#hear(name, event, data));
  }

  /** Join a channel if it is not joined. This may be called every second: what the user may not hear is asked once. */
  stayIn(name) {
    if (!this.#isForbidden(name)) this.join(name);
  }

  #isForbidden(name) {
    return this.#refused.get(name) === 403;
  }

  leave(name) {
    clearTimeout(this.#waiting.get(name));
    this.#waiting.delete(name);
    this.#pusher?.unsubscribe(name);
  }

  #hear(name, event, data) {
    if (event.startsWith("client-")) return; // from another member of the channel, and not from the service
    if (!event.startsWith("pusher:")) {
      this.#listener.pushed(name, event, data);
    } else if (event === "pusher:subscription_error") {
      this.#retry(name);
    } else if (event === "pusher:subscription_succeeded") {
      this.#listener.joined(name);
    }
  }

  /** Join once more after a failure that may pass; who may not hear a channel stays outside. */
  #retry(name) {
    this.#pusher?.unsubscribe(name);
    if (this.#isForbidden(name)) return;
    const again = () => {
      this.#waiting.delete(name);
      this.join(name);
    };
    this.#waiting.set(name, setTimeout(again, RETRY_SUBSCRIPTION));
  }

  async #authorize(server, { socketId, channelName }, answer) {
    const body = { socket_id: socketId, ...(channelName ? { channel_name: channelName } : {}) };
    try {
      const signed = await this.#api.postWithoutKey(server.auth_path, body);
      // The connection may be another one by now, for which pusher-js asks again.
      const isCurrent = this.#pusher?.connection.socket_id === socketId;
      this.#refused.delete(channelName);
      answer(isCurrent ? null : new Error("another connection"), isCurrent ? signed : null);
    } catch (problem) {
      this.#refused.set(channelName, problem.status);
      answer(problem, null);
    }
  }
}

function addressOf({ host, port, tls, cluster }) {
  const own = host ? { wsHost: host, wsPort: port ?? 80, wssPort: port ?? 443 } : {};
  return { cluster: cluster ?? "", forceTLS: Boolean(tls), ...own };
}
