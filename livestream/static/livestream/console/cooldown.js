/* How long a streamer takes no further invitation: for some minutes after one was declined or left unanswered.
 *
 * For a private show it holds for everybody in the session, for a 1-on-1 for the viewer who was declined.
 */

import * as goals from "./goals.js";
import { now } from "./servertime.js";

const REFUSED = "livestream_trigger_quota_exceeded";

export class Cooldowns {
  #client;
  #refused = new Map(); // until when the service refused a kind in a session

  constructor(client) {
    this.#client = client;
  }

  /** Keep how long a refusal asks to wait; return whether it is such a refusal. */
  keep(problem, session, type) {
    if (problem.code !== REFUSED || !problem.retryAfter) return false;
    this.#refused.set(`${session.id} ${type}`, now() + problem.retryAfter);
    return true;
  }

  /** Return the seconds until a viewer may invite again, 0 where they may now. */
  left(session, type) {
    const ended = this.#client.goalsOf(session.id).filter((goal) => goal.type === type && this.#concerns(goal));
    const known = ended.map((goal) => goal.metadata.cooldown ?? 0);
    const until = Math.max(this.#refused.get(`${session.id} ${type}`) ?? 0, ...known);
    return Math.max(0, until - now());
  }

  #concerns(goal) {
    return goal.type === goals.TRIGGER_PRIVATE || goal.metadata.triggered_by === this.#client.me.id;
  }
}
