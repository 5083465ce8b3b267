/* What a goal is and where it stands, computed from its document and the service's time. */

import { now } from "./servertime.js";
import { gettext } from "./texts.js";

// How many of the goals that ended are shown.
const MOST_ENDED = 5;

export const FUNDING = "funding";
export const SHOW = "show";
export const KARAOKE = "karaoke";
export const TRIGGER_PRIVATE = "trigger-private";
export const TRIGGER_EXCLUSIVE = "trigger-exclusive";
export const EXCLUSIVE = "exclusive";

export const isInvitation = (goal) => [TRIGGER_PRIVATE, TRIGGER_EXCLUSIVE].includes(goal.type);
export const isAgreed = (goal) => Boolean(goal.metadata.goal_agreed);
export const isOver = (goal) => goal.state === "ended";
/** Whether a viewer's invitation waits for the streamer's answer. */
export const isUnanswered = (goal) => isInvitation(goal) && goal.active && !isAgreed(goal);
/** Whether its progress is seconds on stage, now or once it is agreed. */
export const isPerformed = (goal) =>
  [SHOW, KARAOKE, EXCLUSIVE].includes(goal.type) || (goal.type === TRIGGER_PRIVATE && isAgreed(goal));
/** Whether it is the one performance that is paid for. */
export const isPaidPerformance = (goal) => isPerformed(goal) && goal.type !== KARAOKE;

/** Return the progress at which the goal is complete, 0 for one that has no such progress. */
export const target = (goal) => goal.levels?.at(-1)?.target ?? (isPerformed(goal) ? goal.metadata.prepaid_duration ?? 0 : 0);

/** Return those of the goals that go on, oldest first, and the newest that ended; a sale goes on until it has its show. */
export function split(client, all) {
  const byAge = [...all].sort((one, other) => (one.id < other.id ? -1 : 1));
  const goesOn = (goal) => !isOver(goal) || client.awaitsShow(goal);
  return {
    current: byAge.filter(goesOn),
    ended: byAge.filter((goal) => !goesOn(goal)).reverse().slice(0, MOST_ENDED),
  };
}

export const isReached = (goal) => target(goal) > 0 && goal.progress >= target(goal);

/** Whether tickets can be bought: in a sale until it is reached, and then until its show is over. */
export const sellsTickets = (goal) =>
  (goal.type === FUNDING && goal.active) || (goal.type === SHOW && !isOver(goal) && Boolean(goal.terms));

/** Whether the seconds are running: the streamer is on its stage. */
export const isRunning = (goal) =>
  goal.active && isPerformed(goal) && Boolean(goal.context.started) && !goal.context.paused;

/** Return the progress at this moment: the seconds since the streamer came on stage are part of it. */
export function progressNow(goal) {
  if (!isRunning(goal)) return goal.progress;
  const left = secondsLeft(goal);
  return Math.min(target(goal), Math.max(goal.progress, target(goal) - left));
}

/** Return the seconds that are still to be performed. */
export function secondsLeft(goal) {
  if (!isRunning(goal)) return goal.remaining ?? target(goal) - goal.progress;
  if (goal.due_at) return Math.max(0, goal.due_at - now());
  return Math.max(0, target(goal) - goal.progress - (now() - goal.context.started));
}

const NAMES = {
  [FUNDING]: () => gettext("Ticket sale"),
  [SHOW]: () => gettext("Show"),
  [KARAOKE]: () => gettext("Karaoke"),
  [TRIGGER_PRIVATE]: (goal) => (goal && isAgreed(goal) ? gettext("Private show") : gettext("Invitation to a private show")),
  [TRIGGER_EXCLUSIVE]: () => gettext("Invitation to a 1-on-1"),
  [EXCLUSIVE]: () => gettext("1-on-1"),
};

/** Name the kind of a goal. */
export const kindOf = (goal) => NAMES[goal.type]?.(goal.metadata ? goal : null) ?? goal.type;

const REASONS = {
  completed: () => gettext("it was performed to its end"),
  expired: () => gettext("its time was over"),
  unperformed: () => gettext("nobody performed it for too long"),
  not_started: () => gettext("its show did not start in time"),
  session_ended: () => gettext("the session ended"),
  cancelled: () => gettext("the streamer called it off"),
  withdrawn: () => gettext("it was taken back"),
  declined: () => gettext("the streamer declined"),
  unanswered: () => gettext("the streamer did not answer in time"),
  superseded: () => gettext("the streamer agreed to another invitation"),
  blocked: () => gettext("the viewer was blocked"),
  account_closed: () => gettext("an account was closed"),
  ended_by_support: () => gettext("support ended it"),
  refunded_by_support: () => gettext("support refunded it"),
};

const COMPLETED = {
  [FUNDING]: () => gettext("the target was reached"),
  [TRIGGER_EXCLUSIVE]: () => gettext("the streamer agreed"),
};

/** Say why a goal ended, or why money came back; the code itself where it is a new one. */
export function reason(code, type = "") {
  const say = (code === "completed" && COMPLETED[type]) || REASONS[code];
  return say?.() ?? code ?? "";
}

const OUTCOMES = {
  completed: () => gettext("completed"),
  agreed: () => gettext("agreed"),
  refunded: () => gettext("refunded"),
  split: () => gettext("split"),
  cancelled: () => gettext("cancelled"),
};

export const outcome = (code) => OUTCOMES[code]?.() ?? code ?? "";
