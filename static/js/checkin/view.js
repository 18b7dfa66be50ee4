/**
 * What the door shows of a scan. The words come from the server; here they are only put in place.
 */

const LAST = 5;
const LATIN_WIDE = 0.68; // of a Chinese character

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");

/** How many Chinese characters wide the longest word of a name is. */
const wide = (name) =>
  Math.max(2, ...name.split(/\s+/).map((word) => [...word].reduce((all, letter) => all + (letter < "\u2e80" ? LATIN_WIDE : 1), 0)));

/** The page's own words: data-say-… attributes of its root. */
export class Words {
  constructor(root) {
    this.root = root;
    const { verdictWords = "{}", categoryWords = "{}", nothingWords = "{}" } = root.dataset; // a kiosk has none
    this.verdicts = JSON.parse(verdictWords);
    this.categories = JSON.parse(categoryWords);
    this.nothing = JSON.parse(nothingWords);
    this.clock = new Intl.DateTimeFormat("en-GB", { timeZone: root.dataset.zone, timeStyle: "medium" });
  }

  say(key, values = {}) {
    const words = this.root.dataset["say" + key.replace(/(^|[-_])(\w)/g, (_, __, letter) => letter.toUpperCase())];
    return words ? fill(words, values) : "";
  }

  /** A time of day with its seconds, in the meeting's zone, as the server writes it: 9:12:40. */
  time(instant) {
    return this.clock.format(new Date(instant)).replace(/^0/, "");
  }

  timeOf({ claimed_at: at, offset_ms: offset }) {
    return this.time(Date.parse(at) + offset);
  }
}

export class View {
  constructor(words) {
    this.words = words;
    this.verdict = document.getElementById("verdict");
    this.line = document.getElementById("line");
    this.list = document.getElementById("scans");
    this.served = []; // the server's last scans of this device
    this.own = []; // what this phone showed by itself and has not sent: {scan_id, answer}
  }

  /** A short line under the camera: what is being done; empty takes it away. */
  say(text) {
    this.line.hidden = !text;
    this.line.textContent = text;
  }

  slot(name, text) {
    const node = this.verdict.querySelector(`[data-slot=${name}]`);
    node.textContent = text ?? "";
    node.hidden = !text;
    return node;
  }

  /** Shows an answer; `whole` says its sentences to whoever came in, too. */
  show(answer, { whole = false } = {}) {
    const { words } = this;
    const icons = [...this.verdict.querySelectorAll("[data-icon]")];
    // A verdict that has a look of its own shows it, any other that of its tone.
    const look = icons.some((icon) => icon.dataset.icon === answer.verdict) ? answer.verdict : answer.tone;
    for (const icon of icons) {
      const on = icon.dataset.icon === look;
      icon.hidden = !on;
      this.verdict.classList.toggle(icon.dataset.class, on);
    }
    this.verdict.classList.toggle("verdict-alone", Boolean(answer.alone));
    const admitted = answer.verdict === "admitted";
    const calm = admitted && !answer.unnamed;
    const name = answer.name || (answer.unnamed ? words.say("unnamed") : "");
    this.slot("alone", answer.alone && words.say("alone"));
    this.slot("word", answer.word);
    this.verdict.classList.toggle("verdict-unnamed", Boolean(answer.unnamed));
    this.slot("name", name).style.setProperty("--wide", wide(name).toFixed(2));
    this.slot("unit", [answer.unit, answer.title].filter(Boolean).join("\u00a0· "));
    this.slot("sentence", answer.unnamed && admitted ? words.say("unnamedWhy") : calm && !whole ? "" : answer.sentence);
    this.slot("next_step", admitted && !whole ? "" : answer.next_step);
    this.slot("first", answer.first && words.say("first", answer.first));
    this.slot("category", answer.category);
    this.verdict.querySelector("[data-slot=rehearsal]").hidden = !answer.rehearsal;
    this.slot("place", answer.place);
    const { unit_arrived: arrived, unit_total: total } = answer;
    this.slot("unit_count", total && words.say("unitCount", { arrived, total }));
    const missing = total ? total - arrived : 0;
    const rest = this.slot("unit_rest", missing ? words.say("unitRest", { count: missing }) : "");
    if (missing) rest.href = words.root.dataset.unit.replace("SCAN", answer.scan_id);
    this.verdict.hidden = false;
    this.verdict.dataset.verdict = answer.verdict;
    this.verdict.dataset.by = answer.alone ? "phone" : "server";
    this.verdict.scrollIntoView({ block: "nearest" });
    delete this.verdict.dataset.fresh; // so that the same verdict twice is still seen to change
    requestAnimationFrame(() => (this.verdict.dataset.fresh = ""));
  }

  /** Takes the answer away, and all that it said. */
  hide() {
    this.verdict.hidden = true;
    delete this.verdict.dataset.verdict;
    for (const slot of this.verdict.querySelectorAll("[data-slot]:not([data-slot=rehearsal])")) slot.textContent = "";
  }

  count(counts) {
    for (const [key, value] of Object.entries(counts ?? {})) {
      const node = document.querySelector(`[data-count=${key}]`);
      if (node) node.textContent = value;
    }
  }

  /** The server's last scans; those of this phone that it does not have yet stand above them. */
  scans(served) {
    this.served = served;
    this.draw();
  }

  addOwn(scanId, answer) {
    this.own = [{ scanId, answer }, ...this.own].slice(0, LAST);
    this.draw();
  }

  dropOwn(scanId) {
    const own = this.own.filter((one) => one.scanId !== scanId);
    if (own.length === this.own.length) return;
    this.own = own;
    this.draw();
  }

  draw() {
    const shape = document.getElementById("scan-line").content;
    const own = this.own.map(({ answer }) => ({ ...answer, time: answer.at, waits: true }));
    this.list.replaceChildren(
      ...[...own, ...this.served].slice(0, LAST).map((scan) => {
        const item = shape.cloneNode(true).firstElementChild;
        const slot = (name) => item.querySelector(`.scan-${name}`);
        item.className = `scan-${scan.tone}`;
        slot("name").textContent = scan.name || (scan.unnamed ? this.words.say("unnamed") : scan.word);
        slot("unit").textContent = scan.name ? scan.unit : "";
        slot("word").textContent = (scan.name || scan.unnamed) && scan.verdict !== "admitted" ? scan.word : "";
        slot("waits").hidden = !scan.waits;
        item.querySelector("time").textContent = scan.time;
        return item;
      }),
    );
  }
}
