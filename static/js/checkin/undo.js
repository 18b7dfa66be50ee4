/**
 * Taking the last admission back, with a reason. What the server knows is taken back there; what
 * only this phone knows gets an exit after it in the queue.
 */

const OFFERED_MS = 10_000;

export class Undo {
  /** @param scanner of scanner.js  @param on {done(answer), failed(failure)} */
  constructor(scanner, on) {
    Object.assign(this, { scanner, on });
    this.fold = document.getElementById("undo");
    this.form = document.getElementById("undo-form");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.take(this.form.elements.reason.value.trim());
    });
  }

  /** Offers it for ten seconds after an admission; any other answer withdraws the offer. */
  async offer(answer, scan) {
    clearTimeout(this.timer);
    const mine = answer.verdict === "admitted" && (answer.registration_id || answer.alone);
    this.last = mine ? { answer, scan } : null;
    this.fold.hidden = !mine;
    this.fold.open = false;
    this.form.elements.reason.value = "";
    if (mine) this.timer = setTimeout(() => (this.fold.hidden = !this.fold.open), OFFERED_MS);
  }

  async take(reason) {
    const { reason: field } = this.form.elements;
    if (!reason) return field.focus();
    const { answer, scan } = this.last;
    const { scanner } = this;
    try {
      if (await scanner.store.holds(scan.scan_id)) {
        // Where nobody may come back, an exit would be more than taking back: the server must do it.
        if (!scanner.mayReturn) throw { kind: "away" };
        await scanner.scan(scan.text, scan.method, { direction: "exit", reason, alone: true });
      } else {
        const taken = await scanner.wire.undo({ registration_id: answer.registration_id, reason });
        this.on.done(taken);
      }
      this.fold.hidden = true;
    } catch (failure) {
      if (!failure.kind) throw failure;
      this.on.failed(failure);
    }
  }
}
