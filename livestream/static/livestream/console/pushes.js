/* What each push changes in what is known, or has read again. */

// How many pushes are remembered, to notice repeats.
const MOST_SEEN = 500;
// After these, rows of the wallet may be other ones; progress comes too often, and moves no coins of the wallet.
const OF_THE_WALLET = /^(wallet|escrow|goal|exclusive|livestream)\.(?!progress\.updated$)/;

export class Pushes {
  #client;
  #seen = new Set();

  constructor(client) {
    this.#client = client;
  }

  hear(channel, event, data) {
    if (this.#isRepeat(data?.push_id)) return;
    this.#hearOfStream(channel, event, data);
    if (data?.goal) this.#hearGoal(data.goal);
    if (data?.wallet) this.#client.wallet.keepBalance(data.wallet);
    if (data?.session) this.#hearSession(data.session);
    if (event.startsWith("livestream.")) this.#client.load("feed", "watched");
    if (OF_THE_WALLET.test(event)) this.#client.load("wallet");
  }

  /** Whether this push came before: each is sent at least once, and an audience's on two channels. */
  #isRepeat(pushId) {
    if (!pushId) return false;
    if (this.#seen.has(pushId)) return true;
    this.#seen.add(pushId);
    if (this.#seen.size > MOST_SEEN) this.#seen.delete(this.#seen.values().next().value);
    return false;
  }

  /** Hear whether the viewer may watch; one right may have ended while another goes on, so it is read again. */
  #hearOfStream(channel, event, data) {
    const { admission, watched } = this.#client;
    if (event === "stream.authorized" && channel.includes(".sd.") && data.goal) {
      admission.give(data.goal.id, data.exp);
    }
    if (event === "stream.revoked" && data.streamer_id === watched) {
      admission.end();
      this.#client.load("watched");
    }
  }

  #hearGoal(goal) {
    this.#client.goals.keep(goal);
    if (goal.truncated) this.#client.loadGoal(goal.id);
  }

  #hearSession(session) {
    if (session.streamer_id === this.#client.me.id) {
      this.#client.keepOwnSession(session);
    } else {
      this.#client.sessions.keep(session);
    }
  }
}
