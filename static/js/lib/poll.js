/**
 * Keeping a part of a page fresh by asking politely.
 *
 *   <section data-poll="/m/founding/live" data-poll-target data-pace="running">…</section>
 *
 * The address answers with an HTML fragment and an ETag, or 304. While a meeting
 * runs it is asked every 1.5 ± 0.2 s (the spread keeps a hall's phones from
 * asking in step), otherwise every 15 s, never while the page is hidden, and
 * ever more rarely while the network fails. A fragment may carry its own
 * data-pace ("running" or "calm") and so quicken or calm the page.
 * After two failures the element carries data-stale, which shows a .stale-note inside it.
 * data-etag may hold the version the page was drawn from.
 * The target is the element itself or the [data-poll-target] inside it.
 */

import { announceChanges, spoken } from "./announce.js";
import { request } from "./http.js";

const RUNNING_MS = 1500;
const SPREAD_MS = 200;
const CALM_MS = 15_000;
const LONGEST_MS = 60_000;
const TYPING = "input:not([type=hidden]), textarea, select";

/** Milliseconds until the next question. */
export function pause(pace, failures, random = Math.random()) {
  const base = pace === "running" ? RUNNING_MS : CALM_MS;
  const slowed = Math.min(base * 2 ** failures, LONGEST_MS);
  return slowed + (random * 2 - 1) * SPREAD_MS;
}

/** Whether a field holds what must outlive a new drawing: words that were typed, or refused. */
function isTyped(field) {
  if (!field.id || !field.value || field.defaultValue === undefined) return false;
  return field.value !== field.defaultValue || field.closest("details[open]") !== null;
}

/** Swaps the inside of `target`, keeping focus, opened details and what was typed, saying what changed. */
export function swap(target, html) {
  if (target.contains(document.activeElement) && document.activeElement.matches(TYPING)) return false;
  const before = spoken(target);
  const focused = target.contains(document.activeElement) ? document.activeElement.id : "";
  const opened = [...target.querySelectorAll("details[open][id]")].map((node) => node.id);
  const typed = [...target.querySelectorAll(TYPING)].filter(isTyped);
  target.innerHTML = html;
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  for (const { id, value } of typed) {
    const field = document.getElementById(id);
    if (field) field.value = value;
  }
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  announceChanges(before, spoken(target));
  return true;
}

/** Starts polling one element; returns a function that stops it. */
export function poll(element) {
  const target = element.matches("[data-poll-target]")
    ? element
    : (element.querySelector("[data-poll-target]") ?? element);
  const state = { etag: element.dataset.etag ?? "", failures: 0, timer: 0, asking: false };

  const plan = (delay) => {
    clearTimeout(state.timer);
    if (!document.hidden) state.timer = setTimeout(ask, delay);
  };
  const pace = () => target.querySelector("[data-pace]")?.dataset.pace ?? element.dataset.pace;

  async function ask() {
    if (state.asking) return;
    state.asking = true;
    try {
      await fetchOnce(element, target, state);
      state.failures = 0;
    } catch {
      state.failures += 1;
    }
    element.toggleAttribute("data-stale", state.failures > 1);
    state.asking = false;
    plan(pause(pace(), state.failures));
  }

  const onShow = () => (document.hidden ? clearTimeout(state.timer) : plan(0));
  document.addEventListener("visibilitychange", onShow);
  plan(pause(pace(), 0));
  return () => {
    clearTimeout(state.timer);
    document.removeEventListener("visibilitychange", onShow);
  };
}

async function fetchOnce(element, target, state) {
  const headers = { Accept: "text/html" };
  if (state.etag) headers["If-None-Match"] = state.etag;
  const response = await request(element.dataset.poll, { headers, cache: "no-store" });
  if (response.status === 304) return;
  if (!response.ok || response.redirected) throw new Error(String(response.status));
  const html = await response.text();
  if (swap(target, html)) state.etag = response.headers.get("ETag") ?? "";
}
