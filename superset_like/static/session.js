// The server, asked by somebody who is signed in: his cookie speaks for him.

import { Refused, exactly } from "./elements.js";

let proof = null;

// The JSON of an answer, or Refused.
export async function ask(path, { signal } = {}) {
  return exactly(await (await answered("GET", path, undefined, { signal })).text());
}

// The JSON of the answer to a write (null for none), or Refused.
export async function send(method, path, body, { signal } = {}) {
  const answer = await answered(method, path, body, { signal });
  return answer.status === 204 ? null : answer.json();
}

// The answer itself, or Refused: for files, and for who reads or sends headers.
export async function answered(method, path, body, { signal, headers: more } = {}) {
  const headers = { Accept: "application/json", ...more };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET") headers["X-CSRFToken"] = await token();
  const answer = await fetch(path, {
    method,
    headers,
    credentials: "same-origin",
    signal,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (answer.ok) return answer;
  throw refusal(answer.status, await answer.json().catch(() => ({})), answer.headers.get("Retry-After"));
}

// Refused, of an answer. why: its JSON. after: its header Retry-After.
export function refusal(status, why, after) {
  // Who logs in again in another window goes on here, with the new session's word.
  proof = null;
  if (status === 401) return new Refused(401, "Your session has ended. Log in again.");
  const first = why.errors?.[0]?.message;
  const fields = (typeof why.message === "object" ? why.message : why.fields) ?? {};
  return Object.assign(new Refused(status, why.message ?? first, fields, after), { errors: why.errors ?? [] });
}

// The proof that a page of ours sends a write. Kept until something is refused: a session's word does not change.
export function token() {
  proof ??= ask("/api/v1/security/csrf_token/").then(
    ({ result }) => result,
    (error) => {
      proof = null;
      throw error;
    },
  );
  return proof;
}
