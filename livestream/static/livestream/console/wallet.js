/* The wallet: what was paid and what became of it, every movement with the reason why coins came out
 * of an escrow, and what was earned. */

import { el, list, put, say, show } from "./dom.js";
import * as goals from "./goals.js";
import { coins, gettext, isolated, ngettext, seconds, signedCoins, timeOfDay } from "./texts.js";

const STATES = {
  held: () => gettext("held"),
  paid_out: () => gettext("paid out"),
  refunded: () => gettext("refunded"),
  split: () => gettext("split"),
  pending: () => gettext("pending"),
  settled: () => gettext("settled"),
};
const KINDS = {
  deposit: () => gettext("Deposit"),
  hold: () => gettext("Paid into escrow"),
  payout: () => gettext("Earned"),
  refund: () => gettext("Refund"),
};

export function walletView(client) {
  const parts = [
    part(client, "payments", gettext("What I paid"), paymentRow),
    part(client, "earnings", gettext("What I earned"), earningRow(client)),
    part(client, "transfers", gettext("Movements"), transferRow(client)),
  ];
  const nothing = el("p", { class: "empty" }, gettext("Nothing was paid or earned yet."));
  const node = el("section", { class: "card wallet", ariaLabel: gettext("Wallet") }, el("h3", {}, gettext("Wallet")), nothing, ...parts.map((each) => each.node));
  const update = () => {
    parts.forEach((each) => each.update());
    show(nothing, parts.every((each) => each.node.hidden));
  };
  return { node, update };
}

/** One list of the wallet; its button reads further. */
function part(client, name, title, rowOf) {
  const rows = el("ul", { class: "rows" });
  const more = el("button", { type: "button", class: "quiet", on: { click: () => client.readMore(name) } }, gettext("Show more"));
  const node = el("details", { open: true }, el("summary", {}, title), rows, more);
  const update = () => {
    const items = client.wallet[name] ?? [];
    show(node, items.length > 0);
    show(more, items.hasMore);
    list(rows, items, rowOf.key, () => row(rowOf.values));
  };
  return { node, update };
}

/** A row of a name, a detail, an amount and a state. */
function row(values) {
  const cells = { what: el("span", { class: "what" }), amount: el("strong", { class: "amount" }), detail: el("span", { class: "detail" }), state: el("span", { class: "chip" }) };
  const node = el("li", {}, cells.what, cells.amount, cells.detail, cells.state);
  const update = (item) => {
    const { tone = "calm", ...shown } = values(item);
    Object.entries(cells).forEach(([name, cell]) => say(cell, shown[name] ?? ""));
    show(cells.state, shown.state);
    put(cells.state, "className", `chip ${tone}`);
  };
  return { node, update };
}

const paymentRow = {
  key: (payment) => payment.transfer_id,
  values: (payment) => ({
    what: `${isolated(payment.goal.title)} · ${isolated(payment.streamer_name)}`,
    amount: coins(payment.paid),
    detail: [bought(payment), fate(payment)].filter(Boolean).join(" · "),
    state: STATES[payment.state]?.() ?? payment.state,
    tone: payment.state === "paid_out" ? "good" : "calm",
  }),
};

const INVITATIONS = {
  private: () => gettext("Private show"),
  exclusive: () => gettext("1-on-1"),
};

/** Say what a payment was for. */
function bought(payment) {
  if (payment.quantity !== null) return ngettext("%(count)s ticket", "%(count)s tickets", payment.quantity);
  return `${INVITATIONS[payment.kind]?.() ?? payment.kind} · ${seconds(payment.duration)}`;
}

/** Say what became of a payment, when and why. */
function fate(payment) {
  const back = payment.returned ? gettext("%(coins)s came back", { coins: coins(payment.returned) }) : "";
  const at = payment.settled_at ? timeOfDay(payment.settled_at) : "";
  return [at, [back, goals.reason(payment.reason)].filter(Boolean).join(": ")].filter(Boolean).join(" · ");
}

const earningRow = (client) => ({
  key: (earning) => earning.id,
  values: (earning) => ({
    what: escrowName(client, earning.escrow_id),
    amount: coins(earning.amount),
    detail: earning.settled_at ? timeOfDay(earning.settled_at) : "",
    state: STATES[earning.state]?.() ?? earning.state,
    tone: earning.state === "settled" ? "good" : "calm",
  }),
});

const transferRow = (client) => ({
  key: (transfer) => transfer.transfer_id,
  values: (transfer) => {
    const isIncome = transfer.to_user_id === client.me.id;
    return {
      what: KINDS[transfer.kind]?.() ?? transfer.kind,
      amount: signedCoins(isIncome ? transfer.amount : -transfer.amount),
      detail: [timeOfDay(transfer.created_at), transfer.escrow_id ? escrowName(client, transfer.escrow_id) : "", goals.reason(transfer.reason)].filter(Boolean).join(" · "),
    };
  },
});

const ESCROWS = {
  show_funding: () => gettext("Show tickets"),
  trigger_private: () => gettext("Private show"),
  trigger_exclusive: () => gettext("1-on-1"),
};

/** Name what an escrow is for: its id is the kind of its goal and the goal's id. Only sales have titles of their own. */
function escrowName(client, escrowId) {
  const [kind, goalId] = escrowId.split(":");
  const title = kind === "show_funding" && client.goals.get(goalId)?.levels?.at(-1)?.title;
  return [ESCROWS[kind]?.() ?? escrowId, title && isolated(title)].filter(Boolean).join(" · ");
}
