/* The streamer's two forms of a funded show: sell tickets under terms, and make the show when the sale is reached. */

import { field, form } from "./forms.js";
import { sameUntilAnswered } from "./repeating.js";
import { now } from "./servertime.js";
import { coins, gettext } from "./texts.js";

// What the forms suggest lets a newcomer see a show paid out within a minute.
const SHOW_SECONDS = 10;
const TICKETS = 2;
const START_WITHIN = 300;
const SALE_SECONDS = 600;

/** Open a ticket sale. The terms are binding: viewers read them before they pay. */
export function saleForm(client, api) {
  const inSeconds = gettext("seconds");
  const products = client.products.map((each) => [each.id, coins(each.price)]);
  const [first] = client.products;
  return form({
    title: gettext("Sell tickets for a show"),
    label: gettext("Sell tickets"),
    className: "card",
    fields: [
      field({ name: "title", label: gettext("Show"), value: gettext("Three songs of your choice"), maxLength: 200 }),
      field({ name: "product", label: gettext("Ticket"), kind: "select", options: products }),
      field({ name: "target", label: gettext("Target"), kind: "number", value: TICKETS * (first?.price ?? 1), min: 1, unit: gettext("coins") }),
      field({ name: "duration", label: gettext("Length of the show"), kind: "number", value: SHOW_SECONDS, min: 1, unit: inSeconds }),
      field({ name: "start_within", label: gettext("Starts within"), kind: "number", value: START_WITHIN, min: 1, unit: inSeconds }),
      field({ name: "lasts", label: gettext("Sale ends in"), kind: "number", value: SALE_SECONDS, min: 1, unit: inSeconds }),
    ],
    submit: sameUntilAnswered((values) => saleOf(client, values), async (path, body) => client.keepGoal(await api.post(path, body))),
  });
}

function saleOf(client, { title, product, target, duration, start_within, lasts }) {
  const { id, type } = client.products.find((each) => each.id === product);
  const body = {
    session_id: client.session.id,
    levels: [{ title, target }],
    exp: Math.ceil(now() + lasts),
    context: { ticket_product_id: id, ticket_product_type: type },
    terms: { duration, start_within },
  };
  return { path: "/goals?type=funding", body };
}

/** Make the show that a reached sale has paid for. */
export function showForm(client, api, sale) {
  const { terms } = sale;
  return form({
    title: gettext("The target is reached: make the show"),
    label: gettext("Make the show"),
    fields: [
      field({ name: "title", label: gettext("Title"), value: sale.levels?.at(-1)?.title ?? "", maxLength: 200 }),
      field({ name: "duration", label: gettext("Length of the show"), kind: "number", value: terms.duration, min: terms.duration, unit: gettext("seconds") }),
      field({ name: "delay", label: gettext("Starts in"), kind: "number", value: 0, min: 0, unit: gettext("seconds") }),
    ],
    submit: sameUntilAnswered((values) => showOf(sale, values), async (path, body) => client.keepGoal(await api.post(path, body))),
  });
}

function showOf(sale, { title, duration, delay }) {
  const { ticket_product_id, ticket_product_type } = sale.context;
  const body = {
    levels: [{ title, target: duration }],
    ...(delay ? { nbf: Math.floor(now() + delay) } : {}),
    context: { funding_goal_id: sale.id, session_id: sale.conditions.session_id, ticket_product_id, ticket_product_type },
  };
  return { path: "/goals?type=show", body };
}
