/**
 * Dragging a row of the plan by its handle, with mouse, pen or finger. While it is dragged the rows
 * stay where they are and a line shows where it will fall; the page scrolls near its edges.
 */

const STARTS_AT = 5; // pixels: less is a click
const EDGE = 70;
const SPEED = 14;

export function draggable(plan, { rows, moveAfter, cancel }) {
  let drag = null;

  plan.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest(".plan-grip");
    if (!grip || event.button !== 0 || drag) return;
    drag = { row: grip.closest("li"), from: event.clientY, y: event.clientY, moving: false, timer: 0 };
    document.addEventListener("pointermove", move);
    document.addEventListener("pointerup", drop);
    document.addEventListener("pointercancel", stop);
    document.addEventListener("keydown", escape);
  });

  function move(event) {
    drag.y = event.clientY;
    if (!drag.moving && Math.abs(drag.y - drag.from) < STARTS_AT) return;
    if (!drag.moving) begin();
    show();
  }

  function begin() {
    cancel();
    drag.moving = true;
    drag.row.classList.add("is-dragged");
    document.documentElement.classList.add("is-dragging");
    drag.timer = setInterval(scroll, 16);
  }

  function scroll() {
    const low = window.innerHeight - EDGE;
    if (drag.y < EDGE) window.scrollBy(0, -SPEED);
    else if (drag.y > low) window.scrollBy(0, SPEED);
    else return;
    show();
  }

  /** The row behind which the dragged one would fall; null for the first place. */
  function target() {
    const others = rows().filter((row) => row !== drag.row);
    const above = others.filter((row) => {
      const box = row.getBoundingClientRect();
      return box.top + box.height / 2 < drag.y;
    });
    return { others, after: above.at(-1) ?? null };
  }

  function show() {
    clear();
    const { others, after } = target();
    if (after) after.classList.add("drop-after");
    else others[0]?.classList.add("drop-before");
  }

  function clear() {
    for (const row of rows()) row.classList.remove("drop-after", "drop-before");
  }

  function drop() {
    const { row, moving } = drag;
    const after = moving ? target().after : null;
    stop();
    if (!moving) return;
    // The click that ends a drag takes nothing up.
    window.addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => window.removeEventListener("click", swallow, { capture: true }), 0);
    const before = rows()[rows().indexOf(row) - 1] ?? null;
    if (after !== before) moveAfter(row, after, () => {});
  }

  function swallow(event) {
    event.stopPropagation();
    event.preventDefault();
  }

  function escape(event) {
    if (event.key === "Escape") stop();
  }

  function stop() {
    clearInterval(drag?.timer);
    clear();
    drag?.row.classList.remove("is-dragged");
    document.documentElement.classList.remove("is-dragging");
    document.removeEventListener("pointermove", move);
    document.removeEventListener("pointerup", drop);
    document.removeEventListener("pointercancel", stop);
    document.removeEventListener("keydown", escape);
    drag = null;
  }
}
