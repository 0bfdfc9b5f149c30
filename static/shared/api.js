// Calls the server. The access token stays in memory; the cookie that renews it cannot be read by scripts.

import { uuid } from "./device.js";
import { language } from "./words.js";

/** A refusal by the server, with its reason. */
export class Refused extends Error {
  constructor(status, body, retryAfterS) {
    const reason = body?.error ?? body;
    // The academy calls it `detail`.
    super(reason?.message ?? reason?.detail ?? `HTTP ${status}`);
    this.status = status;
    this.code = reason?.code ?? "";
    this.details = reason?.details ?? {};
    this.retryAfterS = retryAfterS;
  }

  /** True if the same request would be refused again. Other refusals may soon be over: a busy server, a full disk, too many requests. */
  get isFinal() {
    return this.status >= 400 && this.status < 500 && ![401, 408, 425, 429].includes(this.status);
  }
}

/** The server could not be reached. */
export class Unreachable extends Error {}

export const post = "POST";
export const put = "PUT";
export const patch = "PATCH";
export const del = "DELETE";

/** Media types that are returned as a file. */
const FILE_TYPES = ["text/csv", "application/pdf", "application/zip", "image/png", "image/jpeg"];
const RETRY_AFTER_MS = [400, 1200, 3000];
/** A renewal is given up after this time: a late reply would bring back a cookie that a newer one has replaced. */
const RENEWAL_MAX_MS = 20_000;

export class Api {
  #cookie;
  #token = null;
  #renewing = null;
  user = null;
  /** Called when the login has ended for good. */
  onSignedOut = () => {};

  /** `cookie`: which of the cookies holds the login, `learn` or `teach`. */
  constructor(cookie) {
    this.#cookie = cookie;
  }

  /** The number of the login. It stays the same when the instructor merges two participants. */
  get login() {
    return this.#token && loginOf(this.#token);
  }

  get(path, options) {
    return this.call("GET", path, undefined, options);
  }

  /** Sends a request with the token, with the options of `send`. If the token has expired, it is renewed and the request is sent once more. */
  async call(method, path, body, options) {
    const used = this.#token;
    const person = this.user?.id;
    try {
      return await send(method, path, { ...options, body, token: used });
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 401 || !used) throw error;
      if (this.#token === used) await this.renew();
      // Another person has signed in on this device since: the request is not theirs.
      if (this.user?.id !== person) throw error;
      return send(method, path, { ...options, body, token: this.#token });
    }
  }

  /** Downloads a file that needs the token, and has the browser save it. */
  async download(path, name) {
    const blob = await this.call("GET", path);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    // The browser reads it after the click.
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  /** Sends a POST, again if there is no answer. Its key makes it take effect once, however often it is sent. */
  once(path, body, key = uuid()) {
    return withRetries(() => this.call(post, path, body, { key }));
  }

  /** Logs in by an endpoint that answers with a token. */
  async enter(path, body, key, within) {
    const answer = await send(post, `${path}${path.includes("?") ? "&" : "?"}cookie=${this.#cookie}`, { body, key, within });
    this.#keep(answer);
    return answer;
  }

  /** Logs in. A renewal that is on its way is awaited first, since its answer would replace this login. */
  async login(email, password) {
    await this.#renewing?.catch(() => {});
    return this.enter("/api/auth/login", { email, password });
  }

  ticket(ticket) {
    return this.enter("/api/auth/ticket", { ticket });
  }

  /** Renews the token. Two callers at once share one renewal. */
  renew() {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #renew() {
    try {
      return await this.enter("/api/auth/refresh", {}, undefined, RENEWAL_MAX_MS);
    } catch (error) {
      if (error instanceof Refused && error.status === 401) this.#forget();
      throw error;
    }
  }

  /** Tells whether this browser is still logged in. Throws only if the server cannot be reached. */
  async resume() {
    try {
      await this.renew();
      return true;
    } catch (error) {
      if (error instanceof Refused && error.status === 401) return false;
      throw error;
    }
  }

  async token() {
    if (!this.#token) await this.renew();
    return this.#token;
  }

  /** Logs out. Resolves to whether the server has ended the login; until it has, the cookie stays. */
  async logout() {
    const asked = this.call(post, `/api/auth/logout?cookie=${this.#cookie}`, {});
    const isOut = await asked.then(() => true, (error) => error instanceof Refused && error.status < 500 && error.status !== 429);
    if (isOut) this.#token = this.user = null;
    return isOut;
  }

  #keep(answer) {
    this.#token = answer.access_token;
    this.user = answer.user;
  }

  #forget() {
    const was = this.#token;
    this.#token = null;
    this.user = null;
    if (was) this.onSignedOut();
  }
}

/** Asks again, a few times, if the network or the server is away for a moment. */
export async function withRetries(ask) {
  for (const wait of RETRY_AFTER_MS) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Unreachable) && !(error.status >= 500)) throw error;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
  return ask();
}

