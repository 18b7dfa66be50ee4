/**
 * Reads QR codes beside the page, so that the picture never stutters.
 *
 * In: {id, width, height, data: ArrayBuffer of RGBA}. Out: {id, text}, or {id, error} where this
 * browser cannot run the reader; then the page reads by itself.
 */

import { prepareZXingModule, readBarcodes } from "../../vendor/zxing-wasm/es/reader/index.js";

const FOLDER = new URL("../../vendor/zxing-wasm/reader/", import.meta.url).href;
const OPTIONS = { formats: ["QRCode"], tryHarder: true, maxNumberOfSymbols: 1 };

prepareZXingModule({ overrides: { locateFile: (file) => FOLDER + file } });

self.addEventListener("message", async ({ data: frame }) => {
  const picture = new ImageData(new Uint8ClampedArray(frame.data), frame.width, frame.height);
  try {
    const [found] = await readBarcodes(picture, OPTIONS);
    self.postMessage({ id: frame.id, text: found?.isValid ? found.text : "" });
  } catch (cause) {
    self.postMessage({ id: frame.id, error: String(cause) });
  }
});
