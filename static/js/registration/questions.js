/**
 * Shows a question only to whom it is put: who answered the one that it hangs on so, in its
 * category. The server asks the same again, so this only spares people what is not for them.
 */

const wrappers = [...document.querySelectorAll(".question[data-shown-if], .question[data-categories]")];
const form = wrappers[0]?.closest("form");

function chosen(name) {
  return [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)]
    .filter((input) => !["radio", "checkbox"].includes(input.type) || input.checked)
    .filter((input) => !input.closest(".question[hidden]"))
    .map((input) => input.value);
}

function isAsked({ dataset }) {
  const categories = dataset.categories?.split(" ");
  if (categories && !chosen("category").some((one) => categories.includes(one))) return false;
  return !dataset.shownIf || chosen(dataset.shownIf).includes(dataset.shownValue);
}

// One that hangs on a hidden one hides with it, so look again until nothing changes.
function show() {
  for (let round = 0; round <= wrappers.length; round += 1) {
    const before = wrappers.map((wrapper) => wrapper.hidden).join();
    for (const wrapper of wrappers) wrapper.hidden = !isAsked(wrapper);
    if (wrappers.map((wrapper) => wrapper.hidden).join() === before) return;
  }
}

if (form) {
  for (const words of form.querySelectorAll("[data-without-script]")) words.hidden = true;
  form.addEventListener("change", show);
  show();
}
