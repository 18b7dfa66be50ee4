/**
 * What the phone keeps: the pack, row by row, and the queue of scans that the server has not
 * answered. Both lie in one database of the browser, one for each meeting; nobody's name is in it.
 *
 *   facts   pack: what holds for the whole pack · clock: {offset, syncedAt}
 *   rows-a, rows-b   one row for each pass. A new pack is written beside the one in use and then
 *                    takes its place in one step: no scan waits for it, none meets half of it.
 *   queue   scans by their number
 */

import { openDB } from "../../vendor/idb/index.js";

const SHELVES = ["a", "b"];
const CHUNK = 2000; // rows in one transaction while a pack is written
const STRICT = { durability: "strict" }; // a scan that was shown is on the disk

const fields = ([pass, generation, registration, state, category, code, unit, inside, left, sealed]) => ({
  pass, generation, registration, state, category, unit, inside, left, sealed, ...(code && { code }),
});

export async function openStore(meeting) {
  const db = await openDB(`door ${meeting}`, 1, {
    upgrade(fresh) {
      fresh.createObjectStore("facts");
      for (const shelf of SHELVES) {
        const rows = fresh.createObjectStore(`rows-${shelf}`, { keyPath: "pass" });
        rows.createIndex("code", "code");
        rows.createIndex("registration", "registration");
      }
      fresh.createObjectStore("queue", { keyPath: "scan_id" }).createIndex("registration", "registration");
    },
    blocking: () => db.close(), // another page of ours wants a newer form of it
  });
  const store = new Store(db);
  await store.load();
  return store;
}

class Store {
  constructor(db) {
    this.db = db;
    this.pack = null;
    this.clock = { offset: 0, syncedAt: null };
  }

  async load() {
    this.pack = (await this.db.get("facts", "pack")) ?? null;
    this.clock = (await this.db.get("facts", "clock")) ?? this.clock;
  }

  get rows() {
    return `rows-${this.pack.shelf}`;
  }

  /** How this device is called where the pack says who let somebody in. */
  get device() {
    return `device:${this.pack.device?.id}`;
  }

  /** Puts a new pack in the place of the old one. */
  async replacePack({ passes, server_time: _, ...pack }) {
    const shelf = this.pack?.shelf === "a" ? "b" : "a";
    const name = `rows-${shelf}`;
    await this.db.clear(name);
    for (let from = 0; from < passes.length; from += CHUNK) {
      const written = this.db.transaction(name, "readwrite");
      for (const row of passes.slice(from, from + CHUNK)) written.store.put(fields(row));
      await written.done;
    }
    await this.writePack({ ...pack, shelf }); // the old rows stay: a scan may be reading them
  }

  async writePack(pack) {
    const write = this.db.transaction(["facts", `rows-${pack.shelf}`], "readwrite", STRICT);
    write.objectStore("facts").put(pack, "pack");
    await write.done;
    this.pack = pack;
  }

  /** Takes over what changed since the pack's version; what did not is null or empty. */
  async applyChanges({ version, passes, gone, gate, sessions, meeting }) {
    const write = this.db.transaction(["facts", this.rows], "readwrite");
    const rows = write.objectStore(this.rows);
    for (const row of passes) rows.put(fields(row));
    for (const pass of gone) rows.delete(pass);
    const pack = { ...this.pack, version };
    for (const [key, value] of Object.entries({ gate, sessions, meeting })) if (value) pack[key] = value;
    write.objectStore("facts").put(pack, "pack");
    await write.done;
    this.pack = pack;
  }

  async setClock(clock) {
    this.clock = clock;
    await this.db.put("facts", clock, "clock");
  }

  rowOfPass(pass) {
    return this.db.get(this.rows, pass);
  }

  rowOfCode(digest) {
    return this.db.getFromIndex(this.rows, "code", digest);
  }

  /** Scans of a registration that the server has not answered, oldest first. */
  async unansweredOf(registration) {
    const scans = await this.db.getAllFromIndex("queue", "registration", registration);
    return scans.sort(byTime);
  }

  /** Keeps a scan; when this returns it outlives a killed browser. */
  async keep(scan) {
    const write = this.db.transaction("queue", "readwrite", STRICT);
    write.store.put(scan);
    await write.done;
  }

  async holds(scanId) {
    return (await this.db.getKey("queue", scanId)) !== undefined;
  }

  unsent() {
    return this.db.count("queue");
  }

  async queue() {
    return (await this.db.getAll("queue")).sort(byTime);
  }

  /** The server has these scans: they leave the queue, and the pack learns what they did. */
  async settle(answers) {
    const stores = this.pack ? ["queue", this.rows] : ["queue"];
    const write = this.db.transaction(stores, "readwrite");
    const queue = write.objectStore("queue");
    await Promise.all(
      answers.map(async ({ scan_id: id, verdict, registration_id: registration }) => {
        const scan = await queue.get(id);
        queue.delete(id);
        if (!scan || !registration || !this.pack?.gate || !["admitted", "confirmed", "left"].includes(verdict)) return;
        const rows = write.objectStore(this.rows);
        for (const row of await rows.index("registration").getAll(registration)) {
          const inside = { admitted: this.stayOf(scan), confirmed: row.inside && [...row.inside.slice(0, 4), true], left: null }[verdict];
          rows.put({ ...row, inside });
        }
      }),
    );
    await write.done;
  }

  stayOf({ claimed_at: at, offset_ms: offset }) {
    const { gate } = this.pack;
    return [gate.session_id, new Date(Date.parse(at) + offset).toISOString(), gate.name, this.device, true];
  }

  /** Notes on scans why the server cannot take them; null lets them be tried again. */
  async mark(notes) {
    const write = this.db.transaction("queue", "readwrite", STRICT);
    await Promise.all(
      notes.map(async ([id, stuck]) => {
        const scan = await write.store.get(id);
        if (scan) write.store.put({ ...scan, stuck });
      }),
    );
    await write.done;
  }
}

const byTime = (one, other) => (one.claimed_at < other.claimed_at ? -1 : 1);
