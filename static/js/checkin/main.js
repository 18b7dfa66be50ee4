/**
 * The door: camera, wedge scanner and typed code lead to one way of sending and one way of showing.
 */

import { postJson } from "../lib/http.js";
import { Camera, allowed, problem } from "./camera.js";
import { reader } from "./decode.js";
import { direction } from "./direction.js";
import { Held, newId, send } from "./send.js";
import { Pad } from "./sign.js";
import { signal, wake } from "./sound.js";
import { View } from "./view.js";
import { listen } from "./wedge.js";

const REFRESH_MS = 5000;
const UNDO_MS = 10_000;
const CODE_LONGEST = 40;

const door = document.getElementById("door");
const view = new View(door);
const going = direction(door);
const held = new Held();
const start = document.getElementById("start");
const startWords = document.getElementById("start-words");
const frame = document.getElementById("camera");
const video = document.getElementById("video");
const torch = document.getElementById("torch");
const undo = document.getElementById("undo");
const codeForm = document.getElementById("code-form");
const pad = new Pad();
let busy = false;
let undoTimer = 0;

async function scan(text, method) {
  if (busy || pad.isOpen || held.repeats(text)) return;
  busy = true;
  view.say(view.words("sending"));
  try {
    const gate = Number(door.dataset.gate);
    const scanId = newId();
    const sent = { scan_id: scanId, gate, text, method, direction: going() };
    const answer = await send(door.dataset.scans, sent, () => view.say(view.words("retrying")));
    view.say("");
    view.show(answer);
    view.count(answer.counts);
    signal(answer.tone);
    offerUndo(answer);
    if (answer.sign) pad.ask(scanId);
    refresh();
  } catch (error) {
    view.say(error.message);
    signal("stop");
  } finally {
    busy = false;
  }
}

function offerUndo(answer) {
  clearTimeout(undoTimer);
  const mine = answer.verdict === "admitted";
  undo.hidden = !mine;
  undo.open = false;
  if (!mine) return;
  undo.querySelector("[name=registration_id]").value = answer.registration_id;
  undoTimer = setTimeout(() => (undo.hidden = !undo.open), UNDO_MS);
}

async function refresh() {
  const told = await postJson(door.dataset.sync, { since: null, unsent: 0 }).catch(() => null);
  if (!told) return;
  const { counts, scans } = told;
  view.count(counts);
  view.scans(scans);
}
setInterval(() => document.hidden || refresh(), REFRESH_MS);

const read = reader(door.dataset.worker);
const camera = new Camera(video, async (picture) => {
  const text = await read(picture);
  if (text) scan(text, "qr");
});
camera.onLost = () => off("start");

function off(key) {
  video.hidden = true;
  frame.classList.add("camera-off");
  torch.hidden = true;
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
    torch.hidden = !camera.hasTorch;
  } catch (error) {
    off(problem(error));
  }
}

start.hidden = false;
start.addEventListener("click", () => {
  wake();
  open();
});
document.addEventListener("pointerdown", wake, { once: true });
allowed().then((yes) => yes && open());

torch.addEventListener("click", async () => {
  const on = torch.getAttribute("aria-pressed") !== "true";
  await camera.torch(on);
  torch.setAttribute("aria-pressed", String(on));
});

listen((text) => scan(text, "wedge"));

codeForm.addEventListener("submit", (event) => {
  event.preventDefault();
  const field = codeForm.elements.code;
  const text = field.value.trim();
  field.value = "";
  document.getElementById("typing").open = false;
  if (text) scan(text, text.length > CODE_LONGEST ? "wedge" : "typed_code");
});
