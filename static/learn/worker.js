// Keeps the learner's page on the phone, so that it opens without a network. The server puts VERSION and KEPT before this.

const PAGE = "/";
const isPage = (path) => path === "/" || path === "/me" || path.startsWith("/j/");

addEventListener("install", (event) => event.waitUntil(keep()));
addEventListener("activate", (event) => event.waitUntil(takeOver()));
addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin) return;
  if (event.request.mode === "navigate" ? isPage(pathname) : KEPT.includes(pathname)) event.respondWith(answer(event));
});

/** The instructor's pages share some files with the learner's, and take them from the server as they take their own. */
async function answer({ request, clientId }) {
  const asker = request.mode === "navigate" ? null : await clients.get(clientId);
  const isLearner = !asker || isPage(new URL(asker.url).pathname);
  return isLearner ? kept(request) : fetch(request);
}

/** All of one version, or nothing of it. */
async function keep() {
  const shelf = await caches.open(VERSION);
  await shelf.addAll([PAGE, ...KEPT].map((path) => new Request(path, { cache: "no-cache" })));
  await skipWaiting();
}

async function takeOver() {
  const old = (await caches.keys()).filter((name) => name !== VERSION);
  await Promise.all(old.map((name) => caches.delete(name)));
  await clients.claim();
}

async function kept(request) {
  const shelf = await caches.open(VERSION);
  // What a response varies by (encoding, origin) was settled when it was kept.
  const found = await shelf.match(request.mode === "navigate" ? PAGE : request, { ignoreVary: true, ignoreSearch: true });
  return found ?? fetch(request);
}
