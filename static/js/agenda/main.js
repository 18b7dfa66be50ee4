/**
 * The agenda's editor: an item is dragged by its handle with mouse or finger, or taken up with the
 * space bar, moved with the arrow keys and put down; the two buttons beside it need no script.
 * Whatever was done, the server answers with the whole page, checked anew, and the plan is drawn
 * from that. What is sent names the neighbour, not a number, so it means the same when somebody
 * else has moved things meanwhile.
 */

import { announce } from "../lib/announce.js";
import { request, words } from "../lib/http.js";
import { draggable } from "./drag.js";
import { liftable } from "./keys.js";

const plan = document.getElementById("plan");

/** The rows of the plan in the order in which they stand. */
function rows() {
  return [...plan.querySelectorAll("li[data-item]")];
}

/** Says one of the page's own sentences about a row. */
function say(kind, row) {
  const all = rows();
  const values = { title: row.dataset.title, place: all.indexOf(row) + 1, count: all.length };
  announce(plan.dataset[kind].replace(/\{(\w+)\}/g, (_, name) => values[name]));
}

/** Shows the handles, which are hidden where no script runs. */
function dress() {
  plan.querySelector(".plan-edit")?.classList.add("has-grips");
  for (const grip of plan.querySelectorAll(".plan-grip")) grip.hidden = false;
}

/** Takes over what a page of the server says: the plan, the buttons above it, what was done. */
function take(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const fresh = page.getElementById("plan");
  if (!fresh) {
    location.reload();
    return;
  }
  plan.replaceChildren(...fresh.childNodes);
  const acts = [document, page].map((one) => one.querySelector(".desk-acts"));
  if (acts[0] && acts[1]) acts[0].replaceChildren(...acts[1].childNodes);
  dress();
  const said = plan.querySelector("#form-errors") ?? page.querySelector(".flashes");
  announce(said?.textContent.replace(/\s+/g, " ") ?? "");
}

let sending = false;

/** Posts to an address and draws what comes back; tells whether the server took it. */
async function send(url, fields, focus) {
  if (sending) return false;
  sending = true;
  plan.setAttribute("aria-busy", "true");
  const body = new FormData(document.getElementById("plan-form"));
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  let answer = null;
  try {
    answer = await request(url, { method: "POST", body, headers: { Accept: "text/html" } });
    if (answer.ok || answer.status === 422) take(await answer.text());
    else throw new Error(words("server"));
  } catch (error) {
    announce(`${error.message} ${plan.dataset.lost}`);
  } finally {
    sending = false;
    plan.removeAttribute("aria-busy");
  }
  const target = focus.map((id) => document.getElementById(id)).find((node) => node && !node.disabled);
  target?.focus({ preventScroll: false });
  return Boolean(answer?.ok);
}

/** Sends a row to behind another, or to the first place; the old order comes back if it fails. */
async function moveAfter(row, other, restore) {
  const url = document.getElementById(`down-${row.dataset.item}`).formAction;
  const taken = await send(url, { after: other?.dataset.item ?? "0" }, [`grip-${row.dataset.item}`]);
  if (!taken && row.isConnected) restore();
}

plan.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button?.formAction || event.target.id !== "plan-form") return;
  event.preventDefault();
  const item = button.closest("li[data-item]")?.dataset.item;
  send(button.formAction, { [button.name]: button.value }, [button.id, `grip-${item}`, "undo"]);
});

dress();
const held = liftable(plan, { rows, say, moveAfter });
draggable(plan, { rows, moveAfter, cancel: held.cancel });
