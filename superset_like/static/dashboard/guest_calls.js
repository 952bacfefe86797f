// What a guest asks the server. He has a token and nothing else: no cookie goes along.

import { Refused, exactly } from "../elements.js";

// tokenOf: the token of now. anew: given the token that was refused, whether there is another one to ask again with.
export function guestCalls(header, tokenOf, anew) {
  async function answered(method, path, body, { signal } = {}) {
    const used = tokenOf();
    const answer = await fetch(path, {
      method,
      credentials: "omit",
      signal,
      headers: {
        [header]: used,
        Accept: "application/json",
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (answer.ok) return answer;
    if (answer.status === 401 && (await anew(used))) return answered(method, path, body, { signal });
    const why = await answer.json().catch(() => ({}));
    throw new Refused(answer.status, why.message ?? why.errors?.[0]?.message, {}, answer.headers.get("Retry-After"));
  }

  async function ask(path, wish) {
    return exactly(await (await answered("GET", path, undefined, wish)).text());
  }

  async function send(method, path, body, wish) {
    const answer = await answered(method, path, body, wish);
    return answer.status === 204 ? null : answer.json();
  }

  return { answered, ask, send };
}
