/** Tells codes that stay before the camera from new ones. */

const SAME_MS = 3000;

export class Held {
  #text = "";
  #seen = 0;

  /** True when this code was seen within the last three seconds. */
  repeats(text, now = performance.now()) {
    const same = text === this.#text && now - this.#seen < SAME_MS;
    this.#text = text;
    this.#seen = now;
    return same;
  }

  /** Forgets a code that is no longer before the camera. */
  forget(now = performance.now()) {
    if (now - this.#seen >= SAME_MS) this.#text = "";
  }
}
