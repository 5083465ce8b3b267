/* Reading something again and again, never twice at the same time. */

const AFTER_FAILURE = 2_000;

export class Loader {
  #read;
  #failed;
  #running = false;
  #again = false;
  #isOver = false;

  /** `read()` reads and keeps; `failed(problem)` hears of refusals that repeating does not mend. */
  constructor(read, failed) {
    this.#read = read;
    this.#failed = failed;
  }

  stop() {
    this.#isOver = true;
  }

  /** Read soon. What happens while it is being read makes it be read once more. */
  async load() {
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    do {
      this.#again = false;
      await this.#once();
    } while (this.#again && !this.#isOver);
    this.#running = false;
  }

  async #once() {
    try {
      await this.#read();
    } catch (problem) {
      if (problem.isTemporary) {
        await new Promise((resolve) => setTimeout(resolve, AFTER_FAILURE));
        this.#again = true;
      } else {
        this.#failed(problem);
      }
    }
  }
}
