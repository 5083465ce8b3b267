/* Forms and buttons that call the service: busy while they wait, and with the refusal beside them. */

import { el, put, say, show } from "./dom.js";
import { Problem } from "./problem.js";
import { gettext } from "./texts.js";

const CONFIRM_WITHIN = 5_000;
// An answer that takes longer than this is waited for in words.
const WAITING_AFTER = 1_000;
let fields = 0;

/** Make a labelled field. `kind` is `text`, `number`, `password` or `select`. */
export function field({ name, label, kind = "text", value = "", unit = "", options = [], ...attributes }) {
  const id = `field-${(fields += 1)}`;
  const input =
    kind === "select"
      ? el("select", { id, name }, ...options.map(([key, text]) => el("option", { value: key }, text)))
      : el("input", { id, name, type: kind, required: true, ...attributes });
  if (value !== "") {
    input.value = value;
  }
  const shown = unit ? el("span", { class: "with-unit" }, input, el("span", { class: "unit" }, unit)) : input;
  return { name, input, node: el("div", { class: "field" }, el("label", { htmlFor: id }, label), shown) };
}

/** A place for a refusal, or for the wait before it; either is read out when it appears. */
export function refusal() {
  const problem = el("p", { class: "problem", role: "alert", hidden: true });
  const waiting = el("p", { class: "hint", role: "status", hidden: true });
  const node = el("div", { class: "answered", hidden: true }, problem, waiting);
  const isSaying = () => !problem.hidden || !waiting.hidden;
  const tellIn = (place, text) => {
    say(place, text);
    show(place, text);
    show(node, isSaying());
  };
  const tell = (refused) => tellIn(problem, refused ? refused.text : "");
  const wait = (isWaiting) => tellIn(waiting, isWaiting ? gettext("Waiting for the service…") : "");
  return { node, tell, wait, isSaying };
}

/** Run what a button or form was pressed for: only once at a time, and with its refusal shown. */
export async function run(button, problem, work) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  problem.tell(null);
  const slow = setTimeout(() => problem.wait(true), WAITING_AFTER);
  try {
    await work();
  } catch (refused) {
    if (!(refused instanceof Problem)) throw refused;
    problem.tell(refused);
  } finally {
    clearTimeout(slow);
    problem.wait(false);
    button.removeAttribute("aria-busy");
  }
}

/** Make a form; `submit(values)` gets the fields' values by name, and `note` stands above its button.
 *
 * Its button is named again with `name(label, {isMain, confirm})`: with `confirm` it is pressed twice.
 */
export function form({ fields: all, label, submit, title = "", className = "", note = null }) {
  const problem = refusal();
  const button = el("button", { type: "submit" });
  const { wear, counts } = faceOf(button);
  const name = (text, { isMain = true, confirm = "" } = {}) => wear({ label: text, className: isMain ? "primary" : "", confirm });
  name(label);
  const values = () => Object.fromEntries(all.map((each) => [each.name, valueOf(each.input)]));
  const node = el(
    "form",
    {
      class: `form ${className}`,
      on: {
        submit: (event) => {
          event.preventDefault();
          if (counts()) run(button, problem, () => submit(values()));
        },
      },
    },
    title ? el("h4", {}, title) : null,
    el("div", { class: "fields" }, ...all.map((each) => each.node)),
    problem.node,
    note,
    el("div", { class: "actions" }, button),
  );
  return { node, button, name };
}

const valueOf = (input) => (input.type === "number" ? Number(input.value) : input.value);

/** Make a row of buttons with one place for their refusals. Each is `{label, press, className?, confirm?}`. */
export function buttons(...all) {
  const problem = refusal();
  const made = all.map((each) => pressed(each, problem));
  const node = el("div", { class: "actions" }, ...made.map((each) => each.button), problem.node);
  /** Show those whose place in `visible` is true, under the labels that are given. */
  const update = (visible, labels = []) => {
    made.forEach(({ button, name }, index) => {
      show(button, visible[index]);
      if (labels[index]) name(labels[index]);
    });
    show(node, visible.some(Boolean) || problem.isSaying());
  };
  return { node, update };
}

function pressed({ label, press, className = "", confirm = "" }, problem) {
  const button = el("button", { type: "button" });
  const { wear, counts } = faceOf(button);
  const name = (text) => wear({ label: text, className, confirm });
  name(label);
  button.addEventListener("click", () => counts() && run(button, problem, press));
  return { button, name };
}

/** What a button says. One for what costs again or cannot be undone is pressed twice: the first press only asks. */
function faceOf(button) {
  let asking = null; // the timer of the question
  let shown = {};
  const draw = () => {
    const isAsking = asking !== null;
    put(button, "className", isAsking ? "danger" : shown.className);
    put(button, "ariaLive", shown.confirm ? "polite" : null);
    say(button, isAsking ? shown.confirm : shown.label);
  };
  const calm = () => {
    clearTimeout(asking);
    asking = null;
    draw();
  };
  /** Show `{label, className, confirm}`; another label takes the question back. */
  const wear = (next) => {
    const isOther = next.label !== shown.label;
    shown = next;
    if (isOther) calm();
    else draw();
  };
  /** Return whether a press counts. */
  const counts = () => {
    const isMeant = !shown.confirm || asking !== null;
    calm();
    if (!isMeant) asking = setTimeout(calm, CONFIRM_WITHIN);
    draw();
    return isMeant;
  };
  return { wear, counts };
}
