/* What a client does and hears, for those who write one: its calls, and the pushes of the realtime server. */

import { el, say } from "./dom.js";
import { now } from "./servertime.js";
import { gettext, timeOfDay } from "./texts.js";

const MOST = 60;
// These are repeated so often that they would hide the rest.
const DULL = /^\/(feed|config|notify\/pusher\/auth)\b/;

export class Log {
  constructor() {
    this.list = el("ol", { class: "log" });
    this.state = el("span", { class: "log-state" });
    this.node = el(
      "details",
      { class: "card quiet-card" },
      el("summary", {}, gettext("Calls and pushes"), this.state),
      el("p", { class: "hint" }, gettext("What this pane asked the API, and what it heard on its channels. The newest is first.")),
      this.list,
    );
    this.pushes = 0;
  }

  call(method, path, status) {
    if (method === "GET" && DULL.test(path)) return;
    const result = status ? String(status) : gettext("no answer");
    this.#add("call", `${method} ${path}`, result, status === 0 || status >= 400);
  }

  push(event, channel, data) {
    this.pushes += 1;
    say(this.state, String(this.pushes));
    const version = data?.goal?.version ?? data?.session?.version;
    this.#add("push", event, [channel, version && `v${version}`].filter(Boolean).join(" · "));
  }

  connection(name) {
    this.#add("connection", gettext("Realtime server"), name, name === "unavailable" || name === "failed");
  }

  #add(kind, what, detail, isBad = false) {
    this.list.prepend(
      el(
        "li",
        { class: `log-${kind}${isBad ? " bad" : ""}` },
        el("time", {}, timeOfDay(now())),
        el("code", {}, what),
        el("span", {}, detail),
      ),
    );
    while (this.list.childElementCount > MOST) {
      this.list.lastElementChild.remove();
    }
  }
}
