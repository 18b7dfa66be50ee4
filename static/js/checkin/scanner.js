/**
 * One scan from its text to what is shown: this phone decides at once, the server is asked at the
 * same time, and its word is waited for only so long. What the phone shows by itself lies in its
 * queue before it is shown.
 */

import { judge } from "./local.js";
import { proofOf, read } from "./pass.js";

const SERVER_MS = 700; // how long green waits for the server
const LATE_MS = 8000; // how long an answer is listened for after that
const NOTHING_KNOWN = "unknown"; // the verdict that is kept where neither server nor pack could tell

export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // a page without HTTPS lacks randomUUID
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const within = (promise, patience) =>
  Promise.race([promise, new Promise((go) => setTimeout(go, Math.max(0, patience)))]);

export class Scanner {
  /**
   * @param parts {store, wire, queue, words}
   * @param on {shown(answer, scan), later(scan, answer), failed(failure)}
   */
  constructor({ store, wire, queue, words, gate }, on) {
    Object.assign(this, { store, wire, queue, words, gate, on });
    this.online = true;
  }

  /** Whether somebody who leaves this gate's session may enter it again. */
  get mayReturn() {
    const { gate, sessions } = this.store.pack ?? {};
    return sessions?.find(({ id }) => id === gate?.session_id)?.reentry !== false;
  }

  /** @param more {direction, reason, alone}; alone keeps the server out of it, as an undo without it */
  async scan(text, method, { direction = "entry", reason, alone = !this.online } = {}) {
    const began = performance.now();
    const reading = read(text);
    const { offset, syncedAt } = this.store.clock;
    const now = Date.now();
    const scan = {
      scan_id: newId(),
      gate: this.store.pack?.gate?.id ?? this.gate,
      method,
      direction,
      claimed_at: new Date(now).toISOString(),
      offset_ms: offset,
      synced_at: syncedAt ?? new Date(now).toISOString(), // never heard of the server: then nothing is shown as let in
      ...(reason && { reason }),
    };
    scan.text = await proofOf(text, reading, scan.scan_id);
    const asked = alone ? null : this.ask(scan);
    const at = new Date(now + offset).toISOString();
    const local = await judge(reading, this.store, { direction, at });
    const kept = { ...scan, shown: local?.verdict ?? NOTHING_KNOWN, registration: local?.registration ?? null };
    if (!local) kept.blind = true;
    await this.store.keep(kept);
    const answer = asked && (await within(asked, SERVER_MS - (performance.now() - began)));
    if (answer instanceof Error) this.on.failed(answer);
    if (answer?.kind === "revoked") return this.store.keep({ ...kept, shown: NOTHING_KNOWN });
    if (answer?.verdict) {
      await this.store.settle([answer]);
      return this.on.shown(answer, { ...kept, text });
    }
    if (asked && !answer) {
      this.on.failed({ kind: "away" });
      asked.then((word) => word.verdict && this.store.settle([word]).then(() => this.on.later(kept, word)));
    }
    return this.on.shown(this.alone(local, reading, at), { ...kept, text });
  }

  /** The server's answer, or the Failure; while it is asked the queue leaves this scan alone. */
  async ask(scan) {
    this.queue.asked.add(scan.scan_id);
    try {
      return { ...(await this.wire.live(scan, LATE_MS)), scan_id: scan.scan_id };
    } catch (failure) {
      return failure;
    } finally {
      this.queue.asked.delete(scan.scan_id);
    }
  }

  /** What this phone says by itself, in the shape of the server's answers. */
  alone(local, reading, at) {
    if (!local) return { ...this.words.nothing, verdict: NOTHING_KNOWN, alone: true };
    const { verdict, registration, category, person, unnamed, first } = local;
    return {
      ...this.words.verdicts[verdict],
      verdict,
      registration_id: registration,
      ...person,
      unnamed,
      category: category ? this.words.categories[category] : "",
      first: first && { gate: first.gate || this.words.say("rollCall"), time: this.words.time(first.at) },
      at: this.words.time(at),
      rehearsal: Boolean(this.store.pack?.meeting.rehearsal),
      alone: true,
    };
  }
}
