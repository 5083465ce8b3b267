/* Texts, numbers and times in the language of the page.
 *
 * The catalogue of Django (`console/texts.js`) is loaded before the modules and offers `django.gettext`.
 */

const catalogue = window.django;
export const language = document.documentElement.lang;

/** Translate a text; `%(name)s` in it stands for `values.name`. */
export function gettext(text, values = {}) {
  return catalogue.interpolate(catalogue.gettext(text), values, true);
}

/** Translate a text with a number in it, `%(count)s`. */
export function ngettext(singular, plural, count, values = {}) {
  const text = catalogue.ngettext(singular, plural, count);
  return catalogue.interpolate(text, { count: number(count), ...values }, true);
}

// What turns the direction of the texts around it, or ends the isolation from them.
const DIRECTIONS = /[\u202a-\u202e\u2066-\u2069]/g;
const [ISOLATE, POP] = ["\u2068", "\u2069"];

/** Return a text that a user wrote, for the middle of another: the direction of its letters stays its own. */
export const isolated = (text) => `${ISOLATE}${String(text).replace(DIRECTIONS, "")}${POP}`;

const NUMBERS = new Intl.NumberFormat(language);
const SIGNED = new Intl.NumberFormat(language, { signDisplay: "exceptZero" });
const TIMES = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

export const number = (value) => NUMBERS.format(value);
export const coins = (count) => ngettext("%(count)s coin", "%(count)s coins", count);
export const signedCoins = (count) =>
  gettext("%(amount)s coins", { amount: SIGNED.format(count) });

/** Say a time of day; `at` is unix seconds. */
export const timeOfDay = (at) => TIMES.format(new Date(at * 1000));

/** Say a length of time, `0:05` or `1:02:05`; less than nothing is nothing. */
export function duration(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  const parts = [Math.floor(whole / 60) % 60, whole % 60].map((part) => String(part).padStart(2, "0"));
  const hours = Math.floor(whole / 3600);
  return hours ? `${hours}:${parts.join(":")}` : `${Number(parts[0])}:${parts[1]}`;
}

export const seconds = (count) => ngettext("%(count)s second", "%(count)s seconds", count);
