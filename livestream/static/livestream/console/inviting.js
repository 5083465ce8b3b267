/* The viewer's form of an invitation, to a private show or a 1-on-1, with its price before it is paid. */

import { el, put, say, show } from "./dom.js";
import { field, form } from "./forms.js";
import * as goals from "./goals.js";
import { sameUntilAnswered } from "./repeating.js";
import { now } from "./servertime.js";
import { coins, duration, gettext, seconds } from "./texts.js";

const ANSWER_WITHIN = 60;
// The kinds of invitations: the quality whose price they have, and their call.
const KINDS = {
  private: { quality: "sd", path: "trigger_private", type: goals.TRIGGER_PRIVATE, name: () => gettext("Private show") },
  exclusive: { quality: "exclusive", path: "trigger_exclusive", type: goals.TRIGGER_EXCLUSIVE, name: () => gettext("1-on-1") },
};

/** Return the kinds of invitations that a session offers. */
export const offeredIn = (session) => Object.values(KINDS).filter(({ quality }) => session.prices[quality] !== undefined);

/** `limits` are the least, largest and suggested seconds of an invitation. */
export function invitationForm(client, api, limits) {
  let session = null;
  let current = [];
  const kind = field({ name: "kind", label: gettext("Invite to"), kind: "select", options: Object.entries(KINDS).map(([key, each]) => [key, each.name()]) });
  const length = field({ name: "duration", label: gettext("For"), kind: "number", value: limits.suggested, min: limits.min, max: limits.max, unit: gettext("seconds") });
  const wait = el("p", { class: "hint", hidden: true });
  const part = form({
    title: gettext("Invite the streamer"),
    label: "",
    className: "card",
    fields: [kind, length],
    note: wait,
    submit: sameUntilAnswered(callOf, send),
  });

  function callOf({ kind: asked, duration: wanted }) {
    const body = { exp: Math.ceil(now() + ANSWER_WITHIN), duration: wanted, max_price: priceOf(asked, wanted) };
    return { path: `/sessions/${session.id}/${KINDS[asked].path}`, body };
  }

  /** Invite; who has to wait is told by the form for how long. */
  async function send(path, body) {
    const [invited, { type }] = [session, chosen()];
    try {
      client.keepGoal(await api.post(path, body));
    } catch (problem) {
      if (!client.cooldowns.keep(problem, invited, type)) throw problem;
      label();
    }
    client.load("wallet");
  }

  const chosen = () => KINDS[kind.input.value];

  /** Return the invitation of a kind that would be joined, if there is one. */
  const joinable = ({ type }) => current.find((goal) => goal.type === type && goal.active);

  /** Return the coins a minute, those of the invitation that would be joined where there is one. */
  const rateOf = (asked) => joinable(KINDS[asked])?.price?.rate ?? session?.prices[KINDS[asked].quality];

  const priceOf = (asked, wanted) => Math.ceil((rateOf(asked) * wanted) / 60);

  /** Name what a press does. Time that is added to one's own invitation costs again, so it is asked for twice. */
  function label() {
    const wanted = length.input.checkValidity() ? Number(length.input.value) : limits.suggested;
    const values = { coins: coins(priceOf(kind.input.value, wanted)), seconds: seconds(wanted) };
    const joined = joinable(chosen());
    if (joined && isOwn(joined)) {
      part.name(gettext("Add %(seconds)s for %(coins)s", values), { isMain: false, confirm: gettext("Really pay %(coins)s more?", values) });
    } else {
      part.name(joined ? gettext("Join for %(coins)s", values) : gettext("Invite for %(coins)s", values));
    }
    tellWait(joined ? 0 : client.cooldowns.left(session, chosen().type));
  }

  const isOwn = (goal) => goal.metadata.triggered_by === client.me.id || goal.breakdown?.[client.me.id] > 0;

  function tellWait(left) {
    say(wait, left ? gettext("The streamer takes no new invitation yet. You may invite again in %(time)s.", { time: duration(left) }) : "");
    show(wait, left);
    put(part.button, "disabled", left > 0);
  }

  [kind, length].forEach((each) => each.input.addEventListener("input", label));

  /** Show the form while the stage is free for an invitation, with the kinds that are offered. */
  function update(watched, seen) {
    session = watched;
    current = seen;
    const offered = [...kind.input.options].filter((option) => rateOf(option.value) !== undefined);
    [...kind.input.options].forEach((option) => put(option, "disabled", !offered.includes(option)));
    if (offered.length && kind.input.selectedOptions[0]?.disabled) {
      kind.input.value = offered[0].value;
    }
    const isTaken = seen.some((goal) => [goals.FUNDING, goals.SHOW, goals.EXCLUSIVE].includes(goal.type));
    show(part.node, session && offered.length && !isTaken);
    if (session && offered.length) label();
  }

  return { node: part.node, update };
}
