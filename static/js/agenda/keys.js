/**
 * Moving a row of the plan by keys, equal to dragging: space or Enter on its handle takes it up,
 * the arrow keys, Home and End move it, space or Enter puts it down, Escape puts it back. Each step
 * is said. Leaving the handle puts it back too.
 */

const STEPS = {
  ArrowUp: (place) => place - 1,
  ArrowDown: (place) => place + 1,
  Home: () => 0,
  End: (_, last) => last,
};

export function liftable(plan, { rows, say, moveAfter }) {
  let held = null;
  let stepping = false;

  plan.addEventListener("click", (event) => {
    const grip = event.target.closest(".plan-grip");
    if (!grip) return;
    if (held?.row.contains(grip)) putDown();
    else takeUp(grip);
  });

  plan.addEventListener("keydown", (event) => {
    if (!held || !held.row.contains(event.target)) return;
    if (event.key === "Escape") cancel();
    else if (event.key in STEPS) step(STEPS[event.key]);
    else return;
    event.preventDefault();
  });

  plan.addEventListener("focusout", (event) => {
    if (held && !stepping && event.target === held.grip) cancel();
  });

  function takeUp(grip) {
    cancel();
    const row = grip.closest("li");
    held = { row, grip, next: row.nextElementSibling };
    row.classList.add("is-held");
    grip.setAttribute("aria-pressed", "true");
    grip.focus();
    say("held", row);
  }

  function step(where) {
    const all = rows();
    const place = all.indexOf(held.row);
    const wanted = Math.min(Math.max(where(place, all.length - 1), 0), all.length - 1);
    if (wanted === place) return;
    const anchor = wanted > place ? all[wanted].nextElementSibling : all[wanted];
    put(anchor);
    say("moved", held.row);
  }

  /** Moving a node takes its focus away, which is no leaving. */
  function put(anchor) {
    stepping = true;
    held.row.parentNode.insertBefore(held.row, anchor);
    held.grip.focus();
    stepping = false;
  }

  function putDown() {
    const { row, next } = held;
    const moved = row.nextElementSibling !== next;
    release();
    if (moved) moveAfter(row, row.previousElementSibling, () => row.parentNode?.insertBefore(row, next));
    else say("back", row);
  }

  function cancel() {
    if (!held) return;
    const { row, next } = held;
    stepping = true;
    if (row.nextElementSibling !== next) row.parentNode?.insertBefore(row, next);
    stepping = false;
    release();
    say("back", row);
  }

  function release() {
    held.row.classList.remove("is-held");
    held.grip.setAttribute("aria-pressed", "false");
    held = null;
  }

  return { cancel };
}
