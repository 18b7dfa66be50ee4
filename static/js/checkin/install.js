/**
 * Keeps the door on this phone, so that it opens where there is no network. The page was loaded
 * before its worker ran, so it tells the worker what it consists of.
 */

const LATER = [
  // what the page loads only when a camera opens, and what its worker loads
  "./worker.js",
  "../../vendor/zxing-wasm/es/reader/index.js",
  "../../vendor/zxing-wasm/es/share.js",
  "../../vendor/zxing-wasm/reader/zxing_reader.wasm",
  "../../vendor/qr/decode.js",
  "../../vendor/qr/index.js",
].map((path) => new URL(path, import.meta.url).href);

function parts() {
  const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
  const own = loaded.filter((url) => new URL(url).pathname.startsWith("/static/"));
  const linked = [...document.querySelectorAll("link[href], script[src], img[src]")];
  return [...new Set([...own, ...linked.map((node) => node.href || node.src), ...LATER])];
}

/** Resolves when everything is kept. */
export async function keepPage(worker, scope) {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register(worker, { scope });
  const { active } = await navigator.serviceWorker.ready;
  const { port1, port2 } = new MessageChannel();
  const kept = new Promise((go) => (port1.onmessage = go));
  active.postMessage({ parts: parts() }, [port2]);
  await kept;
  document.documentElement.dataset.kept = "";
}
