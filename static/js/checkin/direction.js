/**
 * Which way people go. The switch consists of links, so it works without a script; with one, the
 * camera stays open, and the gate's last direction is remembered on this device.
 */

const key = (gate) => `door-direction-${gate}`;

/** Watches the switch of a door that has one; returns a function that tells the direction. */
export function direction(door) {
  const links = [...document.querySelectorAll("#ways [data-direction]")];
  const field = document.querySelector("#code-form [name=direction]");
  const choose = (way) => {
    door.dataset.direction = way;
    field.value = way;
    for (const link of links) {
      if (link.dataset.direction === way) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };
  for (const link of links) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      choose(link.dataset.direction);
      try {
        localStorage.setItem(key(door.dataset.gate), link.dataset.direction);
      } catch {
        // A browser that keeps nothing forgets the direction as well.
      }
    });
  }
  if (links.length && !new URLSearchParams(location.search).has("direction")) {
    try {
      choose(localStorage.getItem(key(door.dataset.gate)) ?? door.dataset.direction);
    } catch {
      // As above.
    }
  }
  return () => door.dataset.direction;
}
