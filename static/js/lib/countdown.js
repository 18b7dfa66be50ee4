/**
 * Clocks that run down by the second between two answers of the server.
 *
 *   <div data-clock>
 *     <p data-due="2024-01-19T09:20:00+08:00" data-at="2024-01-19T09:12:31+08:00" data-soon="180">
 *       <b data-figure>7:29</b> <span data-when="calm">…</span><span data-when="soon" hidden>…</span>
 *       <span data-when="late" hidden>…</span></p></div>
 *
 * `data-at` is the server's clock when it drew the element, so a phone whose own clock is wrong
 * counts right. Below `data-soon` seconds the element is .is-soon, past its time .is-late, and of
 * its words only those of that moment are shown. Without a script the figure of the last drawing
 * stands there.
 */

const TICK_MS = 250;
const drawn = new WeakMap();

/** Seconds until an element's time, negative when it is over. */
export function left(element, now = performance.now()) {
  if (!drawn.has(element)) drawn.set(element, now);
  const { due, at } = element.dataset;
  return (Date.parse(due) - Date.parse(at) - (now - drawn.get(element))) / 1000;
}

/** "9:05", rounded so that it shows 0:00 at the very end. */
export function figure(seconds) {
  const whole = seconds > 0 ? Math.ceil(seconds) : Math.floor(-seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function tick(element) {
  const seconds = left(element);
  const when = seconds <= -1 ? "late" : seconds <= Number(element.dataset.soon) ? "soon" : "calm";
  const text = figure(seconds);
  const shown = element.querySelector("[data-figure]");
  if (shown.textContent !== text) shown.textContent = text;
  if (element.dataset.now === when) return;
  element.dataset.now = when;
  element.classList.toggle("is-soon", when === "soon");
  element.classList.toggle("is-late", when === "late");
  for (const word of element.querySelectorAll("[data-when]")) word.hidden = word.dataset.when !== when;
}

/** Lets all clocks inside `root` run, also those that polling brings. */
export function countdown(root) {
  const all = () => root.querySelectorAll("[data-due]").forEach(tick);
  new MutationObserver(all).observe(root, { childList: true, subtree: true });
  setInterval(all, TICK_MS);
  all();
}
