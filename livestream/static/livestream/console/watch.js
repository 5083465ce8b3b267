/* The viewer's view: who is live, what can be bought, and the viewer's own invitations. */

import { el, list, put, say, show } from "./dom.js";
import { buttons, field, form } from "./forms.js";
import { goalCard } from "./goalcard.js";
import * as goals from "./goals.js";
import { invitationForm } from "./inviting.js";
import { now } from "./servertime.js";
import { coins, duration, gettext, isolated, timeOfDay } from "./texts.js";

export function watchView(client, api, limits) {
  const live = el("div", { class: "streams", role: "group", ariaLabel: gettext("Live now") });
  const nobody = el("p", { class: "empty" }, gettext("Nobody is live. As soon as a streamer goes live, you see it here."));
  const admitted = el("p", { class: "hint", role: "status" });
  const current = el("div", { class: "cards" });
  const invite = invitationForm(client, api, limits);
  const ended = el("div", { class: "cards" });
  const past = el("details", { class: "past" }, el("summary", {}, gettext("What ended")), ended);
  const node = el("div", { class: "view" }, el("h3", {}, gettext("Live now")), live, nobody, admitted, current, invite.node, past);
  const actions = (goal) => viewerActions(client, api, goal);
  const update = () => {
    const streams = liveSessions(client);
    followFirst(client, streams);
    show(nobody, streams.length === 0);
    updateAdmitted(admitted, client.admission.until);
    list(live, streams, (session) => session.id, () => streamButton(client));
    const seen = watchedGoals(client);
    list(current, seen.current, (goal) => goal.id, (goal) => goalCard(client, goal, actions));
    list(ended, seen.ended, (goal) => goal.id, (goal) => goalCard(client, goal));
    show(past, seen.ended.length > 0);
    invite.update(watchedSession(client), seen.current);
  };
  return { node, update };
}

function updateAdmitted(node, until) {
  say(node, until ? gettext("You may watch what you paid for until %(time)s.", { time: timeOfDay(until) }) : "");
  show(node, until);
}

/** Return the live sessions of others. */
export function liveSessions(client) {
  const sessions = client.feed.map((id) => client.sessions.get(id));
  return sessions.filter((session) => session?.active && session.streamer_id !== client.me.id);
}

/** Return the session of the stream that is watched, null where it is not live. */
export const watchedSession = (client) =>
  liveSessions(client).find((session) => session.streamer_id === client.watched) ?? null;

function followFirst(client, streams) {
  const [first] = streams;
  if (first && !streams.some((session) => session.streamer_id === client.watched)) {
    client.watch(first.streamer_id);
  }
}

/** Return the goals of the watched stream that this viewer may take part in. */
export function watchedGoals(client) {
  const isMine = (goal) =>
    client.me.id === goal.metadata.triggered_by || goal.context.exclusive_to === client.me.id || paidBy(client, goal) > 0;
  const isForAll = (goal) => ![goals.TRIGGER_EXCLUSIVE, goals.EXCLUSIVE].includes(goal.type);
  const isSeen = (goal) => goal.metadata.user_id === client.watched && (isForAll(goal) || isMine(goal));
  return goals.split(client, client.goals.all().filter(isSeen));
}

/** Return the coins that the viewer has paid for a goal. */
export const paidBy = (client, goal) => goal.breakdown?.[client.me.id] ?? 0;

function streamButton(client) {
  const title = el("strong", {});
  const about = el("span", {});
  let shown = null;
  const node = el("button", { type: "button", class: "stream", on: { click: () => client.watch(shown.streamer_id) } }, title, about);
  const update = (session) => {
    shown = session;
    say(title, session.streamer_name ?? session.streamer_id);
    say(about, gettext("%(title)s · live for %(time)s", { title: isolated(session.title), time: duration(now() - session.statuses.started) }));
    put(node, "ariaPressed", String(session.streamer_id === client.watched));
  };
  return { node, update };
}

function viewerActions(client, api, goal) {
  const parts = [];
  if ([goals.FUNDING, goals.SHOW].includes(goal.type)) parts.push(buying(client, api, goal));
  if (goal.type === goals.FUNDING) parts.push(givingBack(client, api, goal));
  if (goals.isInvitation(goal)) parts.push(takingBack(client, api, goal));
  const node = el("div", { class: "goal-actions" }, ...parts.map((part) => part.node));
  return { node, update: (current) => parts.forEach((part) => part.update(current)) };
}

/** Buy tickets, also late ones of a show that runs. What is paid is at most what the button says. */
function buying(client, api, goal) {
  const saleId = goal.context.funding_goal_id ?? goal.id;
  const price = goal.terms?.price ?? 0;
  const quantity = field({ name: "quantity", label: gettext("Tickets"), kind: "number", value: 1, min: 1, max: 10000 });
  const part = form({
    label: "",
    className: "buy",
    fields: [quantity],
    submit: async ({ quantity: count }) => {
      await api.post(`/goals/${saleId}/contributions`, { quantity: count, max_price: count * price });
      client.load("wallet", "watched");
    },
  });
  const label = () => part.name(gettext("Buy for %(coins)s", { coins: coins(ticketsIn(quantity.input) * price) }));
  quantity.input.addEventListener("input", label);
  label();
  return { node: part.node, update: (current) => show(part.node, goals.sellsTickets(current)) };
}

/** Return how many tickets a field asks for; what is no number of tickets is refused when it is sent, and priced as one. */
const ticketsIn = (input) => (input.checkValidity() ? Number(input.value) : 1);

/** Give tickets back, as long as the sale is open and not reached. */
function givingBack(client, api, goal) {
  const giveBack = async () => {
    const [ticket] = client.purchasesOf(goal.id);
    client.keepGoal(await api.delete(`/goals/${goal.id}/contributions/${ticket.transfer_id}`));
    client.load("wallet");
  };
  const part = buttons({ label: gettext("Give back"), press: giveBack });
  const update = (current) => {
    const [ticket] = current.active && !goals.isReached(current) ? client.purchasesOf(goal.id) : [];
    part.update([Boolean(ticket)], [ticket ? gettext("Give back a purchase of %(coins)s", { coins: coins(ticket.paid) }) : ""]);
  };
  return { node: part.node, update };
}

function takingBack(client, api, goal) {
  const takeBack = async () => client.keepGoal(await api.delete(`/goals/${goal.id}`, {}));
  const part = buttons({ label: gettext("Take the invitation back"), press: takeBack });
  const isMine = (current) => current.metadata.triggered_by === client.me.id || paidBy(client, current) > 0;
  return { node: part.node, update: (current) => part.update([goals.isUnanswered(current) && isMine(current)]) };
}
