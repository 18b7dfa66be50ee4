/**
 * What the top of the door says: who checks the scans, and how old this phone's list is.
 */

const OLD_MS = 2 * 3600_000;
const STATES = { "": "online", away: "offline", refused: "offline", outside: "outside", revoked: "revoked" };

export class Status {
  constructor(words, store) {
    Object.assign(this, { words, store });
    this.line = document.getElementById("state");
    this.old = document.getElementById("old");
    setInterval(() => this.age(), 60_000);
  }

  /** @param kind of the wire's Failure; empty while the server answers */
  set(kind) {
    const state = STATES[kind] ?? kind;
    if (this.line.dataset.state !== state) {
      this.line.dataset.state = state;
      this.line.querySelector("[data-slot]").textContent = this.words.say(state);
      document.getElementById("way-back").hidden = state !== "outside";
    }
    this.age();
  }

  age() {
    const { pack, clock } = this.store;
    const age = clock.syncedAt ? Date.now() + clock.offset - Date.parse(clock.syncedAt) : 0;
    const hours = Math.floor(age / 3600_000);
    const away = this.line.dataset.state === "offline";
    const text = !pack && away ? this.words.say("noPack") : age > OLD_MS ? this.words.say("old", { hours }) : "";
    this.old.hidden = !text;
    this.old.textContent = text;
  }
}
