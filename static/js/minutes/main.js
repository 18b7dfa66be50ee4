/**
 * The page beside the draft follows what is typed: each text stands in its slot, paragraph by
 * paragraph, as the server would lay it out. And leaving with unsaved text asks once.
 */

function paragraphs(text) {
  return text.split(/\r?\n/).map((line) => line.trim()).filter(Boolean);
}

function show(slot, text) {
  slot.replaceChildren(
    ...paragraphs(text).map((line) => {
      const paragraph = document.createElement("p");
      paragraph.textContent = line;
      return paragraph;
    }),
  );
}

const form = document.querySelector("form[data-draft]");
if (form) {
  let changed = false;
  form.addEventListener("input", ({ target }) => {
    changed = true;
    const slot = document.querySelector(`[data-slot="${target.dataset.fills}"]`);
    if (slot) show(slot, target.value);
  });
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}
