/* A refusal: what the service answered as `application/problem+json`, or that it could not be reached. */

import { gettext } from "./texts.js";

/** Return the refusal of a call whose user has signed out meanwhile. */
export const signedOut = () =>
  new Problem(401, { code: "signed_out", title: gettext("Your sign-in has ended. Sign in again.") });

/** Name the input that an entry of `errors` points to, in the body or in the query. */
const nameOf = ({ pointer }) => pointer.replace(/^[/?]/, "");

const IN_USE = "idempotency_key_in_use";
// Refusals that say nothing of the call itself.
const SOON = ["throttled", IN_USE];

export class Problem extends Error {
  /** `document` is the answer's body, `retryAfter` the seconds that it asked to wait, or null. */
  constructor(status, document = {}, retryAfter = null) {
    super(document.title ?? gettext("The service cannot be reached"));
    this.status = status;
    this.code = document.code ?? "unreachable";
    this.detail = document.detail ?? "";
    this.errors = document.errors ?? [];
    this.retryAfter = retryAfter;
  }

  /** Whether the same call may succeed a little later. A cooldown is no such case: the user asks again, or not. */
  get isTemporary() {
    return [0, 502, 503, 504].includes(this.status) || SOON.includes(this.code);
  }

  /** Whether the call has certainly done nothing. After a failure of the network or the service it may have. */
  get isDefinite() {
    return this.status >= 400 && this.status < 500 && this.code !== IN_USE;
  }

  /** Say the refusal in one or two sentences. */
  get text() {
    const details = this.errors.map((each) => `${nameOf(each)} ${each.detail}`.trim());
    return [...new Set([this.message, this.detail, ...details])].filter(Boolean).join(" · ");
  }

  static async of(response) {
    const document = await response.json().catch(() => ({}));
    const retryAfter = Number(response.headers.get("Retry-After")) || null;
    return new Problem(response.status, document, retryAfter);
  }
}
