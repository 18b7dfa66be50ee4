/**
 * The worker of one meeting's pass page: asks the network first, and answers from what it kept
 * where there is none. What it kept says itself that it is a copy, and of when. A page that the
 * server no longer gives (cancelled link) is dropped.
 */

const KEPT = `pass ${self.registration.scope}`;
const PAGE = new URL(self.registration.scope).pathname;
const PATIENCE_MS = 4000;
const LOOSELY = { ignoreVary: true, ignoreSearch: true };

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  const [port] = event.ports;
  event.waitUntil(keep(event.data).then(() => port?.postMessage("kept")));
});

async function keep({ page, parts }) {
  const cache = await caches.open(KEPT);
  await Promise.all([page, ...parts].map(async (url) => {
    const answer = await fetch(url, { credentials: "same-origin" });
    if (answer.ok && !answer.redirected) await cache.put(url, url === page ? await asCopy(answer) : answer);
  }));
}

/** The page shows its line "离线" only in the copy, so that it cannot lie, script or no script. */
async function asCopy(answer) {
  const html = (await answer.text()).replace('id="offline" hidden', 'id="offline"');
  return new Response(html, { status: answer.status, headers: answer.headers });
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && url.pathname === PAGE) event.respondWith(openPage(request));
  else if (url.pathname.startsWith("/static/")) event.respondWith(loadPart(request));
});

async function openPage(request) {
  const cache = await caches.open(KEPT);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.ok && !answer.redirected) await cache.put(request.url, await asCopy(answer.clone()));
    else if (answer.status < 500) await cache.delete(request.url);
    return answer;
  } catch (cause) {
    const kept = (await cache.match(request.url, { ignoreVary: true })) ?? (await otherAddress(cache, request));
    if (kept) return kept;
    throw cause;
  }
}

/** An address that names nobody is answered by any pass that was kept, one that names somebody never. */
function otherAddress(cache, request) {
  return new URL(request.url).searchParams.has("who") ? undefined : cache.match(request.url, LOOSELY);
}

async function loadPart(request) {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(request.url, { ignoreVary: true });
  return kept ?? fetch(request);
}
