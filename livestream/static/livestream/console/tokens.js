/* The tokens of one sign-in in a pane. They outlive a reload of the page, and end with the browser's tab.
 *
 * The access token is short-lived. It is renewed with the refresh token, which can be used only once: each
 * renewal brings the next one. So a renewal whose answer was lost is not repeated while the access token is valid.
 * After that it is tried again, for the service may never have got it. If it did, it ends the sign-in
 * (`refresh_reused`), and the user signs in again.
 *
 * Forgotten tokens never come back, for the next user of the pane has theirs under the same name: a renewal that is
 * answered late is neither kept, nor does its refusal remove anything.
 */

import { Problem } from "./problem.js";

// Seconds before its end at which a token is renewed, so that no call meets an expired one.
const EARLY = 30;

export class Tokens {
  #key;
  #pair;
  #renewal = null;
  #areOver = false;
  #isUnsure = false; // whether the answer to a renewal was lost, which may have used the refresh token up

  constructor(pane) {
    this.#key = `console.${pane}.tokens`;
    this.#pair = JSON.parse(sessionStorage.getItem(this.#key) ?? "null");
  }

  get areThere() {
    return this.#pair !== null;
  }

  /** Whether this sign-in has ended. */
  get areOver() {
    return this.#areOver;
  }

  /** The refresh token, for signing out. */
  get refresh() {
    return this.#pair?.refresh;
  }

  keep(answer) {
    if (this.#areOver) return;
    this.#isUnsure = false;
    this.#pair = { ...answer, expiresAt: Date.now() / 1000 + answer.expires_in };
    sessionStorage.setItem(this.#key, JSON.stringify(this.#pair));
  }

  forget() {
    if (this.#areOver) return;
    this.#areOver = true;
    this.#pair = null;
    sessionStorage.removeItem(this.#key);
  }

  /** Return an access token that is valid; `renew` calls the service with the refresh token. */
  async access(renew) {
    if (this.#isDue) {
      await this.renew(this.#pair.access, renew);
    }
    return this.#pair?.access;
  }

  get #isDue() {
    const early = this.#isUnsure ? 0 : EARLY;
    return this.#pair !== null && this.#pair.expiresAt - early < Date.now() / 1000;
  }

  /** Replace the access token `used`. Calls that fail at the same time share one renewal. */
  async renew(used, renew) {
    if (this.#pair?.access !== used) {
      return; // another call has renewed it meanwhile
    }
    this.#renewal ??= renew(this.#pair.refresh)
      .then((answer) => this.keep(answer))
      .catch((problem) => this.#endAfter(problem))
      .finally(() => {
        this.#renewal = null;
      });
    await this.#renewal;
  }

  #endAfter(problem) {
    this.#isUnsure = true;
    if (problem instanceof Problem && problem.status === 401) {
      this.forget();
    }
    throw problem;
  }
}
