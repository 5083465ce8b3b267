/* The streamer's view: a session, its sales and shows, invitations, what is due and what ended. */

import { el, list, say, show } from "./dom.js";
import { buttons, field, form } from "./forms.js";
import { goalCard } from "./goalcard.js";
import * as goals from "./goals.js";
import { saleForm, showForm } from "./sales.js";
import { leaveOldStages, ownStream, stageButtons } from "./stage.js";
import { coins, duration, gettext } from "./texts.js";
import { now } from "./servertime.js";

export function performView(client, api) {
  const session = sessionCard(client, api);
  const sale = saleForm(client, api);
  const current = el("div", { class: "cards" });
  const ended = el("div", { class: "cards" });
  const past = el("details", { class: "past" }, el("summary", {}, gettext("What ended")), ended);
  const stream = ownStream(client);
  const node = el("div", { class: "view" }, session.node, current, sale.node, past);
  const actions = (goal) => streamerActions(client, api, goal);
  const update = () => {
    stream.update();
    leaveOldStages(client);
    session.update();
    const own = ownGoals(client);
    const isLive = Boolean(client.session?.statuses.started);
    show(sale.node, isLive && !own.current.some(takesStage));
    list(current, own.current, (goal) => goal.id, (goal) => goalCard(client, goal, actions));
    list(ended, own.ended, (goal) => goal.id, (goal) => goalCard(client, goal));
    show(past, own.ended.length > 0);
  };
  return { node, update };
}

/** Return the streamer's own goals: those that go on, oldest first, and some that ended, newest first. */
export function ownGoals(client) {
  return goals.split(client, client.goals.all().filter((goal) => goal.metadata.user_id === client.me.id));
}

const takesStage = (goal) => goal.type === goals.FUNDING || goals.isPaidPerformance(goal);

function sessionCard(client, api) {
  const open = sessionForm(client, api);
  const title = el("h3", {});
  const since = el("p", { class: "hint" });
  const start = async () => client.keepOwnSession(await api.post(`/sessions/${client.session.id}/start`));
  const end = async () => client.keepOwnSession(await api.delete(`/sessions/${client.session.id}`));
  const actions = buttons(
    { label: gettext("Go live"), className: "primary", press: start },
    { label: gettext("End the session"), confirm: gettext("Really end it?"), press: end },
  );
  const live = el("section", { class: "card session" }, el("div", {}, title, since), actions.node);
  const update = () => {
    const { session } = client;
    show(open.node, client.isRead && !session);
    show(live, session);
    if (!session) return;
    const started = session.statuses.started;
    say(title, session.title || gettext("Untitled session"));
    say(since, started ? gettext("Live for %(time)s", { time: duration(now() - started) }) : gettext("Not live yet"));
    actions.update([!started, Boolean(started)]);
  };
  return { node: el("div", {}, open.node, live), update };
}

function sessionForm(client, api) {
  const perMinute = gettext("coins a minute");
  return form({
    title: gettext("Open a session"),
    className: "card",
    label: gettext("Go live"),
    fields: [
      field({ name: "title", label: gettext("Title"), value: gettext("An evening at the piano"), maxLength: 200 }),
      field({ name: "sd", label: gettext("Private show"), kind: "number", value: 600, min: 0, unit: perMinute }),
      field({ name: "exclusive", label: gettext("1-on-1"), kind: "number", value: 1200, min: 0, unit: perMinute }),
    ],
    submit: async ({ title, sd, exclusive }) => {
      const session = await api.post("/sessions", { title, prices: offered({ sd, exclusive }) });
      client.keepOwnSession(session);
      client.keepOwnSession(await api.post(`/sessions/${session.id}/start`));
    },
  });
}

/** Return the prices of what is offered: what costs 0 is not. */
const offered = (prices) => Object.fromEntries(Object.entries(prices).filter(([, price]) => price > 0));

function streamerActions(client, api, goal) {
  const stage = stageButtons(client, goal);
  const make = goal.type === goals.FUNDING ? showForm(client, api, goal) : null;
  const answer = answerButtons(client, api, goal);
  const end = async () => client.keepGoal(await api.delete(`/goals/${goal.id}`, {}));
  const ending = buttons({ label: gettext("Call it off"), confirm: gettext("Really end it?"), press: end });
  const node = el("div", { class: "goal-actions" }, make?.node ?? null, answer.node, stage.node, ending.node);
  const update = (current) => {
    const isShowDue = client.awaitsShow(current);
    if (make) show(make.node, isShowDue);
    stage.update(current);
    answer.update(current);
    const canEnd = (!goals.isOver(current) && !goals.isUnanswered(current)) || isShowDue;
    ending.update([canEnd], [goals.isAgreed(current) || goal.type === goals.EXCLUSIVE ? gettext("End it early") : ""]);
  };
  return { node, update };
}

function answerButtons(client, api, goal) {
  const answer = (agree) => async () => client.keepGoal(await api.delete(`/goals/${goal.id}`, { agree }));
  const pays = el("p", { class: "pays" });
  const part = buttons(
    { label: gettext("Agree"), className: "primary", press: answer(true) },
    { label: gettext("Decline"), press: answer(false) },
  );
  const node = el("div", { class: "answer" }, pays, part.node);
  const update = (current) => {
    const isAsked = goals.isUnanswered(current);
    show(node, isAsked);
    part.update([isAsked, isAsked]);
    say(pays, isAsked ? gettext("It pays %(coins)s if you perform it to its end.", { coins: coins(paidFor(current)) }) : "");
  };
  return { node, update };
}

/** Return the coins that all payers of an invitation have paid, as far as they are known. */
const paidFor = (goal) =>
  Object.values(goal.breakdown ?? {}).reduce((sum, paid) => sum + paid, 0) || goal.price?.joining || 0;
