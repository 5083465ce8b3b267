/* The service's time. All deadlines are times of the service, and the clock of this machine may be wrong. */

let lowest = -Infinity;
let highest = Infinity;

const machine = () => Date.now() / 1000;

// The time at which a drawing stands still.
let held = null;

/** Return the time at the service, in unix seconds. */
export function now() {
  if (held !== null) return held;
  return Number.isFinite(lowest) ? machine() + (lowest + highest) / 2 : machine();
}

/** Take a time that the service said, in whole unix seconds, in an answer to a call that began at `sent`.
 *
 * Each answer bounds how much the clocks differ; together they bound it better than one second.
 */
export function observe(serverSeconds, sent) {
  const [low, high] = [serverSeconds - machine(), serverSeconds + 1 - sent];
  lowest = Math.max(lowest, low);
  highest = Math.min(highest, high);
  if (lowest > highest) {
    [lowest, highest] = [low, high];
  }
}

/** Draw with a time that stands still, or goes on where it is null. */
export function drawnAt(time, draw) {
  held = time;
  try {
    draw();
  } finally {
    held = null;
  }
}

/** Return this machine's time as `observe` wants it. */
export const sentAt = machine;
