/**
 * What every page may ask for by an attribute; a page that asks for nothing pays for nothing more.
 */

const HELPERS = [
  ["[data-poll]", "./poll.js", "poll"],
  ["form[data-autosubmit]", "./autosubmit.js", "autosubmit"],
  ["[data-copy]", "./copy.js", "copyButton"],
  ["[data-clock]", "./countdown.js", "countdown"],
];

for (const [selector, module, name] of HELPERS) {
  const found = document.querySelectorAll(selector);
  if (found.length) import(module).then((helper) => found.forEach((node) => helper[name](node)));
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

for (const opener of document.querySelectorAll("[data-dialog]")) {
  opener.hidden = false;
  opener.addEventListener("click", () => document.getElementById(opener.dataset.dialog)?.showModal());
}

for (const nav of document.querySelectorAll("[data-keep-current]")) {
  const scroller = nav.querySelector("ul") ?? nav;
  const current = nav.querySelector("[aria-current]");
  if (scroller && current) scroller.scrollLeft = current.offsetLeft - scroller.clientWidth / 3;
}
