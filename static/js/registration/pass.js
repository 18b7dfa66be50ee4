/**
 * Keeps the pass on this device, so that it opens where the hall has no network.
 *
 * The page was loaded before the worker ran, so it tells the worker what it consists of.
 */

const pass = document.getElementById("pass");

function parts() {
  const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
  const own = loaded.filter((url) => new URL(url).pathname.startsWith("/static/"));
  const linked = [...document.querySelectorAll("link[href], script[src], img[src]")];
  return [...new Set([...own, ...linked.map((node) => node.href || node.src)])];
}

async function keep() {
  await navigator.serviceWorker.register(pass.dataset.worker, { scope: pass.dataset.scope });
  const { active } = await navigator.serviceWorker.ready;
  const channel = new MessageChannel();
  channel.port1.onmessage = ({ data }) => {
    if (data === "kept") document.getElementById("kept").hidden = false;
  };
  active.postMessage({ page: location.href, parts: parts() }, [channel.port2]);
}

if (pass && "serviceWorker" in navigator) keep().catch(() => {});
