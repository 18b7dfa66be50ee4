/**
 * A button that copies: <button class="button copy" data-copy="7F3A-91C2" data-copied="已复制" hidden>.
 * It is hidden in the markup because without a script it could do nothing.
 */

import { announce } from "./announce.js";

const SHOWN_MS = 2000;

export function copyButton(button) {
  if (!navigator.clipboard) return;
  button.hidden = false;
  const word = button.lastChild;
  const usual = word.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    word.textContent = button.dataset.copied;
    button.classList.add("copied");
    announce(button.dataset.copied);
    setTimeout(() => {
      word.textContent = usual;
      button.classList.remove("copied");
    }, SHOWN_MS);
  });
}
