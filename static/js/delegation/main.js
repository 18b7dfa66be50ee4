/**
 * Keeps a list on the server while it is typed, and shows what is wrong at each cell as it is now.
 *
 * Without it, every button of the page does the same with a reload. The page that the server
 * answers is the page that it would show; only its remarks are taken over, never a field.
 */

import { announce } from "../lib/announce.js";
import { csrfToken, request } from "../lib/http.js";

const REST_MS = 700;
const form = document.getElementById("list");
const state = document.getElementById("list-kept");
let timer = 0;
let queued = Promise.resolve();
let stopped = false;

function takeOver(page) {
  const fresh = page.getElementById("list-state");
  if (!fresh) return;
  document.getElementById("list-state").replaceChildren(...fresh.childNodes);
  for (const notes of form.querySelectorAll(".cell-notes")) {
    const newer = page.getElementById(notes.id);
    if (newer && newer.innerHTML !== notes.innerHTML) notes.replaceChildren(...newer.childNodes);
  }
  for (const cell of form.querySelectorAll(".grid .input")) {
    const newer = page.getElementById(cell.id);
    if (newer?.hasAttribute("aria-invalid")) cell.setAttribute("aria-invalid", "true");
    else cell.removeAttribute("aria-invalid");
  }
}

async function keep() {
  if (stopped) return;
  const body = new URLSearchParams(new FormData(form));
  body.set("act", "keep");
  state.textContent = form.dataset.keeping;
  try {
    const answer = await request(form.action, { method: "POST", body, headers: { "X-CSRFToken": csrfToken() } });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (stopped) return;
    takeOver(page);
    state.textContent = form.dataset.kept;
  } catch {
    if (stopped) return;
    state.textContent = form.dataset.lost;
    announce(form.dataset.lost);
  }
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(() => { queued = queued.then(keep); }, REST_MS);
}

if (form) {
  form.addEventListener("input", (event) => {
    if (event.target.id !== "consent") soon();
  });
  form.addEventListener("submit", () => {
    stopped = true;
    clearTimeout(timer);
  });
  // A page that comes back from the browser's memory is typed into again.
  window.addEventListener("pageshow", () => { stopped = false; });
}
