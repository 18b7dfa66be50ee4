/**
 * Talking to the server in JSON, with the page's CSRF token and a time limit.
 *
 * Errors are sentences a person can act on. Their words come from the document
 * (<html data-error-offline data-error-timeout data-error-server>), so that scripts
 * hold no language of their own.
 */

export class HttpError extends Error {
  /** @param {string} kind offline | timeout | server | a domain code  @param {number} status */
  constructor(kind, message, status = 0, body = null) {
    super(message);
    this.name = "HttpError";
    this.kind = kind;
    this.status = status;
    this.body = body;
  }
}

/** The document's own words for a kind of failure. */
export function words(kind) {
  const key = "error" + kind[0].toUpperCase() + kind.slice(1);
  return document.documentElement.dataset[key] ?? kind;
}

export function csrfToken() {
  return document.querySelector("meta[name=csrf-token]")?.content ?? "";
}

/** fetch() that gives up after `timeout` milliseconds and says why. */
export async function request(url, { timeout = 10_000, headers = {}, ...options } = {}) {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), timeout);
  try {
    return await fetch(url, {
      credentials: "same-origin",
      ...options,
      headers: { "X-Requested-With": "fetch", ...headers },
      signal: control.signal,
    });
  } catch (cause) {
    const kind = cause.name === "AbortError" ? "timeout" : "offline";
    throw new HttpError(kind, words(kind));
  } finally {
    clearTimeout(timer);
  }
}

async function json(response) {
  const body = await response.json().catch(() => null);
  if (response.ok) return body;
  const error = body?.error ?? {};
  throw new HttpError(error.code ?? "server", error.message || words("server"), response.status, body);
}

export async function getJson(url, options = {}) {
  const headers = { Accept: "application/json", ...options.headers };
  return json(await request(url, { ...options, headers }));
}

export async function postJson(url, data, options = {}) {
  const headers = {
    Accept: "application/json",
    "Content-Type": "application/json",
    "X-CSRFToken": csrfToken(),
    ...options.headers,
  };
  return json(await request(url, { ...options, method: "POST", headers, body: JSON.stringify(data) }));
}
