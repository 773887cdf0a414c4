// The page without a network: it was kept when it was opened first. The portal writes VERSION and FILES above this.
// Nothing of a pass comes here: what is asked by it, below /pass/api/, is never looked at.
// Pages name their scripts by the version, so whatever is kept or fetched here, no page gets another version's.

const KEPT = `pass ${VERSION}`;
const SHELLS = ["/pass/", "/pass/shared"];
const STATIC = "/pass/static/";
const PATIENCE = 4000; // milliseconds before a network that does not answer counts as cut

self.addEventListener("install", (event) => event.waitUntil(keep().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(forget().then(() => self.clients.claim())));
self.addEventListener("fetch", (event) => {
  const { origin, pathname, search } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin || search) return;
  if (event.request.mode === "navigate" && SHELLS.includes(pathname)) event.respondWith(shell(pathname));
  else if (pathname.startsWith(STATIC)) event.respondWith(file(event.request));
});

/** All of this version or nothing: until then the version before answers. */
async function keep() {
  const shells = await Promise.all(SHELLS.map((path) => ours(path)));
  const cache = await caches.open(KEPT);
  await cache.addAll(FILES);
  await Promise.all(SHELLS.map((path, place) => cache.put(path, shells[place])));
}

/** A page of this version. Throws when the portal has another one by now. */
async function ours(path) {
  const answer = await fetch(path, { cache: "reload" });
  if (!isOurs(answer)) throw new Error(`${path} is not of version ${VERSION}`);
  return answer;
}

const isOurs = (answer) => answer.ok && answer.headers.get("X-Shell") === VERSION;

/** What older versions kept, but for the newest of them: a page of it may be loading its scripts just now. */
async function forget() {
  const older = (await caches.keys()).filter((name) => name !== KEPT);
  await Promise.all(older.slice(0, -1).map((name) => caches.delete(name)));
}

/** The page as it is now, or as it was when the network is cut. A newer one is shown, and kept by its own worker. */
async function shell(path) {
  const cache = await caches.open(KEPT);
  try {
    const answer = await fetch(path, { signal: AbortSignal.timeout(PATIENCE) });
    await answer.clone().arrayBuffer(); // the network may be cut, or time be up, in the middle of it
    if (isOurs(answer)) await cache.put(path, answer.clone());
    return answer.ok ? answer : ((await cache.match(path)) ?? answer);
  } catch (error) {
    return (await cache.match(path)) ?? Promise.reject(error);
  }
}

/** A file: the version in its address says which bytes it has. */
async function file(request) {
  return (await caches.match(request)) ?? fetch(request);
}
