/* A viewer's right to watch what they paid for: it belongs to the performance that gave it, and ends with it. */

import * as goals from "./goals.js";
import { now } from "./servertime.js";

export class Admission {
  #client;
  #api;
  #goalId = null;
  #exp = null;

  constructor(client, api) {
    this.#client = client;
    this.#api = api;
  }

  /** When the right ends by itself, in unix seconds; null where there is none. */
  get until() {
    const goal = this.#client.goals.get(this.#goalId);
    return goal?.active && this.#exp > now() ? this.#exp : null;
  }

  give(goalId, exp) {
    this.#goalId = goalId;
    this.#exp = exp;
  }

  end() {
    this.give(null, null);
  }

  /** Ask the service, since the push was sent before a page was loaded or connected. A refusal is the end of the right. */
  async read(session) {
    const goal = this.#client.goalsOf(session.id).find((each) => this.#isPaid(each));
    if (!goal) return;
    try {
      const { exp } = await this.#api.get(`/sessions/${session.id}/token?quality=sd`);
      if (this.#isWatching(session)) this.give(goal.id, exp);
    } catch (problem) {
      if (!this.#isWatching(session)) return;
      if (problem.isTemporary || problem.status === 401) throw problem;
      this.end();
    }
  }

  /** Whether the viewer has not chosen another stream while the answer was awaited. */
  #isWatching(session) {
    return this.#client.watched === session.streamer_id;
  }

  /** Whether this viewer paid for a performance that goes on. */
  #isPaid(goal) {
    const { id } = this.#client.me;
    const isPayer = goal.breakdown?.[id] > 0 || goal.context.exclusive_to === id;
    return goal.active && goals.isPaidPerformance(goal) && isPayer;
  }

  /** Find out what became of the performance whose session is over. */
  async check() {
    const goal = this.#client.goals.get(this.#goalId);
    if (goal?.active) this.#client.keepGoal(await this.#api.get(`/goals/${goal.id}`));
  }
}
