/**
 * The camera on the page: opened by a tap, chosen among several, with its torch; and a photo in
 * its place where a browser lends no camera.
 */

import { Camera, allowed, cameras, problem } from "./camera.js";
import { pictureOf, reader } from "./decode.js";
import { wake } from "./sound.js";

const PHOTO_SIDES = [1600, 800]; // a code that fills the picture is read better in a smaller one
const IN_APP = /MicroMessenger|AlipayClient|DingTalk|QQ\//;

/** Calls onText(text) for every code that is seen; say(key) gives the page's words. A page may lack torch, choice and photo. */
export function watch(workerUrl, say, onText, onUnreadable) {
  const frame = document.getElementById("camera");
  const start = document.getElementById("start");
  const words = document.getElementById("start-words");
  const torch = document.getElementById("torch");
  const choice = document.getElementById("camera-choice");
  const read = reader(workerUrl);
  const video = document.getElementById("video");
  const camera = new Camera(video, async (picture) => {
    const text = await read(picture);
    if (text) onText(text);
  });
  camera.onLost = () => off("lost");

  function off(key) {
    video.hidden = true;
    frame.classList.add("camera-off");
    if (torch) torch.hidden = true;
    start.hidden = false;
    words.textContent = say(key);
  }

  async function open() {
    words.textContent = say("starting");
    try {
      video.hidden = false;
      await camera.start();
      start.hidden = true;
      frame.classList.remove("camera-off");
      if (torch) torch.hidden = !camera.hasTorch;
      torch?.setAttribute("aria-pressed", "false");
      if (choice) await offer();
    } catch (error) {
      camera.stop();
      off(problem(error));
    }
  }

  /** Their names are told only once a camera has been allowed. */
  async function offer() {
    const found = await cameras();
    const field = choice.querySelector("select");
    choice.hidden = found.length < 2;
    field.replaceChildren(...found.map(({ deviceId, label }, at) => new Option(label || String(at + 1), deviceId)));
    field.value = camera.chosen;
  }

  choice?.addEventListener("change", ({ target }) => {
    camera.choose(target.value);
    open();
  });
  torch?.addEventListener("click", async () => {
    const on = torch.getAttribute("aria-pressed") !== "true";
    await camera.torch(on);
    torch.setAttribute("aria-pressed", String(on));
  });
  start.hidden = false;
  start.addEventListener("click", () => {
    wake();
    open();
  });
  document.addEventListener("pointerdown", wake, { once: true });
  const inApp = document.getElementById("in-app");
  if (inApp && IN_APP.test(navigator.userAgent)) inApp.hidden = false;
  allowed().then((yes) => yes && open());

  for (const photo of document.querySelectorAll("[data-photo]")) {
    photo.closest("label").hidden = false;
    photo.addEventListener("change", async () => {
      const [file] = photo.files;
      photo.value = "";
      if (!file) return;
      for (const side of PHOTO_SIDES) {
        const text = await pictureOf(file, side).then(read).catch(() => "");
        if (text) return onText(text);
      }
      onUnreadable();
    });
  }
  return { suspend: () => camera.rest() };
}
