/* Whether a pane is in touch with the service: with its API, and with the realtime server where there is one.
 *
 * What is shown may be out of date as soon as either is lost, so nothing is counted on from then.
 */

import { now } from "./servertime.js";

// Seconds that either may be away before it is said: most losses are shorter.
const PATIENCE = 2;
// No answer, or one of a proxy or server without a service behind it.
const NO_SERVICE = [0, 502, 503, 504];

export class Contact {
  #lost = { api: null, realtime: null }; // since when, in the service's time

  /** Hear with which status a call was answered; 0 says that it was not. */
  answered(status) {
    this.#note("api", !NO_SERVICE.includes(status));
  }

  /** Hear whether the realtime server is connected. */
  connected(isConnected) {
    this.#note("realtime", isConnected);
  }

  #note(which, isThere) {
    this.#lost[which] = isThere ? null : this.#lost[which] ?? now();
  }

  /** When the loss was certain, in the service's time; null while there is none. */
  get lostAt() {
    const since = Object.values(this.#lost).filter((each) => each !== null);
    const at = Math.min(...since) + PATIENCE;
    return since.length && at <= now() ? at : null;
  }
}
