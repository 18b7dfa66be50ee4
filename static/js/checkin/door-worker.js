/**
 * The worker of one meeting's door: opens the page and all its parts without a network.
 *
 * The page is asked of the network first, with little patience, and answered from what was kept.
 * What is kept is the page without its last scans (?blank): nobody's name is stored. Parts carry
 * a version in their address, so what is kept of them is right for ever; a new version comes with
 * the next page that the server gives, never under a page that is open.
 */

const SCOPE = new URL(self.registration.scope);
const KEPT = `door ${SCOPE.pathname}`;
const BLANK = `${SCOPE.href}?blank`;
const PATIENCE_MS = 1500;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  const [port] = event.ports;
  event.waitUntil(keep(event.data.parts).then(() => port.postMessage("kept")));
});

async function keep(parts) {
  const cache = await caches.open(KEPT);
  const page = await fetch(BLANK, { credentials: "same-origin" });
  if (!page.ok || page.redirected) return;
  await Promise.all(
    parts.map(async (url) => {
      if (!(await cache.match(url))) await cache.add(url);
    }),
  );
  await cache.put(BLANK, page); // last: a page that is kept has all its parts
  const wanted = new Set([BLANK, ...parts]);
  for (const { url } of await cache.keys()) if (!wanted.has(url)) await cache.delete(url);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && url.pathname === SCOPE.pathname) event.respondWith(openPage(request));
  else if (url.pathname.startsWith("/static/")) event.respondWith(loadPart(request));
});

async function openPage(request) {
  const cache = await caches.open(KEPT);
  const asked = fetch(request);
  const late = new Promise((go) => setTimeout(go, PATIENCE_MS));
  const answer = await Promise.race([asked, late]).catch(() => null);
  const isDoor = answer?.ok && !answer.redirected;
  const unsent = isDoor || !answer ? 0 : await countUnsent();
  // Whoever is not let in any more still gets at the scans that only this phone has.
  if (answer?.status < 500 && !unsent) return answer;
  return (await cache.match(BLANK)) ?? answer ?? asked;
}

async function loadPart(request) {
  const kept = await caches.match(request.url, { cacheName: KEPT, ignoreVary: true });
  return kept ?? fetch(request);
}

function countUnsent() {
  const [, , meeting] = SCOPE.pathname.split("/");
  return new Promise((tell) => {
    const opening = indexedDB.open(`door ${meeting}`);
    opening.onupgradeneeded = () => opening.transaction.abort(); // there was none
    opening.onerror = () => tell(0);
    opening.onsuccess = () => {
      const counted = opening.result.transaction("queue").objectStore("queue").count();
      counted.onsuccess = () => tell(counted.result);
      counted.onerror = () => tell(0);
    };
  });
}
