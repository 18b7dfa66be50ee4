/**
 * Moving people in a plan: by dragging, by choosing one and then another place, by keys.
 *
 * The page works without this script: each name leads to the form below the picture. With it, a
 * move is that form, sent at once; the answer is the page anew, of which the plan is taken over.
 */

import { announce } from "../lib/announce.js";
import { request } from "../lib/http.js";

const FAR = 5; // pixels that make a press a drag
const HOLD = 300; // milliseconds a finger rests before it drags; before that it scrolls

const root = document.getElementById("plan");
let chosen = "";
let drag = null;
let busy = false;

const frames = () => [...root.querySelectorAll(".seats-frame")];
const sittersOf = (key) => root.querySelectorAll(`.sitter[data-key="${key}"]`);
const nameOf = (sitter) => sitter?.getAttribute("aria-label") ?? "";
const say = (word, values) =>
  announce(root.dataset[word].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? ""));

function choose(key, quiet = false) {
  for (const sitter of root.querySelectorAll(".sitter.is-chosen")) {
    sitter.classList.remove("is-chosen");
    sitter.removeAttribute("aria-current");
  }
  chosen = key;
  root.classList.toggle("is-choosing", Boolean(key));
  if (!key) return;
  for (const sitter of sittersOf(key)) {
    sitter.classList.add("is-chosen");
    sitter.setAttribute("aria-current", "true");
  }
  const who = root.querySelector("#move-key");
  if (who) who.value = key;
  if (!quiet) say("chosenWords", { name: nameOf(sittersOf(key)[0]) });
}

async function move(key, place) {
  if (busy) return;
  const form = root.querySelector("[data-move]");
  form.elements.key.value = key;
  form.elements.place.value = place;
  choose("");
  await send(form, key);
}

/** Sends a form and takes the plan over from the answer; anything odd goes the plain way. */
async function send(form, key) {
  busy = true;
  try {
    const response = await request(form.action, { method: "POST", body: new FormData(form) });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.getElementById("plan");
    if (!fresh) throw new Error(String(response.status));
    const scrolled = frames().map((frame) => frame.scrollLeft);
    root.replaceChildren(...fresh.childNodes);
    frames().forEach((frame, index) => (frame.scrollLeft = scrolled[index] ?? 0));
    const sitter = sittersOf(key)[0];
    sitter?.focus({ preventScroll: true });
    const problem = root.querySelector(".errors");
    if (problem) announce(problem.textContent);
    else say("movedWords", { name: nameOf(sitter) });
  } catch {
    form.submit();
  } finally {
    busy = false;
  }
}

const spotAt = (x, y) => document.elementFromPoint(x, y)?.closest("[data-place]") ?? null;

function press(event) {
  const sitter = event.target.closest("a.sitter");
  if (!sitter || event.button || busy) return;
  drag = { key: sitter.dataset.key, x: event.clientX, y: event.clientY, id: event.pointerId, on: false };
  if (event.pointerType !== "mouse") drag.timer = setTimeout(begin, HOLD);
}

function begin() {
  if (!drag) return;
  drag.on = true;
  choose(drag.key, true);
  root.classList.add("is-dragging");
}

function travel(event) {
  if (!drag || event.pointerId !== drag.id) return;
  const far = Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > FAR;
  if (!drag.on && far) {
    if (event.pointerType === "mouse") begin();
    else return letGo();
  }
  if (drag.on) aim(spotAt(event.clientX, event.clientY));
}

function aim(spot) {
  root.querySelector(".spot.is-target")?.classList.remove("is-target");
  spot?.classList.add("is-target");
}

function drop(event) {
  if (!drag || event.pointerId !== drag.id) return;
  const { on, key } = drag;
  const spot = on ? spotAt(event.clientX, event.clientY) : null;
  letGo();
  if (!on) return;
  swallowClick();
  if (spot && !spot.querySelector(`.sitter[data-key="${key}"]`)) move(key, spot.dataset.place);
  else choose("");
}

function letGo() {
  clearTimeout(drag?.timer);
  drag = null;
  aim(null);
  root.classList.remove("is-dragging");
}

/** The click that follows a drag chooses nothing. */
function swallowClick() {
  const stop = (event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  root.addEventListener("click", stop, { capture: true, once: true });
  setTimeout(() => root.removeEventListener("click", stop, { capture: true }), 100);
}

function click(event) {
  const spot = event.target.closest("[data-seats] [data-place]");
  if (!spot) return;
  const sitter = event.target.closest("a.sitter");
  if (sitter) event.preventDefault();
  if (busy) return;
  if (!chosen) {
    if (sitter) choose(sitter.dataset.key);
  } else if (spot.querySelector(`.sitter[data-key="${chosen}"]`)) {
    choose("");
    say("droppedWords", {});
  } else {
    move(chosen, spot.dataset.place);
  }
}

function key(event) {
  if (event.key === "Escape" && (chosen || drag)) {
    letGo();
    choose("");
    say("droppedWords", {});
  } else if (event.key === " " && event.target.closest("a.sitter")) {
    event.preventDefault();
    event.target.closest("a.sitter").dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  } else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
    step(event, event.key === "ArrowRight" ? 1 : -1);
  }
}

/** Arrow keys go along the picture, row by row. */
function step(event, by) {
  const sitter = event.target.closest("[data-seats] a.sitter");
  if (!sitter) return;
  const all = [...root.querySelectorAll("[data-seats] a.sitter")];
  all[all.indexOf(sitter) + by]?.focus();
  event.preventDefault();
}

root.addEventListener("pointerdown", press);
document.addEventListener("pointermove", travel);
document.addEventListener("pointerup", drop);
document.addEventListener("pointercancel", () => drag && letGo());
root.addEventListener("dragstart", (event) => event.preventDefault());
root.addEventListener("touchmove", (event) => drag?.on && event.preventDefault(), { passive: false });
root.addEventListener("contextmenu", (event) => drag && event.preventDefault());
root.addEventListener("click", click);
root.addEventListener("keydown", key);

/** The middle of a wide plan is what matters: a phone begins there. */
for (const frame of frames()) {
  frame.scrollLeft = (frame.scrollWidth - frame.clientWidth) / 2;
}
const given = root.querySelector(".sitter.is-chosen");
if (given) choose(given.dataset.key, true);
