// Calls the server. The access token lives in memory; what renews it is in a cookie that no script can read.

import { uuid } from "./device.js";
import { language } from "./words.js";

/** The server said no, and why. */
export class Refused extends Error {
  constructor(status, body, retryAfterS) {
    const said = body?.error ?? body;
    super(said?.message ?? `HTTP ${status}`);
    this.status = status;
    this.code = said?.code ?? "";
    this.details = said?.details ?? {};
    this.retryAfterS = retryAfterS;
  }

  /** Asking again would be refused again. Everything else may be over in a moment: a busy server, a full disk, too many at once. */
  get isFinal() {
    return this.status >= 400 && this.status < 500 && ![401, 408, 425, 429].includes(this.status);
  }
}

/** The server could not be reached. */
export class Unreachable extends Error {}

export const post = "POST";
export const put = "PUT";
export const del = "DELETE";

/** What is handed on as it came. */
const FILES = ["text/csv", "application/pdf"];
const RETRY_AFTER_MS = [400, 1200, 3000];
/** A renewal is not listened to for longer: its reply would bring back a cookie that a later one has replaced. */
const RENEWAL_MAX_MS = 20_000;

export class Api {
  #jar;
  #token = null;
  #renewing = null;
  user = null;
  /** Called when the login has ended for good. */
  onSignedOut = () => {};

  constructor(jar) {
    this.#jar = jar;
  }

  /** The number of the login. It stays the same when the instructor joins two people who are one. */
  get login() {
    return this.#token && loginOf(this.#token);
  }

  get(path) {
    return this.call("GET", path);
  }

  /** With a renewed token, once, where the old one has ended. */
  async call(method, path, body, key) {
    const used = this.#token;
    const who = this.user?.id;
    try {
      return await send(method, path, { body, key, token: used });
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 401 || !used) throw error;
      if (this.#token === used) await this.renew();
      // Someone else has come to this device since: what this page wants is not theirs.
      if (this.user?.id !== who) throw error;
      return send(method, path, { body, key, token: this.#token });
    }
  }

  /** A file that needs the token: fetched, and handed to the browser to keep. */
  async download(path, name) {
    const blob = await this.call("GET", path);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    // The browser reads it after the click.
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  /** Asks until it is answered: the key makes it happen once, however often it is sent. */
  once(path, body, key = uuid()) {
    return patiently(() => this.call(post, path, body, key));
  }

  /** Logs in by one of the endpoints that answer with a token. */
  async enter(path, body, key, within) {
    const answer = await send(post, `${path}${path.includes("?") ? "&" : "?"}cookie=${this.#jar}`, { body, key, within });
    this.#keep(answer);
    return answer;
  }

  /** What is still being asked about an earlier login must not undo this one. */
  async login(email, password) {
    await this.#renewing?.catch(() => {});
    return this.enter("/api/auth/login", { email, password });
  }

  ticket(ticket) {
    return this.enter("/api/auth/ticket", { ticket });
  }

  /** Two callers at once share one renewal. */
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

  /** Whether this browser is still logged in; throws only when the server cannot be reached. */
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

  /** Whether the server knows of it: until then the cookie stays, and one is logged in. */
  async logout() {
    const asked = this.call(post, `/api/auth/logout?cookie=${this.#jar}`, {});
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

/** A network that is away for a moment, or a server that is busy for one, is worth a moment. */
export async function patiently(ask) {
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

/** One request, as it is; with `within`, given up after so many milliseconds. */
export async function send(method, path, { body, key, token, within } = {}) {
  const headers = { Accept: "application/json", "Accept-Language": language };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  if (token) headers.Authorization = `Bearer ${token}`;
  const patience = new AbortController();
  const timer = within && setTimeout(() => patience.abort(), within);
  let response;
  try {
    response = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal: patience.signal });
  } catch (error) {
    throw new Unreachable(error.message);
  } finally {
    clearTimeout(timer);
  }
  if (response.ok && FILES.includes(response.headers.get("content-type")?.split(";")[0])) return response.blob();
  const said = await response.text();
  const answer = parsed(said);
  if (!response.ok) throw new Refused(response.status, answer, Number(response.headers.get("retry-after")) || 0);
  return answer;
}

function loginOf(token) {
  const claims = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
  return parsed(atob(claims))?.login;
}

function parsed(said) {
  try {
    return said ? JSON.parse(said) : null;
  } catch {
    return null;
  }
}

/** The one-time ticket of `#t=…`, taken out of the address so that it is not kept in the history. */
export function takeTicket() {
  const ticket = new URLSearchParams(location.hash.slice(1)).get("t");
  if (ticket) history.replaceState(null, "", location.pathname + location.search);
  return ticket;
}

/** The key that a scanned QR carries, as the end of a path: `?k=…`, or nothing. It is taken out of the address and kept with this tab. */
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
    // The browser forbids it: then it is gone when the page is loaded anew.
    return key;
  }
}

// Such a link, opened where this page is open already, changes only the hash: the browser does not load it anew.
addEventListener("hashchange", () => /^#t=/.test(location.hash) && location.reload());
// A page that comes back out of the browser's memory may be of someone who has left since.
addEventListener("pageshow", (event) => event.persisted && location.reload());
