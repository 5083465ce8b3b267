/* Whether this tab is a copy of another one.
 *
 * A browser that duplicates a tab copies its `sessionStorage`, and with it the refresh tokens. Each can be used only
 * once, so the second tab to use one would end the sign-in of both. The copy begins without them.
 */

import { unique } from "./unique.js";

const KEY = "console.tab";
const PREFIX = "console.";
const PATIENCE = 500; // milliseconds

/** Forget what was copied from a tab that is still open; each tab holds a lock under its own name. */
export async function forgetCopies() {
  if (navigator.locks && !(await holds(sessionStorage.getItem(KEY)))) {
    Object.keys(sessionStorage)
      .filter((name) => name.startsWith(PREFIX))
      .forEach((name) => sessionStorage.removeItem(name));
    const name = unique();
    sessionStorage.setItem(KEY, name);
    await holds(name);
  }
}

/** Hold the lock of a name until the tab is closed; return false if another tab holds it, or without a name. */
function holds(name) {
  if (name === null) return Promise.resolve(false);
  // The page before a reload may release it a moment later.
  const options = { signal: AbortSignal.timeout(PATIENCE) };
  return new Promise((resolve) => {
    const untilClosed = () => (resolve(true), new Promise(() => {}));
    navigator.locks.request(PREFIX + name, options, untilClosed).catch(() => resolve(false));
  });
}
