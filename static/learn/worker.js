// Stores the learner's page on the phone, so that it opens without a network. The server writes VERSION and KEPT (the paths) above this.

const PAGE = "/";
/** The store of the pictures of steps. Their files never change, and outlive a new version of the page. */
const PICTURES = "pictures";
const PICTURES_MAX_FILES = 120;
const isPage = (path) => path === "/" || path === "/me" || path.startsWith("/j/") || /^\/[lLI1]\/./.test(path);

addEventListener("install", (event) => event.waitUntil(store()));
addEventListener("activate", (event) => event.waitUntil(takeOver()));
addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin) return;
  if (event.request.mode === "navigate" ? isPage(pathname) : KEPT.includes(pathname)) event.respondWith(answer(event, stored));
  else if (pathname.startsWith("/pictures/")) event.respondWith(answer(event, storedPicture));
});

/** Answers the learner's pages from the store. The instructor's pages share some files, and get them from the server like their own. */
async function answer(event, find) {
  const { request, clientId } = event;
  const asker = request.mode === "navigate" ? null : await clients.get(clientId);
  const isLearner = !asker || isPage(new URL(asker.url).pathname);
  return isLearner ? find(request, event) : fetch(request);
}

/** Stores all files of one version, or none. */
async function store() {
  const cache = await caches.open(VERSION);
  await cache.addAll([PAGE, ...KEPT].map((path) => new Request(path, { cache: "no-cache" })));
  await skipWaiting();
}

async function takeOver() {
  const old = (await caches.keys()).filter((name) => ![VERSION, PICTURES].includes(name));
  await Promise.all(old.map((name) => caches.delete(name)));
  await clients.claim();
}

async function stored(request) {
  const cache = await caches.open(VERSION);
  // The headers by which a response varies (encoding, origin) were settled when it was stored.
  const found = await cache.match(request.mode === "navigate" ? PAGE : request, { ignoreVary: true, ignoreSearch: true });
  return found ?? fetch(request);
}

/** Answers a picture from the store, or stores it. The oldest ones make room. */
async function storedPicture(request, event) {
  const cache = await caches.open(PICTURES);
  const found = await cache.match(request, { ignoreVary: true });
  if (found) return found;
  const answered = await fetch(request);
  if (answered.status === 200) event.waitUntil(storePicture(cache, request, answered.clone()).catch(() => {}));
  return answered;
}

async function storePicture(cache, request, answered) {
  await cache.put(request, answered);
  const names = await cache.keys();
  await Promise.all(names.slice(0, -PICTURES_MAX_FILES).map((name) => cache.delete(name)));
}
