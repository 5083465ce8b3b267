/* Signing in: in the local profile the demo users are one press away. */

import { el } from "./dom.js";
import { field, form, refusal, run } from "./forms.js";
import { gettext } from "./texts.js";

/** `demo` has the `usernames` and `password` of the local profile, or is null; `suggested` comes first. */
export function signInView({ demo, suggested, signIn }) {
  const part = form({
    label: gettext("Sign in"),
    fields: [
      field({ name: "username", label: gettext("User name"), autocomplete: "username" }),
      field({ name: "password", label: gettext("Password"), kind: "password", autocomplete: "current-password" }),
    ],
    submit: ({ username, password }) => signIn(username, password),
  });
  if (!demo) return el("div", { class: "card sign-in" }, el("h3", {}, gettext("Sign in")), part.node);
  return el(
    "div",
    { class: "card sign-in" },
    el("h3", {}, gettext("Who are you?")),
    demoButtons({ demo, suggested, signIn }),
    el("details", {}, el("summary", {}, gettext("Another user")), part.node),
  );
}

function demoButtons({ demo, suggested, signIn }) {
  const problem = refusal();
  const press = (button, username) => () => run(button, problem, () => signIn(username, demo.password));
  const made = demo.usernames.map((username) => {
    const button = el("button", { type: "button", class: username === suggested ? "primary" : "" }, gettext("Sign in as %(name)s", { name: username }));
    button.addEventListener("click", press(button, username));
    return [username, button];
  });
  const first = made.filter(([username]) => username === suggested);
  const others = made.filter(([username]) => username !== suggested);
  return el("div", { class: "demo-users" }, ...[...first, ...others].map(([, button]) => button), problem.node);
}
