/**
 * The camera: opened by a tap, reopened when the page comes back or its picture freezes, with its
 * torch where it has one. Which of several was chosen is remembered.
 */

const SIZE = { width: { ideal: 1280 }, height: { ideal: 720 } };
const CHOSEN = "door camera";
// Pixels. A code that is held far away needs every one; a slow phone reads fewer in a third of the time.
const LONGEST_SIDES = [800, 1280];
const FRAME_MS = 90;
const FROZEN_MS = 4000;

/** Why a camera did not open, as a key of the page's own sentences. */
export function problem(error) {
  if (error.name === "NotAllowedError" || error.name === "SecurityError") return "denied";
  if (error.name === "NotReadableError" || error.name === "AbortError") return "elsewhere";
  if (error.name === "TypeError") return "unsupported";
  return "none";
}

export class Camera {
  /** @param {HTMLVideoElement} video  @param {(picture: ImageData) => Promise<void>} onFrame */
  constructor(video, onFrame) {
    this.video = video;
    this.onFrame = onFrame;
    this.wanted = false;
    this.looks = 0;
    this.canvas = document.createElement("canvas");
    this.pen = this.canvas.getContext("2d", { willReadFrequently: true });
    document.addEventListener("visibilitychange", () => this.follow());
  }

  /** The number of the camera that is open, or was chosen here last. */
  get chosen() {
    return this.track?.getSettings?.().deviceId ?? localStorage.getItem(CHOSEN) ?? "";
  }

  choose(deviceId) {
    localStorage.setItem(CHOSEN, deviceId);
  }

  get track() {
    return this.video.srcObject?.getVideoTracks()[0] ?? null;
  }

  async start() {
    if (!navigator.mediaDevices?.getUserMedia) throw new TypeError("no camera here");
    this.stop();
    this.video.srcObject = await this.lend();
    await this.video.play();
    this.wanted = true;
    this.moved = { time: -1, at: performance.now() };
    this.track.addEventListener("ended", () => this.restart()); // unplugged, or taken by another
    this.running = setTimeout(() => this.look(), 0);
  }

  /** The camera that was chosen; one that is not there any more gives way to any other. */
  async lend() {
    const chosen = localStorage.getItem(CHOSEN);
    const ask = (which) => navigator.mediaDevices.getUserMedia({ audio: false, video: { ...SIZE, ...which } });
    if (chosen) {
      try {
        return await ask({ deviceId: { exact: chosen } });
      } catch (error) {
        if (!["OverconstrainedError", "NotFoundError"].includes(error.name)) throw error;
      }
    }
    return ask({ facingMode: { ideal: "environment" } });
  }

  stop() {
    clearTimeout(this.running);
    for (const track of this.video.srcObject?.getTracks() ?? []) track.stop();
    this.video.srcObject = null;
  }

  restart() {
    return this.start().catch(() => this.onLost?.());
  }

  /** Closes the camera until it is started again. */
  rest() {
    this.wanted = false;
    this.stop();
  }

  /** Phones take the camera away from a page in the background and do not give it back. */
  async follow() {
    if (!this.wanted) return;
    if (document.hidden) this.stop();
    else await this.restart();
  }

  /** Whether the picture has stood still for so long that the camera must have died. */
  get frozen() {
    const now = performance.now();
    if (this.video.currentTime !== this.moved.time) this.moved = { time: this.video.currentTime, at: now };
    return now - this.moved.at > FROZEN_MS;
  }

  async look() {
    if (this.frozen) return this.restart();
    const { srcObject } = this.video;
    const { videoWidth, videoHeight } = this.video;
    if (videoWidth && this.track?.readyState === "live") await this.onFrame(this.picture(videoWidth, videoHeight));
    if (srcObject && this.video.srcObject === srcObject) this.running = setTimeout(() => this.look(), FRAME_MS);
  }

  picture(videoWidth, videoHeight) {
    const longest = LONGEST_SIDES[this.looks++ % LONGEST_SIDES.length];
    const scale = Math.min(1, longest / Math.max(videoWidth, videoHeight));
    const width = Math.round(videoWidth * scale);
    const height = Math.round(videoHeight * scale);
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    this.pen.drawImage(this.video, 0, 0, width, height);
    return this.pen.getImageData(0, 0, width, height);
  }

  get hasTorch() {
    return Boolean(this.track?.getCapabilities?.().torch);
  }

  async torch(on) {
    await this.track?.applyConstraints({ advanced: [{ torch: on }] });
  }
}

/** The cameras of this machine, named once one of them was allowed. */
export async function cameras() {
  const all = await navigator.mediaDevices.enumerateDevices();
  return all.filter(({ kind }) => kind === "videoinput");
}

/** Tells whether the camera may be opened without asking again. */
export async function allowed() {
  try {
    return (await navigator.permissions.query({ name: "camera" })).state === "granted";
  } catch {
    return false;
  }
}
