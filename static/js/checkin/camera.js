/**
 * The camera: opened by a tap, reopened when the page comes back, with its torch where it has one.
 */

const WISH = {
  audio: false,
  video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } },
};
// Pixels. A code that is held far away needs every one; a slow phone reads fewer in a third of the time.
const LONGEST_SIDES = [800, 1280];
const FRAME_MS = 90;

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

  get track() {
    return this.video.srcObject?.getVideoTracks()[0] ?? null;
  }

  async start() {
    if (!navigator.mediaDevices?.getUserMedia) throw new TypeError("no camera here");
    this.stop();
    this.video.srcObject = await navigator.mediaDevices.getUserMedia(WISH);
    await this.video.play();
    this.wanted = true;
    this.running = setTimeout(() => this.look(), 0);
  }

  stop() {
    clearTimeout(this.running);
    for (const track of this.video.srcObject?.getTracks() ?? []) track.stop();
    this.video.srcObject = null;
  }

  /** Phones take the camera away from a page in the background and do not give it back. */
  async follow() {
    if (!this.wanted) return;
    if (document.hidden) this.stop();
    else await this.start().catch(() => this.onLost?.());
  }

  async look() {
    const { videoWidth, videoHeight } = this.video;
    if (videoWidth && this.track?.readyState === "live") await this.onFrame(this.picture(videoWidth, videoHeight));
    if (this.video.srcObject) this.running = setTimeout(() => this.look(), FRAME_MS);
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

/** Tells whether the camera may be opened without asking again. */
export async function allowed() {
  try {
    return (await navigator.permissions.query({ name: "camera" })).state === "granted";
  } catch {
    return false;
  }
}
