/* What one signed-in user knows: read from the API, kept current by pushes.
 *
 * Views read the members and draw again at each `change`. Everything here can be read again at any time, so after
 * a lost connection nothing is missing.
 */

import { Admission } from "./admission.js";
import * as goals from "./goals.js";
import { Contact } from "./contact.js";
import { Cooldowns } from "./cooldown.js";
import { Loader } from "./loader.js";
import { Pushes } from "./pushes.js";
import { Realtime } from "./realtime.js";
import { now } from "./servertime.js";
import { Store } from "./store.js";
import { Wallet } from "./walletpages.js";

// Nobody is told about streams that they do not follow, so the list of live streams is read again and again.
const FEED_EVERY = 3_000;
// While there is no realtime server, everything is read again after so long.
const ALL_EVERY = 5_000;
const SNAPSHOT = "/notify/channels/";

export class ClientState extends EventTarget {
  me = null;
  session = null; // the user's own session: the active one, or null
  isRead = false; // whether it is known which one that is
  feed = [];
  watched = null; // the id of the streamer whose stream is watched
  products = [];
  goals = new Store();
  sessions = new Store();
  isConnected = false;
  hasRealtime = false;

  #api;
  #log;
  #timers = [];
  #loaders;

  constructor(api, log, contact = new Contact()) {
    super();
    this.contact = contact;
    this.#api = api;
    this.#log = log;
    this.wallet = new Wallet(api);
    this.admission = new Admission(this, api);
    this.cooldowns = new Cooldowns(this);
    const pushes = new Pushes(this);
    this.realtime = new Realtime(api, {
      connected: () => this.loadAll(),
      joined: (channel) => this.#joined(channel),
      state: (name) => this.#connection(name),
      pushed: (channel, event, data) => {
        this.#log.push(event, channel, data);
        pushes.hear(channel, event, data);
        this.#changed();
      },
    });
    const reading = {
      wallet: () => this.#readWallet(),
      own: () => this.#readOwn(),
      feed: () => this.#readFeed(),
      watched: () => this.#readWatched(),
    };
    const failed = (problem) => this.dispatchEvent(new CustomEvent("refused", { detail: problem }));
    this.#loaders = Object.fromEntries(
      Object.entries(reading).map(([name, read]) => [name, new Loader(read, failed)]),
    );
  }

  /** Read who is signed in, join the user's own channel, and begin to listen. */
  async begin() {
    const [config, me, products] = await Promise.all([
      this.#api.open("/config"),
      this.#api.get("/users/me"),
      this.#api.get("/ticket_products"),
    ]);
    this.me = me;
    this.products = products.results;
    this.hasRealtime = Boolean(config.realtime);
    if (config.realtime) {
      this.contact.connected(false);
      this.realtime.connect(config.realtime);
      this.realtime.join(`private-user@${me.id}`);
    }
    this.loadAll();
    this.#timers.push(setInterval(() => this.load("feed"), FEED_EVERY));
    this.#timers.push(setInterval(() => this.isConnected || this.loadAll(), ALL_EVERY));
  }

  end() {
    this.#timers.forEach(clearInterval);
    Object.values(this.#loaders).forEach((loader) => loader.stop());
    this.realtime.disconnect();
  }

  load(...names) {
    names.forEach((name) => this.#loaders[name].load());
  }

  loadAll() {
    this.load("own", "feed", "watched", "wallet");
  }

  /** Watch a stream: hear what its audience hears, and when this viewer is let into what they paid for. */
  watch(streamerId) {
    if (this.watched === streamerId) return;
    this.#rooms(this.watched).forEach((name) => this.realtime.leave(name));
    this.watched = streamerId;
    this.admission.end();
    this.realtime.join(`private-stream@${streamerId}`);
    this.#rooms(streamerId).forEach((name) => this.realtime.join(name));
    this.load("watched");
  }

  #rooms(streamerId) {
    const qualities = streamerId ? ["preview", "sd"] : [];
    return qualities.map((quality) => `presence-stream-viewer@${streamerId}.${quality}.${this.me.id}`);
  }

  /** Keep what a call answered about a goal. */
  keepGoal(goal) {
    this.goals.keep(goal, { isWhole: true });
    this.#changed();
  }

  /** Keep a session of the user's own: what a call answered, or what was pushed. */
  keepOwnSession(session) {
    this.sessions.keep(session);
    const known = this.sessions.get(session.id);
    if (known.active || this.session?.id === known.id) {
      this.session = known.active ? known : null;
    }
    this.#changed();
  }

  goalsOf(sessionId) {
    return this.goals.all().filter((goal) => goal.conditions.session_id === sessionId);
  }

  /** Return the user's purchases in a sale that were not given back, newest first. */
  purchasesOf(goalId) {
    return this.wallet.payments.filter((payment) => payment.goal.id === goalId && payment.held === payment.paid);
  }

  /** Whether a goal is a sale that was reached, and its show is still to be made. */
  awaitsShow(sale) {
    const isReached = sale.type === goals.FUNDING && goals.isOver(sale) && sale.outcome === "completed";
    return isReached && (sale.terms?.start_by ?? 0) > now() && !this.#hasShow(sale);
  }

  /** Whether a sale has its show; the show may be known before the sale says so. */
  #hasShow(sale) {
    const isOfSale = (goal) => goal.context.funding_goal_id === sale.id;
    return Boolean(sale.context.show_goal_id) || this.goalsOf(sale.conditions.session_id).some(isOfSale);
  }

  /** Read a list of the wallet further. */
  readMore(name) {
    this.wallet.want(name);
    this.load("wallet");
  }

  async #readWallet() {
    await this.wallet.read();
    this.#changed();
  }

  async #readOwn() {
    const own = await this.#api.get(`${SNAPSHOT}private-user@${this.me.id}`);
    const past = await this.#api.get(`/goals?streamer=${this.me.id}`);
    own.goals.forEach((goal) => this.goals.keep(goal, { isWhole: true }));
    past.results.forEach((goal) => this.goals.keep(goal)); // a list leaves out who paid
    this.sessions.keep(own.session);
    // A push may have said meanwhile that it has ended.
    const known = own.session && this.sessions.get(own.session.id);
    this.session = known?.active ? known : null;
    this.isRead = true;
    this.#changed();
  }

  async #readFeed() {
    const feed = await this.#api.get("/feed");
    this.realtime.hurry(); // the service answers
    feed.results.forEach(({ session, goals: shown }) => {
      this.sessions.keep(session);
      shown.forEach((goal) => this.goals.keep(goal));
      this.realtime.stayIn(`private-stream@${session.streamer_id}`);
    });
    this.feed = feed.results.map(({ session }) => session.id);
    this.#changed();
  }

  async #readWatched() {
    if (!this.watched) return;
    const { session } = await this.#api.get(`${SNAPSHOT}private-stream@${this.watched}`);
    await (session ? this.#readStream(session) : this.admission.check());
    this.#changed();
  }

  async #readStream(session) {
    this.sessions.keep(session);
    const seen = await this.#api.get(`/goals?session=${session.id}`);
    seen.results.forEach((goal) => this.goals.keep(goal, { isWhole: true }));
    if (session.streamer_id === this.watched) await this.admission.read(session);
  }

  /** Read a goal whose push was too large to hold all of it. */
  async loadGoal(id) {
    const read = this.#api.get(`/goals/${id}`).then((goal) => this.keepGoal(goal));
    await read.catch(() => this.load("own", "watched"));
  }

  /** Read what was pushed before the channel was joined. */
  #joined(channel) {
    if (channel === `private-stream@${this.watched}`) this.load("watched");
    if (channel === `private-user@${this.me.id}`) this.load("own", "wallet");
    this.#changed();
  }

  #connection(name) {
    this.isConnected = name === "connected";
    this.contact.connected(this.isConnected);
    this.#log.connection(name);
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
