/**
 * What the top of the door says: who checks the scans, how old this phone's list is, how many
 * scans wait to be sent and which cannot be, and what the server said otherwise afterwards.
 */

import { saveAsFile } from "./queue.js";

const OLD_MS = 2 * 3600_000;
const SHOWN = 50; // lines of the queue
const STATES = { "": "online", away: "offline", refused: "offline", outside: "outside", revoked: "revoked" };

export class Status {
  constructor(words, store, meeting) {
    Object.assign(this, { words, store, meeting });
    this.line = document.getElementById("state");
    this.old = document.getElementById("old");
    this.unsent = document.getElementById("unsent");
    this.waiting = 0;
    this.kind = "starting";
    document.getElementById("save-queue").addEventListener("click", () => this.save());
    this.unsent.addEventListener("toggle", () => this.unsent.open && this.list());
    setInterval(() => this.age(), 60_000);
  }

  /** @param kind of the wire's Failure; empty while the server answers */
  set(kind) {
    this.kind = STATES[kind] ?? kind;
    this.line.dataset.state = this.kind;
    this.line.querySelector("[data-slot]").textContent = this.words.say(this.kind);
    const away = document.getElementById("way-back");
    if (away) away.hidden = this.kind !== "outside";
    this.age();
  }

  age() {
    const { pack, clock } = this.store;
    const age = clock.syncedAt ? Date.now() + clock.offset - Date.parse(clock.syncedAt) : 0;
    const hours = Math.floor(age / 3600_000);
    const text = !pack ? this.words.say("noPack") : age > OLD_MS ? this.words.say("old", { hours }) : "";
    this.old.hidden = !text || (!pack && this.kind === "online");
    this.old.textContent = text;
  }

  async count() {
    this.waiting = await this.store.unsent();
    this.unsent.hidden = !this.waiting;
    this.unsent.querySelector("[data-slot=count]").textContent = this.words.say("waiting", { n: this.waiting });
    if (this.unsent.open) await this.list();
  }

  async list() {
    const scans = await this.store.queue();
    const stuck = scans.filter((scan) => scan.stuck);
    const shape = document.getElementById("unsent-line").content;
    document.getElementById("retry-queue").hidden = !stuck.length;
    const lines = [...stuck, ...scans.filter((scan) => !scan.stuck)].slice(0, SHOWN).map((scan) => {
      const item = shape.cloneNode(true).firstElementChild;
      const [word, why, time] = item.children;
      word.textContent = this.words.verdicts[scan.shown].word;
      why.textContent = scan.stuck ? this.words.say("stuck", { why: scan.stuck }) : "";
      time.textContent = this.words.time(Date.parse(scan.claimed_at) + scan.offset_ms);
      item.classList.toggle("scan-stop", Boolean(scan.stuck));
      return item;
    });
    document.getElementById("unsent-list").replaceChildren(...lines);
  }

  async save() {
    const n = await saveAsFile(this.store, this.meeting);
    this.unsent.querySelector("[data-slot=saved]").textContent = this.words.say("saved", { n });
  }

  /** The server's word differs from what was shown; it stays until somebody has read it. */
  alarm(shown, answer) {
    const item = document.getElementById("alarm-line").content.cloneNode(true).firstElementChild;
    const { words } = this;
    const name = answer.name || words.say("unnamed");
    const was = words.verdicts[shown].word;
    item.querySelector(".alarm-name").textContent = name;
    item.querySelector(".alarm-what").textContent = words.say("alarm", { was, now: answer.word, time: answer.at });
    item.querySelector(".alarm-first").textContent = answer.first ? words.say("first", answer.first) : "";
    item.querySelector(".alarm-do").textContent = words.say(`alarm-${answer.conflict}`) || words.say("alarmDo");
    item.querySelector("button").addEventListener("click", () => item.remove());
    document.getElementById("alarms").append(item);
  }
}
