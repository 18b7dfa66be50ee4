/**
 * Brings the scans that the server has not answered to it, in batches, several at a time, one page
 * of the browser at a time. A scan leaves the queue only when the server says that it has it.
 */

const BATCH = 200;
const AT_ONCE = 4;
const LOCAL = ["registration", "stuck", "blind"]; // what only this phone needs of a scan

const sent = (scan) => Object.fromEntries(Object.entries(scan).filter(([key]) => !LOCAL.includes(key)));

export class Queue {
  /**
   * @param store of store.js  @param wire of wire.js
   * @param onAnswer (scan, answer) for each scan that was taken
   */
  constructor(store, wire, onAnswer) {
    this.store = store;
    this.wire = wire;
    this.onAnswer = onAnswer;
    this.asked = new Set(); // numbers of scans that the server is being asked about live
    this.draining = null;
  }

  /** Sends what there is; resolves when nothing is left to send, rejects with the wire's Failure. */
  drain() {
    this.draining ??= this.locked(() => this.pour()).finally(() => (this.draining = null));
    return this.draining;
  }

  locked(act) {
    if (!navigator.locks) return act();
    return navigator.locks.request(`drain ${this.store.db.name}`, { ifAvailable: true }, (lock) => lock && act());
  }

  async pour() {
    const scans = (await this.store.queue()).filter((scan) => !scan.stuck && !this.asked.has(scan.scan_id));
    const batches = [];
    for (let from = 0; from < scans.length; from += BATCH) batches.push(scans.slice(from, from + BATCH));
    const carry = async () => {
      while (batches.length) await this.bring(batches.shift());
    };
    const done = await Promise.allSettled(Array.from({ length: AT_ONCE }, carry));
    const failed = done.find(({ status }) => status === "rejected");
    if (failed) throw failed.reason;
  }

  async bring(scans) {
    let answers;
    try {
      ({ answers } = await this.wire.upload(scans.map(sent)));
    } catch (failure) {
      if (failure.kind !== "refused") throw failure;
      // The whole batch was refused: find the scan that it was for, so that no other suffers.
      if (scans.length > 1) {
        const half = scans.length >> 1;
        await this.bring(scans.slice(0, half));
        return this.bring(scans.slice(half));
      }
      answers = [{ scan_id: scans[0].scan_id, kept: false, error: { message: failure.message } }];
    }
    const known = new Map(scans.map((scan) => [scan.scan_id, scan]));
    const kept = answers.filter((answer) => answer.kept);
    await this.store.settle(kept);
    const others = answers.filter((answer) => !answer.kept && known.has(answer.scan_id));
    if (others.length) await this.store.mark(others.map(({ scan_id: id, error }) => [id, error.message]));
    for (const answer of kept) this.onAnswer(known.get(answer.scan_id), answer);
  }

  /** Lets the scans that could not be sent be tried once more. */
  async retry() {
    const stuck = (await this.store.queue()).filter((scan) => scan.stuck);
    await this.store.mark(stuck.map((scan) => [scan.scan_id, null]));
  }
}

/** The whole queue as a file, to be carried to the desk; and a link that saves it. */
export async function saveAsFile(store, meeting) {
  const { pack, clock } = store;
  const scans = await store.queue();
  const content = { kind: "menghui door queue v1", meeting, device: pack?.device ?? null, clock, scans };
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(content, null, 1)], { type: "application/json" }));
  link.download = `${meeting}-unsent-${new Date().toISOString().slice(0, 19).replace(/\D/g, "")}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  return scans.length;
}
