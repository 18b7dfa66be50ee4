/**
 * The scans that only this browser has: how many, which cannot be sent, and saving them as a file.
 */

import { saveAsFile } from "./queue.js";

const SHOWN = 50; // lines

export class Unsent {
  constructor(words, store, meeting) {
    Object.assign(this, { words, store, meeting, waiting: 0 });
    this.fold = document.getElementById("unsent");
    this.fold.addEventListener("toggle", () => this.fold.open && this.list());
    document.getElementById("save-queue").addEventListener("click", () => this.save());
  }

  slot(name) {
    return this.fold.querySelector(`[data-slot=${name}]`);
  }

  /** Counts again; calls that come meanwhile share one more look, for a queue empties by thousands. */
  count() {
    this.next ??= (this.now ?? Promise.resolve()).then(() => {
      this.next = null;
      this.now = this.look();
      return this.now;
    });
    return this.next;
  }

  async look() {
    this.waiting = await this.store.unsent();
    this.fold.hidden = !this.waiting;
    this.slot("count").textContent = this.words.say("waiting", { n: this.waiting });
    if (this.fold.open) await this.list();
  }

  async list() {
    const scans = await this.store.queue();
    const stuck = scans.filter((scan) => scan.stuck);
    const shape = document.getElementById("unsent-line").content;
    document.getElementById("retry-queue")?.toggleAttribute("hidden", !stuck.length);
    const lines = [...stuck, ...scans.filter((scan) => !scan.stuck)].slice(0, SHOWN).map((scan) => {
      const item = shape.cloneNode(true).firstElementChild;
      const [word, why, time] = item.children;
      word.textContent = this.words.verdicts[scan.shown].word;
      why.textContent = scan.stuck ? this.words.say("stuck", { why: scan.stuck }) : "";
      time.textContent = this.words.timeOf(scan);
      item.classList.toggle("scan-stop", Boolean(scan.stuck));
      return item;
    });
    document.getElementById("unsent-list").replaceChildren(...lines);
  }

  async save() {
    const n = await saveAsFile(this.store, this.meeting);
    this.slot("saved").textContent = this.words.say("saved", { n });
  }
}
