/* Calls of the public API.
 *
 * A call that cannot reach the service, or is asked to come back later, is repeated with growing pauses. That is
 * safe: GET changes nothing, and each call that creates, moves or ends something carries an `Idempotency-Key`, with
 * which a repeat gets the first answer again. The key is kept until the answer is definite, so a user who presses the
 * button again after a failure repeats the same call. The others (signing in, signatures of channels) can be repeated
 * without harm. Only the renewal of tokens cannot: see tokens.js.
 */

import { Problem, signedOut } from "./problem.js";
import * as servertime from "./servertime.js";
import { language } from "./texts.js";
import { unique } from "./unique.js";

// Seconds: what one try may take, the first and longest pause between tries, and for how long to try.
const ONE_TRY = 15;
const FIRST_PAUSE = 0.25;
const LONGEST_PAUSE = 4;
const PATIENCE = 60;

// The API lies beside the page, also below the prefix of a proxy.
const BASE = new URL(".", document.baseURI);

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** The calls of one sign-in. Once its tokens are forgotten, no call is sent or repeated any more. */
export class Api {
  #tokens;
  #heard;
  #keys = new Map(); // of each call without a definite answer, by its method, path and body

  /** `heard(method, path, status)` is called with each answer; status 0 says that there was none. */
  constructor(tokens, heard = () => {}) {
    this.#tokens = tokens;
    this.#heard = heard;
  }

  get(path) {
    return this.#call("GET", path, {});
  }

  post(path, body) {
    return this.#once("POST", path, body);
  }

  /** Call a POST that creates and moves nothing, and so takes no key. */
  postWithoutKey(path, body) {
    return this.#call("POST", path, { body });
  }

  delete(path, body) {
    return this.#once("DELETE", path, body);
  }

  /** Call what must happen once: the same call again is a repeat until its answer is definite, and then a new one. */
  async #once(method, path, body) {
    const call = JSON.stringify([method, path, body]);
    const key = this.#keys.get(call) ?? unique();
    this.#keys.set(call, key);
    const settle = () => this.#keys.get(call) === key && this.#keys.delete(call);
    const answer = this.#call(method, path, { body, key });
    await answer.then(settle, (problem) => problem.isDefinite && settle());
    return answer;
  }

  /** Read what anybody may read. */
  open(path) {
    return this.#patiently(() => this.#try("GET", path, {}));
  }

  /** Sign in; raises Problem where username and password do not belong together. */
  async signIn(username, password) {
    const body = { username, password };
    this.#tokens.keep(await this.#patiently(() => this.#try("POST", "/auth/token", { body })));
    this.#stopIfOver();
  }

  /** Sign out here at once; the service ends the refresh token, if it can be reached. */
  async signOut() {
    const body = { refresh: this.#tokens.refresh };
    this.#tokens.forget();
    await this.#try("POST", "/auth/logout", { body }).catch(() => null);
  }

  async #call(method, path, { body, key }) {
    return this.#patiently(() => this.#withToken(method, path, { body, key }));
  }

  /** A call that is repeated after its user has signed out would act for the next one. */
  #stopIfOver() {
    if (this.#tokens.areOver) throw signedOut();
  }

  async #patiently(attempt) {
    const deadline = Date.now() + PATIENCE * 1000;
    for (let wait = FIRST_PAUSE; ; wait = Math.min(2 * wait, LONGEST_PAUSE)) {
      this.#stopIfOver();
      try {
        return await attempt();
      } catch (problem) {
        const next = Math.max(problem.retryAfter ?? 0, wait * (0.75 + Math.random() / 2));
        if (!problem.isTemporary || Date.now() + next * 1000 > deadline) {
          throw problem;
        }
        await pause(next);
      }
    }
  }

  async #withToken(method, path, options) {
    const renew = (refresh) => this.#try("POST", "/auth/token/refresh", { body: { refresh } });
    const token = await this.#tokens.access(renew);
    this.#stopIfOver();
    try {
      return await this.#try(method, path, { ...options, token });
    } catch (problem) {
      if (problem.status !== 401 || !this.#tokens.areThere) {
        throw problem;
      }
    }
    await this.#tokens.renew(token, renew);
    const next = await this.#tokens.access(renew);
    this.#stopIfOver();
    return this.#try(method, path, { ...options, token: next });
  }

  async #try(method, path, { body, key, token }) {
    const sent = servertime.sentAt();
    const response = await this.#fetch(method, path, { body, key, token });
    this.#heard(method, path, response.status);
    if (!response.ok) {
      throw await Problem.of(response);
    }
    const answer = response.status === 204 ? null : await response.json().catch(brokenOff);
    if (Number.isInteger(answer?.server_time)) {
      servertime.observe(answer.server_time, sent);
    }
    return answer;
  }

  async #fetch(method, path, { body, key, token }) {
    const headers = { "X-Client-Id": "console" };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (key) headers["Idempotency-Key"] = key;
    if (token) headers.Authorization = `Bearer ${token}`;
    try {
      return await fetch(addressOf(path), {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.timeout(ONE_TRY * 1000),
        cache: "no-store",
      });
    } catch {
      this.#heard(method, path, 0);
      throw new Problem(0);
    }
  }
}

/** An answer that ends too early is none. */
function brokenOff() {
  throw new Problem(0);
}

/** Return the address of a path, with the language of messages. */
function addressOf(path) {
  const url = new URL(path.replace(/^\//, ""), BASE);
  url.searchParams.set("lang", language);
  return url;
}

/** Return the address that a link in an answer means: it is relative to the address that was asked. */
export const linked = (link, path) => new URL(link, addressOf(path)).href;
