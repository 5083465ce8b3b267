/* One pane: somebody signs in, performs or watches, and sees their wallet. Every pane is the same. */

import { Api } from "./api.js";
import { ClientState } from "./clientstate.js";
import { Contact } from "./contact.js";
import { el, put, say, show } from "./dom.js";
import { refusal } from "./forms.js";
import { streamerHint, viewerHint } from "./hints.js";
import { Log } from "./log.js";
import { performView } from "./perform.js";
import { drawnAt } from "./servertime.js";
import { signInView } from "./signin.js";
import { coins, gettext } from "./texts.js";
import { Tokens } from "./tokens.js";
import { unique } from "./unique.js";
import { walletView } from "./wallet.js";
import { watchView } from "./watch.js";

const EVERY_SECOND = 1_000;
// Who is suggested first in which pane.
const SUGGESTED = { perform: "streamer", watch: "viewer1" };

export class Pane {
  #node;
  #name;
  #start;
  #view;
  #tokens;
  #timer = null;

  /** `node` is the pane's section; `view` is `perform` or `watch`, the one that is shown first. */
  constructor(node, { name, view }, start) {
    this.#node = node;
    this.#name = name;
    this.#view = view;
    this.#start = start;
  }

  begin() {
    this.#prepare();
    return this.#tokens.areThere ? this.#enter() : this.#askWho();
  }

