/* Calls whose bodies depend on the clock, such as the end of a sale in ten minutes. */

/** Make `submit(values)` of a form: `callOf(values)` returns `{path, body}`, and `send` sends it.
 *
 * Without a definite answer the call may have been carried out. Who presses again with the same values then sends
 * the same body, and so the same call, instead of a second one a few seconds later.
 */
export function sameUntilAnswered(callOf, send) {
  let open = null; // the call without a definite answer
  return async (values) => {
    const call = callOf(values);
    const { exp, nbf, ...rest } = call.body; // all but the times, which change by the second
    const asked = JSON.stringify([call.path, values, rest]);
    if (open?.asked !== asked) open = { asked, ...call };
    const { path, body } = open;
    try {
      await send(path, body);
      open = null;
    } catch (problem) {
      if (problem.isDefinite) open = null;
      throw problem;
    }
  };
}
