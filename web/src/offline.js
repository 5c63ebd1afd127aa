// The service worker: keeps the app itself on the phone, so that it opens without a network.
//
// Only the app's own files. What the back office says is never kept here, and nothing is fetched
// from anywhere else.

const CACHE = `ridecode-${"VERSION"}`;
const FILES = ["FILES"];

addEventListener("install", (event) => {
  const kept = caches.open(CACHE).then((cache) => cache.addAll(FILES));
  event.waitUntil(kept.then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const others = caches.keys().then((names) => names.filter((name) => name !== CACHE));
  const dropped = others.then((names) => Promise.all(names.map((name) => caches.delete(name))));
  event.waitUntil(dropped.then(() => clients.claim()));
});

addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin || !FILES.includes(pathname)) {
    return;
  }
  const kept = caches.open(CACHE).then((cache) => cache.match(pathname));
  event.respondWith(kept.then((answer) => answer ?? fetch(event.request)));
});
