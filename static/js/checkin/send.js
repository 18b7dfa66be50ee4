/**
 * Sending scans. The id is made before the first try and kept for every next one: so a lost
 * answer is asked for again and never becomes a second scan.
 */

import { HttpError, postJson } from "../lib/http.js";

const TRY_MS = 4000;
const PAUSES_MS = [400, 800, 1600, 3000];
const SAME_MS = 3000;

export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // a page without HTTPS lacks randomUUID
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Tells codes that stay before the camera from new ones. */
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

const passing = (error) =>
  !(error instanceof HttpError) || error.kind === "offline" || error.kind === "timeout" || error.status >= 500 || error.status === 429;

/** Sends a scan until there is an answer, which tells its id too; onRetry is called before each further try. */
export async function send(url, scan, onRetry) {
  const whole = { scan_id: newId(), claimed_at: new Date().toISOString(), ...scan };
  for (let tries = 0; ; tries += 1) {
    try {
      const answer = await postJson(url, whole, { timeout: TRY_MS });
      return { ...answer, scan_id: whole.scan_id };
    } catch (error) {
      if (!passing(error)) throw error;
      onRetry();
      await new Promise((go) => setTimeout(go, PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)]));
    }
  }
}
