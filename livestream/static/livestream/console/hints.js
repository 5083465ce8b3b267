/* The next step of a newcomer, in one line.
 *
 * It is read out whenever it changes, so it says nothing that changes by the second.
 */

import * as goals from "./goals.js";
import { offeredIn } from "./inviting.js";
import { ownGoals } from "./perform.js";
import { now } from "./servertime.js";
import { stageOf } from "./stage.js";
import { liveSessions, paidBy, watchedGoals, watchedSession } from "./watch.js";
import { coins, gettext } from "./texts.js";

// Seconds for which a viewer is told what became of their money.
const NEWS = 300;

/** Say what a streamer does next. */
export function streamerHint(client) {
  const { current, ended } = ownGoals(client);
  if (!client.isRead) return "";
  if (!client.session) return afterwards(ended) ?? gettext("Go live: viewers can find you then.");
  const [asked] = current.filter(goals.isUnanswered);
  if (asked) return gettext("A viewer invites you. Agree or decline.");
  const performance = current.find(goals.isPaidPerformance);
  if (performance) return performanceHint(performance, client.realtime.has(stageOf(performance, client.me.id)));
  if (current.some((goal) => client.awaitsShow(goal))) return gettext("The target is reached. Make the show.");
  const sale = current.find((goal) => goal.type === goals.FUNDING);
  if (sale) return gettext("Wait for viewers to buy tickets: %(coins)s to go. In the viewer's pane you can buy them yourself.", { coins: coins(goals.target(sale) - sale.progress) });
  return afterwards(ended) ?? gettext("Sell tickets for a show, or wait for an invitation.");
}

/** `isOnStage` is whether this page is; the service learns of it, and of a page that is gone, a moment later. */
function performanceHint(goal, isOnStage) {
  if (goals.isReached(goal) || (goals.isRunning(goal) && goals.secondsLeft(goal) <= 0)) return gettext("The last second is performed. In a moment you are paid.");
  if (goal.state === "scheduled") return gettext("The show starts at its time. Then go on stage.");
  if (isOnStage) return gettext("You are on stage. Stay until no time is left.");
  return gettext("Go on stage. The seconds count while you are on it.");
}

function afterwards([last]) {
  if (!last || last.type === goals.KARAOKE) return null;
  if (["completed", "agreed"].includes(last.outcome) && goals.isPaidPerformance(last)) return gettext("Performed and paid. The wallet below shows the money. What is next?");
  if (last.outcome === "split") return gettext("It was cut short: you are paid for what you performed, the rest is refunded to the viewer.");
  if (["refunded", "cancelled"].includes(last.outcome)) return gettext("It did not take place: every viewer has all of their money back.");
  return null;
}

/** Say what a viewer does next. */
export function viewerHint(client) {
  if (liveSessions(client).length === 0) return news(client) || gettext("Nobody is live yet. In the streamer's pane you can go live yourself.");
  const { current } = watchedGoals(client);
  if (current.some(goals.isUnanswered)) return gettext("The streamer sees the invitation now, and agrees or declines.");
  const performance = current.find(goals.isPaidPerformance);
  if (performance) return watchingHint(client, performance);
  const sale = current.find((goal) => goal.type === goals.FUNDING);
  if (sale) return saleHint(client, sale);
  return [news(client), invitingHint(client)].filter(Boolean).join(" ");
}

function watchingHint(client, performance) {
  if (goals.sellsTickets(performance) && !hasTicket(client, performance)) return gettext("Buy a ticket: you can still watch the show.");
  return goals.isRunning(performance) ? gettext("The streamer performs.") : gettext("The streamer comes on stage soon.");
}

function saleHint(client, sale) {
  const isHolder = hasTicket(client, sale);
  if (sale.state === "scheduled") return gettext("The ticket sale begins at its time.");
  if (!sale.active) return isHolder ? gettext("The target is reached. The streamer makes the show now.") : gettext("The target is reached. Tickets are sold again once the show is made.");
  if (isHolder) return gettext("You hold a ticket. If the target is missed, you get your money back.");
  return gettext("Buy a ticket. The money waits in escrow until the show has been performed.");
}

/** Whether the viewer holds a ticket of a sale or of its show; a push may not have said who paid. */
const hasTicket = (client, goal) =>
  paidBy(client, goal) > 0 || client.purchasesOf(goal.context.funding_goal_id ?? goal.id).length > 0;

function invitingHint(client) {
  const session = watchedSession(client);
  const offered = session ? offeredIn(session) : [];
  if (offered.length === 0) return gettext("Wait for a ticket sale.");
  if (offered.some(({ type }) => client.cooldowns.left(session, type) > 0)) return gettext("Wait for a ticket sale, or invite again later.");
  return gettext("Invite the streamer, or wait for a ticket sale.");
}

/** Say what became of the viewer's last payment to the streamer, if that is news. */
function news(client) {
  const paid = client.wallet.payments.find((payment) => payment.streamer_id === client.watched);
  if (!paid?.settled_at || paid.settled_at < now() - NEWS) return "";
  return NEWS_OF[paid.state]?.() ?? "";
}

const NEWS_OF = {
  refunded: () => gettext("Your coins came back."),
  paid_out: () => gettext("It was performed, and the streamer was paid."),
  split: () => gettext("It was cut short: you paid for what was performed, the rest came back."),
};
