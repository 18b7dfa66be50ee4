/**
 * Sending a scan at a kiosk, which asks the server alone. The id is made before the first try and
 * kept for every next one: a lost answer is asked for again and never becomes a second scan.
 */

import { HttpError, postJson } from "../lib/http.js";

const TRY_MS = 4000;
const PAUSES_MS = [400, 800, 1600, 3000];

const passing = (error) =>
  !(error instanceof HttpError) || error.kind === "offline" || error.kind === "timeout" || error.status >= 500 || error.status === 429;

/** Sends a scan until there is an answer; onRetry is called before each further try. */
export async function send(url, scan, onRetry) {
  for (let tries = 0; ; tries += 1) {
    try {
      return await postJson(url, scan, { timeout: TRY_MS });
    } catch (error) {
      if (!passing(error)) throw error;
      onRetry();
      await new Promise((go) => setTimeout(go, PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)]));
    }
  }
}
