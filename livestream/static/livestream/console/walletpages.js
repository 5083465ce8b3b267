/* The user's coins, and the newest pages of each list of the wallet. */

import { linked } from "./api.js";

// How many rows are read at first, and how many more each time.
const FEW = 6;
const MORE = 20;
const LISTS = ["payments", "transfers", "earnings"];

export class Wallet {
  balance = null;
  version = -1;
  payments = [];
  transfers = [];
  earnings = [];

  #api;
  #wanted = Object.fromEntries(LISTS.map((name) => [name, FEW]));

  constructor(api) {
    this.#api = api;
  }

  /** Have more rows of a list, from the next reading on. */
  want(name) {
    this.#wanted[name] += MORE;
  }

  async read() {
    const [wallet, ...lists] = await Promise.all([
      this.#api.get("/wallet"),
      ...LISTS.map((name) => this.#readPages(`/wallet/${name}`, this.#wanted[name])),
    ]);
    LISTS.forEach((name, index) => (this[name] = lists[index]));
    this.keepBalance(wallet);
  }

  /** Keep a balance unless a newer one is known. */
  keepBalance({ balance, version }) {
    if (version >= this.version) {
      Object.assign(this, { balance, version });
    }
  }

  /** Read pages until there are `count` rows; `hasMore` says that the service has further ones. */
  async #readPages(path, count) {
    const rows = [];
    let next = path;
    while (next && rows.length < count) {
      const page = await this.#api.get(next);
      rows.push(...page.results);
      next = page.next && linked(page.next, next);
    }
    return Object.assign(rows.slice(0, count), { hasMore: Boolean(next) || rows.length > count });
  }
}
