/**
 * What the hand and the ear learn of a verdict, for whoever does not look.
 */

const TONES = {
  ok: { notes: [[880, 0, 0.09], [1320, 0.1, 0.14]], buzz: [60] },
  neutral: { notes: [[660, 0, 0.16], [660, 0.22, 0.16]], buzz: [60, 60, 60] },
  alone: { notes: [[660, 0, 0.09], [880, 0.1, 0.22]], buzz: [60, 40, 60] },
  stop: { notes: [[220, 0, 0.5]], buzz: [300] },
};

let context = null;

/** Browsers let a page sound only after a tap; call it from one. */
export function wake() {
  const Kind = window.AudioContext ?? window.webkitAudioContext;
  if (!Kind) return;
  context ??= new Kind();
  context.resume?.();
}

/** @param alone this phone says so by itself: what is well sounds otherwise then */
export function signal(tone, alone = false) {
  const { notes, buzz } = TONES[alone && tone === "ok" ? "alone" : tone] ?? TONES.stop;
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(buzz);
  if (context?.state !== "running") return;
  for (const [pitch, after, length] of notes) {
    const voice = context.createOscillator();
    const loud = context.createGain();
    voice.frequency.value = pitch;
    loud.gain.value = 0.25;
    voice.connect(loud).connect(context.destination);
    voice.start(context.currentTime + after);
    voice.stop(context.currentTime + after + length);
  }
}
