/* One goal: what it is, how far it is, how long is left, what became of it. Views add what one can do with it. */

import { el, put, say, show } from "./dom.js";
import * as goals from "./goals.js";
import { now } from "./servertime.js";
import { coins, duration, gettext, isolated, number, seconds, timeOfDay } from "./texts.js";

const MOST_NAMES = 3;

const noActions = () => ({ node: null, update: () => {} });

/** Make a card for what `client` sees of a goal; `actions(goal)` returns `{node, update(goal)}` with its buttons and forms. */
export function goalCard(client, goal, actions = noActions) {
  const title = el("h4", {});
  const kind = el("p", { class: "kind" });
  const state = el("span", { class: "chip" });
  const bar = el("progress", { max: 1, value: 0 });
  const progress = el("p", { class: "progress-text" });
  const money = el("p", { class: "progress-text visually-hidden", ariaLive: "polite" });
  const facts = el("ul", { class: "facts" });
  const part = actions(goal);
  const node = el(
    "article",
    { class: "card goal" },
    el("header", { class: "goal-head" }, el("div", {}, kind, title), state),
    el("div", { class: "bar" }, bar, progress),
    money,
    facts,
    part.node,
  );
  node.dataset.goal = goal.id;
  node.dataset.type = goal.type;
  const update = (current) => {
    say(kind, goals.kindOf(current));
    say(title, titleOf(current));
    say(state, stateOf(current));
    put(state, "className", `chip ${toneOf(current)}`);
    updateProgress(current, { bar, progress, money });
    updateFacts(facts, [...factsOf(client, current), ...paymentsOf(client, current)]);
    put(node.dataset, "state", current.state);
    part.update(current);
  };
  return { node, update };
}

function titleOf(goal) {
  if (goals.isInvitation(goal) || goal.type === goals.EXCLUSIVE) {
    const who = goal.metadata.triggered_by_name;
    const length = seconds(goal.metadata.prepaid_duration ?? 0);
    return who ? `${isolated(who)} · ${length}` : length;
  }
  return goal.levels?.at(-1)?.title ?? "";
}

function stateOf(goal) {
  if (goal.outcome) return goals.outcome(goal.outcome);
  if (goal.state === "scheduled") return gettext("scheduled");
  if (goals.isRunning(goal)) return gettext("on stage");
  if (goals.isUnanswered(goal)) return gettext("waiting for an answer");
  if (goals.isPerformed(goal)) return goal.progress || goal.context.paused ? gettext("paused") : gettext("waiting for the streamer");
  return gettext("open");
}

function toneOf(goal) {
  if (goal.outcome) return ["completed", "agreed"].includes(goal.outcome) ? "good" : "calm";
  return goals.isRunning(goal) ? "live" : "calm";
}

function updateProgress(goal, { bar, progress, money }) {
  const whole = goals.target(goal);
  const isShown = whole > 0 && !(goals.isInvitation(goal) && !goals.isPerformed(goal));
  show(bar.parentElement, isShown);
  if (!isShown) return;
  const reached = goals.progressNow(goal);
  put(bar, "max", whole);
  put(bar, "value", Math.min(reached, whole));
  bar.setAttribute("aria-label", goals.kindOf(goal));
  const values = { reached: number(Math.floor(reached)), target: number(whole) };
  const text = goals.isPerformed(goal)
    ? gettext("%(reached)s of %(target)s seconds performed", values)
    : gettext("%(reached)s of %(target)s coins", values);
  say(progress, text);
  // Seconds would be read out every second; coins change when somebody pays.
  say(money, goals.isPerformed(goal) ? "" : text);
}

/** Return what is due and what was promised, each as [name, value]. */
function factsOf(client, goal) {
  if (client.awaitsShow(goal)) return promisedShow(goal.terms);
  if (goals.isOver(goal)) {
    return goal.ended_because ? [[gettext("Because"), goals.reason(goal.ended_because, goal.type)]] : [];
  }
  return [...deadlinesOf(goal), ...promisesOf(goal)];
}

/** Return what the buyers of a reached sale wait for. */
function promisedShow({ duration: length, start_by: latest }) {
  return [
    [gettext("Promised length"), seconds(length)],
    [gettext("The show starts"), gettext("at %(time)s at the latest", { time: timeOfDay(latest) })],
    [gettext("Show starts within"), duration(latest - now())],
  ];
}

/** Return what happens by itself, and in how long. */
function deadlinesOf(goal) {
  const found = [];
  const add = (text, at) => at && found.push([text, duration(at - now())]);
  if (goals.isRunning(goal)) found.push([gettext("Left to perform"), duration(goals.secondsLeft(goal))]);
  else if (goals.isPerformed(goal) && goal.active) found.push([gettext("To perform"), duration(goals.secondsLeft(goal))]);
  if (goal.state === "scheduled") add(gettext("Starts in"), goal.nbf);
  if (goal.type === goals.FUNDING && goal.active) add(gettext("Sale ends in"), goal.exp);
  if (goal.type === goals.FUNDING && goal.terms?.start_by && !goals.isOver(goal)) add(gettext("Show starts within"), goal.terms.start_by);
  if (goals.isUnanswered(goal)) add(gettext("Answer within"), goal.exp);
  else if (goal.active && goal.exp && goals.isPerformed(goal) && !goals.isRunning(goal)) add(gettext("Ends in"), goal.exp);
  return found;
}

function promisesOf(goal) {
  const found = [];
  if (goal.terms) {
    if (goal.type === goals.FUNDING) found.push([gettext("A ticket"), coins(goal.terms.price)]);
    found.push([gettext("Promised length"), seconds(goal.terms.duration)]);
    if (goal.type === goals.FUNDING) found.push([gettext("Starts at the latest"), gettext("%(time)s after the sale", { time: duration(goal.terms.start_within) })]);
  }
  if (goal.price) found.push([gettext("Price"), coins(goal.price.joining)]);
  return found;
}

/** Return who paid what: all of it for the streamer, their own coins for a viewer. */
function paymentsOf(client, goal) {
  const paid = Object.entries(goal.breakdown ?? {}).filter(([, amount]) => amount > 0);
  if (goal.metadata.user_id !== client.me.id) {
    return paid.filter(([id]) => id === client.me.id).map(([, amount]) => [gettext("You paid"), coins(amount)]);
  }
  const names = paid.map(([id, amount]) => `${isolated(goal.breakdown_names?.[id] ?? id)} ${number(amount)}`);
  const more = names.length > MOST_NAMES ? ["…"] : [];
  return names.length ? [[gettext("Paid by"), [...names.slice(0, MOST_NAMES), ...more].join(", ")]] : [];
}

function updateFacts(node, facts) {
  while (node.childElementCount > facts.length) node.lastElementChild.remove();
  facts.forEach(([name, value], index) => {
    const row = node.children[index] ?? node.appendChild(el("li", {}, el("span", {}), el("strong", {})));
    say(row.firstElementChild, name);
    say(row.lastElementChild, value);
  });
  show(node, facts.length > 0);
}
