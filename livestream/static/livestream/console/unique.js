/* Random names. `crypto.randomUUID` would do, but a page that a phone opens over plain http does not have it. */

const BYTES = 16;

/** Return a random text of 32 hexadecimal digits. */
export function unique() {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
