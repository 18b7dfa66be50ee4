/**
 * The kiosk: nobody watches it, so each person is gone from the screen, and from the page, after
 * five seconds.
 */

import { watch } from "./capture.js";
import { Held } from "./held.js";
import { newId } from "./scanner.js";
import { send } from "./send.js";
import { Pad } from "./sign.js";
import { signal } from "./sound.js";
import { View, Words } from "./view.js";
import { listen } from "./wedge.js";

const door = document.getElementById("door");
const words = new Words(door);
const view = new View(words);
const held = new Held();
const codeForm = document.getElementById("code-form");
const shownMs = Number(door.dataset.shown);
let busy = false;
let timer = 0;

const pad = new Pad();

async function scan(text) {
  if (busy || pad.isOpen || held.repeats(text)) return;
  busy = true;
  view.say(words.say("sending"));
  try {
    const scanId = newId();
    const answer = await send(door.dataset.scans, { scan_id: scanId, text }, () => view.say(words.say("retrying")));
    view.say("");
    view.show(answer, { whole: true });
    signal(answer.tone);
    if (answer.sign) pad.ask(scanId);
  } catch (error) {
    view.say(error.message);
    signal("stop");
  } finally {
    busy = false;
    clearTimeout(timer);
    timer = setTimeout(hide, shownMs);
  }
}

function hide() {
  clearTimeout(timer);
  view.hide();
  view.say("");
  held.forget();
}
window.addEventListener("pagehide", hide);
if (!view.verdict.hidden) timer = setTimeout(hide, shownMs);
if (location.search) history.replaceState(null, "", location.pathname); // nor does the address keep a scan

watch(door.dataset.worker, (key) => words.say(key), scan);
document.getElementById("start").addEventListener("click", () => {
  document.documentElement.requestFullscreen?.().catch(() => {});
});
listen(scan);

codeForm.addEventListener("submit", (event) => {
  event.preventDefault();
  const field = codeForm.elements.code;
  const text = field.value.trim();
  field.value = "";
  if (text) scan(text);
});
