/* The console begins here: one pane for each section of the page. */

import { Pane } from "./pane.js";
import { forgetCopies } from "./tab.js";

await forgetCopies();
const start = JSON.parse(document.getElementById("start").textContent);
for (const pane of start.panes) {
  new Pane(document.getElementById(`pane-${pane.name}`), pane, start).begin();
}
