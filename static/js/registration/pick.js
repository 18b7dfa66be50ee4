/**
 * A list of which many are marked at once: the whole page by one tick, and how many are marked.
 */

const form = document.querySelector("form[data-pick]");
const boxes = [...form.querySelectorAll("input[name=id]")];
const every = form.querySelector("input[name=all]");
const page = form.querySelector("[data-pick-page]");
const count = form.querySelector("[data-pick-count]");
const whole = page.querySelector("input");

function show() {
  const marked = boxes.filter((box) => box.checked).length;
  whole.checked = marked === boxes.length;
  whole.indeterminate = marked > 0 && !whole.checked;
  const shown = every?.checked ? form.elements.total.value : marked;
  count.textContent = count.dataset.words.replace("{count}", shown);
}

whole.addEventListener("change", () => {
  for (const box of boxes) box.checked = whole.checked;
  show();
});
form.addEventListener("change", show);
page.hidden = count.hidden = false;
show();
