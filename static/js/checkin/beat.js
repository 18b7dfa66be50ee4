/**
 * The pulse between phone and server: what changed since, how many are inside, and whether the
 * server can be reached at all. Where it can, the queue is brought to it.
 */

const FIRST_BACK_MS = 1500;
const LONGEST_BACK_MS = 15_000;
const SPREAD = 0.15; // a hall's phones do not ask in step

export class Beat {
  /** @param on {beat(news), state(kind)}; kind is "" while the server answers, else that of its Failure */
  constructor({ store, wire, queue }, on) {
    Object.assign(this, { store, wire, queue, on });
    this.failures = 0;
    this.beating = null;
  }

  start() {
    for (const [target, name] of [[window, "online"], [document, "visibilitychange"], [window, "pageshow"]])
      target.addEventListener(name, () => document.hidden || this.soon(0));
    return this.soon(0);
  }

  soon(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.beat(), pause * (1 + (Math.random() - 0.5) * 2 * SPREAD));
  }

  beat() {
    this.beating ??= this.once().finally(() => (this.beating = null));
    return this.beating;
  }

  async once() {
    let pause;
    try {
      const news = await this.wire.sync(this.store.pack?.version ?? null, await this.store.unsent());
      pause = news.next_ms;
      this.failures = 0;
      this.on.state("");
      if (news.full) await this.fetchPack();
      else if (news.version !== this.store.pack.version) await this.store.applyChanges(news);
      this.on.beat(news);
      this.drain();
    } catch (failure) {
      this.failures += 1;
      pause = Math.min(FIRST_BACK_MS * 2 ** (this.failures - 1), LONGEST_BACK_MS);
      if (!failure.kind) throw failure;
      this.on.state(failure.kind);
      if (failure.kind === "revoked") this.drain(); // it may still hand in what it has
    } finally {
      if (!document.hidden) this.soon(pause);
    }
  }

  drain() {
    this.queue.drain().catch((failure) => {
      if (!failure.kind) throw failure;
      this.on.state(failure.kind);
    });
  }

  async fetchPack() {
    await this.store.replacePack(await this.wire.pack());
  }
}
