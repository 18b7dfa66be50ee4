/**
 * The door: camera, photo, wedge scanner and typed code lead to one way of deciding and one way of
 * showing.
 */

import { alarm } from "./alarm.js";
import { Beat } from "./beat.js";
import { watch } from "./capture.js";
import { direction } from "./direction.js";
import { Held } from "./held.js";
import { keepPage } from "./install.js";
import { Queue } from "./queue.js";
import { Scanner } from "./scanner.js";
import { Pad } from "./sign.js";
import { signal } from "./sound.js";
import { Status } from "./status.js";
import { openStore } from "./store.js";
import { Undo } from "./undo.js";
import { Unsent } from "./unsent.js";
import { View, Words } from "./view.js";
import { listen } from "./wedge.js";
import { Wire } from "./wire.js";

const CODE_LONGEST = 40;

const door = document.getElementById("door");
const { dataset } = door;
const words = new Words(door);
const view = new View(words);
const going = direction(door);
const held = new Held();
const pad = new Pad();
let busy = false;
let onScreen = ""; // the number of the scan whose verdict is shown

const store = await openStore(dataset.meeting).catch(() => null);
if (!store) {
  view.say(words.say("noStore"));
  throw new Error("no database in this browser");
}
navigator.storage?.persist?.();
const wire = new Wire(dataset, (clock) => store.setClock(clock));
const status = new Status(words, store);
const unsent = new Unsent(words, store, dataset.meeting);

const queue = new Queue(store, wire, (scan, answer) => learn(scan, answer));
const scanner = new Scanner({ store, wire, queue, words, gate: Number(dataset.gate) }, { shown, later: learn, failed });
const undo = new Undo(scanner, { done: (answer) => tell(answer), failed: notUndone });
const beat = new Beat({ store, wire, queue }, { beat: hear, state });

/** One text from wherever it was read; while one is being decided, others wait to be seen again. */
export async function scan(text, method) {
  if (busy || pad.isOpen || scanner.closed || held.repeats(text)) return;
  busy = true;
  view.say(words.say("sending"));
  try {
    await scanner.scan(text, method, { direction: going() });
  } finally {
    busy = false;
  }
}

function shown(answer, kept) {
  onScreen = kept.scan_id;
  tell(answer);
  undo.offer(answer, kept);
  if (answer.sign) pad.ask(kept.scan_id);
  if (answer.alone) view.addOwn(kept.scan_id, answer);
  else state("");
  unsent.count();
  beat.soon(answer.alone ? 1000 : 0);
}

function tell(answer) {
  view.say("");
  view.show(answer);
  view.count(answer.counts);
  signal(answer.tone, answer.alone);
}

/** The server's word on a scan that this phone had shown by itself. */
function learn(scan, answer) {
  view.dropOwn(scan.scan_id);
  unsent.count();
  // Where this phone knew nothing it had said so, and a late answer is simply the answer.
  if (scan.blind && scan.scan_id === onScreen) return tell(answer);
  const told = words.verdicts[scan.shown].tone;
  if (answer.conflict || answer.tone !== told) {
    alarm(words, scan, answer);
    signal("stop");
  }
  if (scan.scan_id === onScreen) view.show(answer);
}

function failed(failure) {
  state(failure.kind);
  if (failure.kind === "refused") view.say(failure.message);
}

function notUndone(failure) {
  view.say(failure.kind === "refused" ? failure.message : words.say("notUndone"));
}

function state(kind) {
  scanner.online = kind === "" || kind === "refused";
  scanner.closed = kind === "revoked";
  status.set(kind);
  if (scanner.closed) {
    view.say("");
    camera.suspend();
  }
}

function hear({ counts, scans }) {
  view.count(counts);
  view.scans(scans);
  unsent.count();
}

const camera = watch(
  dataset.worker,
  (key) => words.say(key),
  (text) => scan(text, "qr"),
  () => view.say(words.say("noCode")),
);
listen((text) => scan(text, "wedge"));

const codeForm = document.getElementById("code-form");
codeForm.addEventListener("submit", (event) => {
  event.preventDefault();
  const field = codeForm.elements.code;
  const text = field.value.trim();
  field.value = "";
  document.getElementById("typing").open = false;
  if (text) scan(text, text.length > CODE_LONGEST ? "wedge" : "typed_code");
});

document.getElementById("retry-queue").addEventListener("click", async () => {
  await queue.retry();
  beat.soon(0);
});

document.getElementById("leave")?.addEventListener("submit", (event) => {
  if (!unsent.waiting) return;
  event.preventDefault();
  const why = document.getElementById("leave-why");
  why.hidden = false;
  why.textContent = words.say("leaveWaits", { n: unsent.waiting });
  unsent.fold.open = true;
});

await unsent.count();
status.set(navigator.onLine ? "starting" : "away");
beat.start();
document.documentElement.dataset.ready = "";
if (dataset.keeper) {
  if (document.readyState !== "complete") await new Promise((go) => window.addEventListener("load", go, { once: true }));
  keepPage(dataset.keeper, dataset.scope).catch(() => {}); // without it the door works, but not from cold
}
