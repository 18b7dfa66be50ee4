/**
 * The kiosk: nobody watches it, so each person is gone from the screen, and from the page, after
 * five seconds.
 */

import { Camera, allowed, problem } from "./camera.js";
import { reader } from "./decode.js";
import { Held, newId, send } from "./send.js";
import { Pad } from "./sign.js";
import { signal, wake } from "./sound.js";
import { View } from "./view.js";
import { listen } from "./wedge.js";

const door = document.getElementById("door");
const view = new View(door);
const held = new Held();
const start = document.getElementById("start");
const startWords = document.getElementById("start-words");
const frame = document.getElementById("camera");
const video = document.getElementById("video");
const codeForm = document.getElementById("code-form");
const shownMs = Number(door.dataset.shown);
let busy = false;
let timer = 0;

const pad = new Pad();

async function scan(text) {
  if (busy || pad.isOpen || held.repeats(text)) return;
  busy = true;
  view.say(view.words("sending"));
  try {
    const scanId = newId();
    const answer = await send(door.dataset.scans, { scan_id: scanId, text }, () => view.say(view.words("retrying")));
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

const read = reader(door.dataset.worker);
const camera = new Camera(video, async (picture) => {
  const text = await read(picture);
  if (text) scan(text);
});
camera.onLost = () => off("start");

function off(key) {
  video.hidden = true;
  frame.classList.add("camera-off");
  start.hidden = false;
  startWords.textContent = view.words(key);
}

async function open() {
  startWords.textContent = view.words("starting");
  try {
    video.hidden = false;
    await camera.start();
    start.hidden = true;
    frame.classList.remove("camera-off");
  } catch (error) {
    off(problem(error));
  }
}

start.hidden = false;
start.addEventListener("click", () => {
  wake();
  document.documentElement.requestFullscreen?.().catch(() => {});
  open();
});
document.addEventListener("pointerdown", wake, { once: true });
allowed().then((yes) => yes && open());

listen(scan);

codeForm.addEventListener("submit", (event) => {
  event.preventDefault();
  const field = codeForm.elements.code;
  const text = field.value.trim();
  field.value = "";
  if (text) scan(text);
});