/** Sends one request. `body`: a file is sent as it is, all else as JSON. `within`: the milliseconds after which it is given up. `signal`: gives it up when it is aborted. `outlives`: it is sent even if the page is closed at once; browsers take only small bodies so. */
export async function send(method, path, { body, key, token, within, signal, outlives } = {}) {
  const headers = { Accept: "application/json", "Accept-Language": language };
  const isFile = body instanceof Blob;
  if (body !== undefined) headers["Content-Type"] = isFile ? body.type || "application/octet-stream" : "application/json";
  if (key) headers["Idempotency-Key"] = key;
  if (token) headers.Authorization = `Bearer ${token}`;
  const abort = new AbortController();
  const timer = within && setTimeout(() => abort.abort(), within);
  signal?.addEventListener("abort", () => abort.abort());
  let response;
  let answer;
  try {
    response = await fetch(path, { method, headers, body: isFile ? body : JSON.stringify(body), keepalive: outlives, signal: abort.signal });
    const isForSaving = response.ok && FILE_TYPES.includes(response.headers.get("content-type")?.split(";")[0]);
    answer = isForSaving ? await response.blob() : parsed(await response.text());
  } catch (error) {
    throw new Unreachable(error.message);
  } finally {
    clearTimeout(timer);
  }
  if (!response.ok) throw new Refused(response.status, answer, Number(response.headers.get("retry-after")) || 0);
  return answer;
}

function loginOf(token) {
  const claims = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
  return parsed(atob(claims))?.login;
}

function parsed(json) {
  try {
    return json ? JSON.parse(json) : null;
  } catch {
    return null;
  }
}

/** Takes the one-time ticket of `#t=…` out of the address, so that the history does not keep it. */
export function takeTicket() {
  const ticket = new URLSearchParams(location.hash.slice(1)).get("t");
  if (ticket) history.replaceState(null, "", location.pathname + location.search);
  return ticket;
}

/** Takes the key of a scanned QR out of the address and keeps it for this tab. Returns it as the end of a path: `?k=…`, or nothing. */
export function takeKey(code) {
  const url = new URL(location.href);
  const key = url.searchParams.get("k");
  if (key) {
    url.searchParams.delete("k");
    history.replaceState(null, "", url.pathname + url.search + url.hash);
  }
  const kept = keptKey(`gyosil.key.${code}`, key);
  return kept ? `?k=${encodeURIComponent(kept)}` : "";
}

function keptKey(name, key) {
  try {
    if (key) sessionStorage.setItem(name, key);
    return key ?? sessionStorage.getItem(name);
  } catch {
    // The browser forbids storage: then the key is gone when the page is reloaded.
    return key;
  }
}

// A link with a ticket, opened where this page is open already, changes only the hash: the browser does not reload it.
addEventListener("hashchange", () => /^#t=/.test(location.hash) && location.reload());
// A page that the browser restores from its memory may show someone who has signed out since.
addEventListener("pageshow", (event) => event.persisted && location.reload());
