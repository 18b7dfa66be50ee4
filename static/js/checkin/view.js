/**
 * What the door shows. The words come from the server; here they are only put in place.
 */

const LONG_NAME = 4; // characters

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key]);

export class View {
  constructor(root) {
    this.root = root;
    this.verdict = document.getElementById("verdict");
    this.line = document.getElementById("line");
    this.list = document.getElementById("scans");
  }

  words(key) {
    return this.root.dataset["say" + key[0].toUpperCase() + key.slice(1)];
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
    const icons = [...this.verdict.querySelectorAll("[data-icon]")];
    // A verdict that has a look of its own shows it, any other that of its tone.
    const look = icons.some((icon) => icon.dataset.icon === answer.verdict) ? answer.verdict : answer.tone;
    for (const icon of icons) {
      const on = icon.dataset.icon === look;
      icon.hidden = !on;
      this.verdict.classList.toggle(icon.dataset.class, on);
    }
    this.slot("word", answer.word);
    this.slot("name", answer.name).classList.toggle("verdict-name-long", answer.name.length > LONG_NAME);
    this.slot("unit", [answer.unit, answer.title].filter(Boolean).join(" · "));
    const calm = answer.tone === "ok" && !whole;
    this.slot("sentence", calm ? "" : answer.sentence);
    this.slot("next_step", calm ? "" : answer.next_step);
    this.slot("first", answer.first && fill(this.words("first"), answer.first));
    this.slot("category", answer.category);
    this.verdict.querySelector("[data-slot=rehearsal]").hidden = !answer.rehearsal;
    this.slot("place", answer.place);
    const { unit_arrived: arrived, unit_total: total } = answer;
    this.slot("unit_count", total && fill(this.words("unitCount"), { arrived, total }));
    const missing = total ? total - arrived : 0;
    const rest = this.slot("unit_rest", missing ? fill(this.words("unitRest"), { count: missing }) : "");
    if (this.root.dataset.unit) rest.href = this.root.dataset.unit.replace("SCAN", answer.scan_id); // a kiosk leads nowhere
    this.verdict.hidden = false;
    this.verdict.dataset.verdict = answer.verdict;
  }

  /** Takes the answer away, and all that it said. */
  hide() {
    this.verdict.hidden = true;
    delete this.verdict.dataset.verdict;
    for (const slot of this.verdict.querySelectorAll("[data-slot]:not([data-slot=rehearsal])")) slot.textContent = "";
  }

  count(counts) {
    for (const [key, value] of Object.entries(counts)) {
      const node = document.querySelector(`[data-count=${key}]`);
      if (node) node.textContent = value;
    }
  }

  scans(scans) {
    const shape = document.getElementById("scan-line").content;
    this.list.replaceChildren(
      ...scans.map((scan) => {
        const item = shape.cloneNode(true).firstElementChild;
        const [name, unit, word] = item.querySelectorAll(".scan-name, span.faint, .scan-word");
        item.className = `scan-${scan.tone}`;
        name.textContent = scan.name || scan.word;
        unit.textContent = scan.name ? scan.unit : "";
        word.textContent = scan.name && scan.verdict !== "admitted" ? scan.word : "";
        item.querySelector("time").textContent = scan.time;
        return item;
      }),
    );
  }
}
