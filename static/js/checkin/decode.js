/**
 * A reader of QR codes: WebAssembly in a worker, and plain JavaScript where that is missing.
 */

const ANSWER_MS = 4000;

/** Returns read(ImageData) → Promise<string>; an empty string where there is no code. */
export function reader(workerUrl) {
  let quick = typeof WebAssembly === "object" ? inWorker(workerUrl) : null;
  let plain = null;
  return async (picture) => {
    if (quick) {
      try {
        return await quick(picture);
      } catch {
        quick = null;
      }
    }
    plain ??= await inPage();
    return plain(picture);
  };
}

function inWorker(url) {
  const worker = new Worker(url, { type: "module" });
  const waiting = new Map();
  let last = 0;
  const settle = (id, act) => {
    const asked = waiting.get(id);
    if (!asked) return;
    clearTimeout(asked.timer);
    waiting.delete(id);
    act(asked);
  };
  worker.addEventListener("message", ({ data }) =>
    settle(data.id, (asked) => (data.error ? asked.reject(new Error(data.error)) : asked.resolve(data.text))),
  );
  worker.addEventListener("error", () => {
    for (const id of [...waiting.keys()]) settle(id, (asked) => asked.reject(new Error("worker")));
  });
  return (picture) =>
    new Promise((resolve, reject) => {
      last += 1;
      const id = last;
      // The first frame waits for the reader to load; a slow line is no reason to give it up soon.
      const patience = id === 1 ? ANSWER_MS * 5 : ANSWER_MS;
      const timer = setTimeout(() => settle(id, (asked) => asked.reject(new Error("silence"))), patience);
      waiting.set(id, { resolve, reject, timer });
      const { width, height, data } = picture;
      worker.postMessage({ id, width, height, data: data.buffer }, [data.buffer]);
    });
}

async function inPage() {
  const { decodeQR } = await import("../../vendor/qr/decode.js");
  return (picture) => {
    try {
      return decodeQR(picture);
    } catch {
      return ""; // it throws where there is no code
    }
  };
}

/** The pixels of a picture file, its longer side at most so long. */
export async function pictureOf(file, longest) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}
