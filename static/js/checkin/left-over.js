/**
 * A page of the door on which this browser is no device any more: what it scanned and could not
 * send is still there, and can be saved.
 */

import { openStore } from "./store.js";
import { Unsent } from "./unsent.js";
import { Words } from "./view.js";

const root = document.getElementById("left-over");
const words = new Words(root);
const store = await openStore(root.dataset.meeting);
document.getElementById("retry-queue").remove(); // nothing can be sent from here
const unsent = new Unsent(words, store, root.dataset.meeting);
await unsent.count();
root.hidden = !unsent.waiting;
