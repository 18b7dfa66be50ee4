/**
 * A pad for a finger: strokes as points on a sheet of 1000 by 400, drawn as they are written.
 */

import { postJson } from "../lib/http.js";

const WIDTH = 1000;
const HEIGHT = 400;
const NIB = 9;
const NEAR = 4; // units; points that are closer tell nothing more
const IDLE_MS = 30_000;

export class Pad {
  /** @param {(open: boolean) => void} onOpen told when the pad opens and closes */
  constructor(onOpen = () => {}) {
    this.root = document.getElementById("sign");
    if (!this.root) return;
    this.onOpen = onOpen;
    this.canvas = document.getElementById("sign-pad");
    Object.assign(this.canvas, { width: WIDTH, height: HEIGHT });
    this.line = document.getElementById("sign-line");
    this.pen = this.canvas.getContext("2d");
    Object.assign(this.pen, { lineWidth: NIB, lineCap: "round", lineJoin: "round", strokeStyle: "#1a1a1a" });
    this.strokes = [];
    this.canvas.addEventListener("pointerdown", (event) => this.begin(event));
    this.canvas.addEventListener("pointermove", (event) => this.follow(event));
    for (const end of ["pointerup", "pointercancel"]) this.canvas.addEventListener(end, () => (this.stroke = null));
    document.getElementById("sign-again").addEventListener("click", () => this.clear());
    document.getElementById("sign-skip").addEventListener("click", () => this.close());
    document.getElementById("sign-done").addEventListener("click", () => this.send());
  }

  get isOpen() {
    return Boolean(this.root) && !this.root.hidden;
  }

  /** Asks for a signature after a scan; closes by itself when nobody touches it. */
  ask(scanId) {
    if (!this.root) return;
    this.scanId = scanId;
    this.clear();
    this.root.hidden = false;
    this.root.scrollIntoView({ block: "end" });
    document.getElementById("sign-title").focus({ preventScroll: true });
    this.onOpen(true);
    this.wait();
  }

  wait() {
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.close(), IDLE_MS);
  }

  close() {
    if (!this.isOpen) return;
    clearTimeout(this.idle);
    this.clear();
    this.scanId = "";
    this.root.hidden = true;
    this.onOpen(false);
  }

  clear() {
    this.strokes = [];
    this.stroke = null;
    this.pen.clearRect(0, 0, WIDTH, HEIGHT);
    this.say("");
  }

  say(text) {
    this.line.textContent = text;
    this.line.hidden = !text;
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    const x = Math.round(((event.clientX - box.left) / box.width) * WIDTH);
    const y = Math.round(((event.clientY - box.top) / box.height) * HEIGHT);
    return [Math.min(Math.max(x, 0), WIDTH), Math.min(Math.max(y, 0), HEIGHT)];
  }

  begin(event) {
    event.preventDefault();
    this.say("");
    this.canvas.setPointerCapture(event.pointerId);
    this.stroke = [this.place(event)];
    this.strokes.push(this.stroke);
    this.draw(this.stroke[0], this.stroke[0]);
    this.wait();
  }

  follow(event) {
    if (!this.stroke) return;
    for (const one of event.getCoalescedEvents?.() ?? [event]) {
      const last = this.stroke.at(-1);
      const next = this.place(one);
      if (Math.hypot(next[0] - last[0], next[1] - last[1]) < NEAR) continue;
      this.stroke.push(next);
      this.draw(last, next);
    }
    this.wait();
  }

  draw([fromX, fromY], [toX, toY]) {
    this.pen.beginPath();
    this.pen.moveTo(fromX, fromY);
    this.pen.lineTo(toX, toY);
    this.pen.stroke();
  }

  async send() {
    try {
      await postJson(this.root.dataset.signatures, { scan_id: this.scanId, strokes: this.strokes });
      this.close();
    } catch (error) {
      this.say(error.message);
      this.wait();
    }
  }
}
