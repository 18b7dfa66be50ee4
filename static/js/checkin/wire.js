/**
 * Talking to the server. Each answer tells its clock. A failure is one of five kinds, which the
 * page has its own words for; nothing that a browser says of its network is ever shown.
 *
 *   away      no answer, or none that helps: try again later
 *   revoked   the device was taken out of service
 *   outside   the sign-in of this browser has ended
 *   refused   the server's own sentence, in `message`
 */

import { csrfToken } from "../lib/http.js";

const VERSION = new URL(import.meta.url).pathname.split("/")[2]; // of the static files

export class Failure extends Error {
  constructor(kind, message = "", status = 0) {
    super(message);
    this.kind = kind;
    this.status = status;
  }
}

function failureOf(status, body) {
  const { code, message } = body?.error ?? {};
  if (code === "device_revoked") return new Failure("revoked");
  if (status === 401 || code?.startsWith("csrf")) return new Failure("outside");
  if (status >= 500 || status === 429 || !message) return new Failure("away");
  return new Failure("refused", message, status);
}

export class Wire {
  /** @param addresses {scans, upload, sync, pack, undo}  @param onClock called with {offset, syncedAt} */
  constructor(addresses, onClock) {
    this.addresses = addresses;
    this.onClock = onClock;
  }

  live = (scan, patience) => this.ask(this.addresses.scans, patience, scan);
  upload = (scans) => this.ask(this.addresses.upload, 30_000, { scans });
  sync = (since, unsent) => this.ask(this.addresses.sync, 4000, { since, unsent, version: VERSION });
  undo = (admission) => this.ask(this.addresses.undo, 5000, admission);
  pack = () => this.ask(this.addresses.pack, 120_000);

  async ask(url, patience, data) {
    const control = new AbortController();
    const timer = setTimeout(() => control.abort(), patience);
    const headers = { Accept: "application/json", "X-Requested-With": "fetch" };
    const options = { credentials: "same-origin", cache: "no-store", signal: control.signal, headers };
    if (data) {
      headers["Content-Type"] = "application/json";
      headers["X-CSRFToken"] = csrfToken();
      Object.assign(options, { method: "POST", body: JSON.stringify(data) });
    }
    const sent = Date.now();
    try {
      const response = await fetch(url, options);
      const came = Date.now();
      const body = await response.json().catch(() => null);
      if (!response.ok || response.redirected || !body) throw failureOf(response.ok ? 401 : response.status, body);
      const time = response.headers.get("X-Server-Time");
      if (time) this.onClock({ offset: Math.round(Date.parse(time) - (sent + came) / 2), syncedAt: time });
      return body;
    } catch (error) {
      throw error instanceof Failure ? error : new Failure("away");
    } finally {
      clearTimeout(timer);
    }
  }
}
