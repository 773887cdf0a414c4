// The page without a network: it was kept when it was opened first. The portal writes VERSION and FILES above this.
// Nothing of a pass comes here: what is asked by it, below /pass/api/, is never looked at.

const KEPT = `pass ${VERSION}`;
const SHELLS = ["/pass/", "/pass/shared"];
const PATIENCE = 4000; // milliseconds before a network that does not answer counts as cut

self.addEventListener("install", (event) => event.waitUntil(keep().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(forget().then(() => self.clients.claim())));
self.addEventListener("fetch", (event) => {
  const { origin, pathname, search } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin || search) return;
  if (event.request.mode === "navigate" && SHELLS.includes(pathname)) event.respondWith(shell(pathname));
  else if (FILES.includes(pathname)) event.respondWith(file(event.request, pathname));
});

async function keep() {
  const cache = await caches.open(KEPT);
  await cache.addAll([...SHELLS, ...FILES].map((path) => new Request(path, { cache: "reload" })));
}

/** What an older version kept. */
async function forget() {
  const older = (await caches.keys()).filter((name) => name !== KEPT);
  await Promise.all(older.map((name) => caches.delete(name)));
}

/** The page as it is now, or as it was when the network is cut. */
async function shell(path) {
  const cache = await caches.open(KEPT);
  try {
    const answer = await fetch(path, { signal: AbortSignal.timeout(PATIENCE) });
    if (answer.ok) await cache.put(path, answer.clone());
    return answer.ok ? answer : ((await cache.match(path)) ?? answer);
  } catch (error) {
    return (await cache.match(path)) ?? Promise.reject(error);
  }
}

/** A file of this version: all of them are of one moment. */
async function file(request, path) {
  const cache = await caches.open(KEPT);
  return (await cache.match(path)) ?? fetch(request);
}
