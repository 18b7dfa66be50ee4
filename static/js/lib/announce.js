/**
 * Saying things to people who listen: only what changed, and nothing twice.
 */

let waiting = [];
let timer = 0;

/** Queues a sentence for the page's live region; several in one moment are said together. */
export function announce(text) {
  const sentence = text.trim();
  if (!sentence || waiting.includes(sentence)) return;
  waiting.push(sentence);
  clearTimeout(timer);
  timer = setTimeout(say, 150);
}

function say() {
  const region = document.getElementById("announcer");
  if (region) region.textContent = waiting.join(" ");
  waiting = [];
}

/** The words of every [data-announce="key"] under `root`, by key. */
export function spoken(root) {
  const found = new Map();
  for (const node of root.querySelectorAll("[data-announce]")) {
    found.set(node.dataset.announce, node.textContent.replace(/\s+/g, " ").trim());
  }
  return found;
}

/** Announces those words of `after` that differ from `before`. */
export function announceChanges(before, after) {
  for (const [key, text] of after) {
    if (before.get(key) !== text) announce(text);
  }
}
