/* The newest known document of each goal and session.
 *
 * Answers, pushes and snapshots come in any order. Which one is newer is said by `version` alone.
 */

// What documents for the audience leave out, and the reader's own documents have.
const OWN = ["breakdown", "breakdown_names"];
const OWN_IN = { metadata: ["triggered_by", "triggered_by_name"], context: ["exclusive_to", "exclusive_to_name"] };

export class Store {
  #documents = new Map();

  get(id) {
    return this.#documents.get(id) ?? null;
  }

  all() {
    return [...this.#documents.values()];
  }

  /** Keep a document unless a newer one is known.
   *
   * `isWhole` says that it is all that the reader may see. Others leave out what concerns the reader alone.
   */
  keep(document, { isWhole = false } = {}) {
    const known = this.get(document?.id);
    if (!document?.id || (known && document.version < known.version)) return;
    this.#documents.set(document.id, known && !isWhole ? complete(document, known) : document);
  }
}

/** Return the document with what is known from others: all of it in the same version, else the reader's own members. */
function complete(document, known) {
  const isPart = document.truncated || document.version === known.version;
  const whole = isPart ? { ...known, ...document } : { ...document };
  OWN.filter((name) => name in known).forEach((name) => (whole[name] ??= known[name]));
  for (const [part, names] of Object.entries(OWN_IN)) {
    const kept = names.filter((name) => known[part] && name in known[part]);
    if (kept.length) {
      whole[part] = { ...Object.fromEntries(kept.map((name) => [name, known[part][name]])), ...whole[part] };
    }
  }
  return whole;
}