  /** Give the next sign-in tokens, calls and a log of its own, which nothing of the one before can reach. */
  #prepare() {
    const log = new Log();
    const contact = new Contact();
    this.#log = log;
    this.#contact = contact;
    this.#tokens = new Tokens(this.#name);
    this.#api = new Api(this.#tokens, (method, path, status) => {
      contact.answered(status);
      log.call(method, path, status);
    });
  }

  #log;
  #contact;
  #api;
  #client;
  #draw = () => {};

  #askWho() {
    const signIn = (username, password) => this.#signIn(username, password);
    this.#node.replaceChildren(signInView({ demo: this.#start.demo, suggested: SUGGESTED[this.#view], signIn }));
  }

  /** Sign in. A second press, before the first one is answered, takes its place. */
  async #signIn(username, password) {
    this.#tokens.forget();
    this.#prepare();
    const api = this.#api;
    try {
      await api.signIn(username, password);
    } catch (problem) {
      if (api !== this.#api) return;
      throw problem;
    }
    await this.#enter();
    this.#focus("[role=tab][aria-selected=true]");
  }

  async #enter() {
    const client = new ClientState(this.#api, this.#log, this.#contact);
    this.#client = client;
    const loading = el("p", { class: "loading", role: "status" }, gettext("Loading…"));
    const tell = setInterval(() => say(loading, ifLost(client) || gettext("Loading…")), EVERY_SECOND);
    this.#node.replaceChildren(loading);
    try {
      await client.begin();
    } catch (problem) {
      return this.#leave(problem);
    } finally {
      clearInterval(tell);
    }
    this.#node.replaceChildren(...this.#build());
    client.addEventListener("change", () => this.#drawSoon());
    client.addEventListener("refused", ({ detail }) => client === this.#client && this.#refused(detail));
    this.#timer = setInterval(() => this.#draw(), EVERY_SECOND);
    this.#draw();
  }

  #leave(problem = null) {
    if (!this.#client) return; // pressed twice
    clearInterval(this.#timer);
    this.#client.end();
    this.#client = null;
    if (this.#tokens.areThere && !problem) {
      this.#api.signOut();
    }
    this.#tokens.forget();
    this.#draw = () => {};
    this.begin();
    if (!problem) this.#focus("button");
    if (problem) {
      const told = refusal();
      told.tell(problem.status === 401 ? { text: gettext("Your sign-in has ended. Sign in again.") } : problem);
      this.#node.append(told.node);
    }
  }

  /** Let the Tab key go on from here, after what had the focus is gone. */
  #focus(css) {
    this.#node.querySelector(css)?.focus({ preventScroll: true });
  }

  #refused(problem) {
    if (problem.status === 401) {
      this.#leave(problem);
    } else {
      this.#problem.tell(problem);
    }
  }

  #problem;
  #isDue = false;

  /** Draw once for all changes of one moment. */
  #drawSoon() {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      this.#draw();
    });
  }

  #build() {
    const client = this.#client;
    const head = paneHead(client, () => this.#leave());
    const next = nextStep(client);
    const views = {
      perform: { label: gettext("Perform"), hintOf: streamerHint, ...performView(client, this.#api) },
      watch: { label: gettext("Watch"), hintOf: viewerHint, ...watchView(client, this.#api, this.#start.invitation) },
    };
    const choose = tabs(views, this.#view, (name) => {
      this.#view = name;
      this.#draw();
    });
    const wallet = walletView(client);
    this.#problem = refusal();
    const drawAll = () => {
      head.update();
      // A streamer who looks at another view is still in their stream and on their stage.
      views.perform.update();
      if (this.#view !== "perform") views[this.#view].update();
      next.update(views[this.#view].hintOf);
      wallet.update();
    };
    this.#draw = () => {
      const { lostAt } = this.#contact;
      this.#node.classList.toggle("out-of-date", lostAt !== null);
      drawnAt(lostAt, drawAll);
    };
    return [head.node, choose.node, next.node, this.#problem.node, ...choose.panels, wallet.node, this.#log.node];
  }
}

/** Say that the service is lost; empty while it is not. */
const ifLost = (client) =>
  client.contact.lostAt === null ? "" : gettext("The connection to the service is lost. This page is connecting again; what you see may be out of date.");

/** The hint, or that the service is lost: what comes next is not known then. */
function nextStep(client) {
  const hint = el("p", { class: "next", role: "status" });
  const lost = el("p", { class: "lost", role: "status" });
  const update = (hintOf) => {
    const text = ifLost(client);
    say(hint, text ? "" : hintOf(client));
    show(hint, !text);
    say(lost, text);
    show(lost, text);
  };
  return { node: el("div", { class: "next-step" }, hint, lost), update };
}

function paneHead(client, signOut) {
  const balance = el("output", { class: "balance", ariaLive: "polite" });
  const dot = el("span", { class: "dot", role: "img" });
  const node = el(
    "header",
    { class: "pane-head" },
    el("div", { class: "who" }, dot, el("strong", {}, client.me.username)),
    balance,
    el("button", { type: "button", class: "quiet", on: { click: signOut } }, gettext("Sign out")),
  );
  const update = () => {
    say(balance, client.wallet.balance === null ? "" : coins(client.wallet.balance));
    const state = connection(client);
    put(dot, "className", `dot ${state.tone}`);
    put(dot, "ariaLabel", state.text);
    put(dot, "title", state.text);
  };
  return { node, update };
}

function connection(client) {
  if (client.isConnected) return { tone: "good", text: gettext("Connected: changes arrive by themselves") };
  if (client.hasRealtime) return { tone: "bad", text: gettext("Connecting again…") };
  return { tone: "calm", text: gettext("No realtime server: the page refreshes every few seconds") };
}

/** Tabs, as the ARIA practices describe them: arrows choose, one tab is in the order of the Tab key. */
function tabs(views, chosen, choose) {
  const id = unique().slice(0, 8);
  const made = Object.entries(views).map(([name, view]) => {
    const tab = el("button", { type: "button", role: "tab", id: `tab-${id}-${name}` }, view.label);
    tab.setAttribute("aria-controls", `panel-${id}-${name}`);
    const panel = el("div", { role: "tabpanel", id: `panel-${id}-${name}` }, view.node);
    panel.setAttribute("aria-labelledby", tab.id);
    return { name, tab, panel };
  });
  const select = (wanted) => {
    made.forEach(({ name, tab, panel }) => {
      put(tab, "ariaSelected", String(name === wanted));
      put(tab, "tabIndex", name === wanted ? 0 : -1);
      show(panel, name === wanted);
    });
  };
  made.forEach(({ name, tab }, index) => {
    const goTo = (step) => made.at((index + step) % made.length).tab;
    tab.addEventListener("click", () => (select(name), choose(name)));
    tab.addEventListener("keydown", ({ key }) => {
      const next = { ArrowRight: goTo(1), ArrowLeft: goTo(-1) }[key];
      next?.click();
      next?.focus();
    });
  });
  select(chosen);
  const node = el("div", { class: "tabs", role: "tablist", ariaLabel: gettext("View") }, ...made.map(({ tab }) => tab));
  return { node, panels: made.map(({ panel }) => panel) };
}
