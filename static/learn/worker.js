// Stores the learner's page on the phone, so that it opens without a network. The server writes VERSION and KEPT (the paths) above this.

const PAGE = "/";
const isPage = (path) => path === "/" || path === "/me" || path.startsWith("/j/");

addEventListener("install", (event) => event.waitUntil(store()));
addEventListener("activate", (event) => event.waitUntil(takeOver()));
addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin) return;
  if (event.request.mode === "navigate" ? isPage(pathname) : KEPT.includes(pathname)) event.respondWith(answer(event));
});

/** Answers the learner's pages from the store. The instructor's pages share some files, and get them from the server like their own. */
async function answer({ request, clientId }) {
  const asker = request.mode === "navigate" ? null : await clients.get(clientId);
  const isLearner = !asker || isPage(new URL(asker.url).pathname);
  return isLearner ? stored(request) : fetch(request);
}

/** Stores all files of one version, or none. */
async function store() {
  const cache = await caches.open(VERSION);
  await cache.addAll([PAGE, ...KEPT].map((path) => new Request(path, { cache: "no-cache" })));
  await skipWaiting();
}

async function takeOver() {
  const old = (await caches.keys()).filter((name) => name !== VERSION);
  await Promise.all(old.map((name) => caches.delete(name)));
  await clients.claim();
}

async function stored(request) {
  const cache = await caches.open(VERSION);
  // The headers by which a response varies (encoding, origin) were settled when it was stored.
  const found = await cache.match(request.mode === "navigate" ? PAGE : request, { ignoreVary: true, ignoreSearch: true });
  return found ?? fetch(request);
}
