// What every page of ours is made of: elements, menus, dialogs, words about a state.

// The server said no. status: HTTP's; 0 when it did not answer. fields: what it said of single fields. after: seconds to
// wait before it is asked again, where it said so.
export class Refused extends Error {
  constructor(status, message, fields = {}, after = null) {
    super(typeof message === "string" ? message : message ? JSON.stringify(message) : `The server answered ${status}`);
    this.status = status;
    this.fields = fields;
    this.after = Number(after) || null;
  }
}

export function made(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

// A button. className: beside `action`.
export function action(text, act, className = "") {
  const button = made("button", `action ${className}`.trim(), text);
  button.type = "button";
  button.addEventListener("click", act);
  return button;
}

// A sentence about a state: role is `status`, or `alert` for what went wrong.
export function said(text, role = "status") {
  const sentence = made("p", role === "alert" ? "said failed" : "said", text);
  sentence.setAttribute("role", role);
  return sentence;
}

// What to tell a reader of an error.
export function told(error) {
  return error instanceof Refused ? error.message : "Something went wrong. The server could not be reached, or did not understand.";
}

// A button that opens a list of actions. items(): [text, act] pairs, asked for at each opening.
export function menu(label, items, { text = "⋯", className = "plain" } = {}) {
  const box = made("div", "menu");
  const list = made("div", "menu-list");
  const opener = action(text, () => (list.hidden ? open() : close()), className);
  list.hidden = true;
  list.setAttribute("role", "menu");
  list.setAttribute("aria-label", label);
  opener.setAttribute("aria-label", label);
  opener.setAttribute("aria-haspopup", "menu");
  opener.setAttribute("aria-expanded", "false");

  function open() {
    list.replaceChildren(
      ...items().map(([name, act]) => {
        const item = made("button", "", name);
        item.type = "button";
        item.setAttribute("role", "menuitem");
        item.tabIndex = -1;
        item.addEventListener("click", () => {
          close(true);
          act();
        });
        return item;
      }),
    );
    list.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    list.firstElementChild?.focus();
    document.addEventListener("pointerdown", outside, true);
  }

  function close(returns = false) {
    list.hidden = true;
    opener.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    if (returns) opener.focus();
  }

  function outside(event) {
    if (!box.contains(event.target)) close();
  }

  box.addEventListener("focusout", (event) => {
    if (!list.hidden && event.relatedTarget && !box.contains(event.relatedTarget)) close();
  });
  list.addEventListener("keydown", (event) => {
    const all = [...list.children];
    const at = all.indexOf(document.activeElement);
    const to = { ArrowDown: (at + 1) % all.length, ArrowUp: (at - 1 + all.length) % all.length, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Escape") close(true);
    else if (to !== undefined) all[to].focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  box.append(opener, list);
  return box;
}

// A dialog over the page, which ends with Escape or its close button. actions: buttons of its foot. closed: called at its end.
export function dialog(title, body, { actions = [], wide = false, closed = () => {} } = {}) {
  const box = made("dialog", wide ? "box wide" : "box");
  const head = made("div", "box-head");
  const name = made("h2", "", title);
  name.id = `box-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  box.setAttribute("aria-labelledby", name.id);
  const end = action("✕", () => box.close(), "plain");
  end.setAttribute("aria-label", "Close");
  head.append(name, end);
  const content = made("div", "box-body");
  content.append(...[body].flat());
  box.append(head, content);
  if (actions.length) {
    const foot = made("div", "box-foot");
    foot.append(...actions);
    box.append(foot);
  }
  box.addEventListener("close", () => {
    box.remove();
    closed();
  });
  document.body.append(box);
  box.showModal();
  return box;
}

// A sentence that passes. kind: `failed` for what went wrong.
export function toast(text, kind = "") {
  let place = document.querySelector(".toasts");
  if (!place) {
    place = made("div", "toasts");
    place.setAttribute("role", "status");
    document.body.append(place);
  }
  const shown = made("div", `toast ${kind}`.trim(), text);
  if (kind === "failed") shown.setAttribute("role", "alert");
  place.append(shown);
  setTimeout(() => shown.remove(), kind === "failed" ? 12000 : 5000);
}

// The text is in the clipboard; false when the browser forbids it.
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without HTTPS there is only the old way. Beside an open dialog nothing can be selected, so it happens in it.
    const place = made("textarea", "offstage");
    place.value = text;
    const before = document.activeElement;
    ([...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body).append(place);
    place.select();
    const done = document.execCommand("copy");
    place.remove();
    before?.focus();
    return done;
  }
}

// Copies the text, and says whether that went well. failed: what to say where it did not.
export async function copy(text, done = "Copied.", failed = "The browser does not let this page copy.") {
  const isCopied = await copied(text);
  toast(isCopied ? done : failed, isCopied ? "" : "failed");
  return isCopied;
}

const LONG = /\d{16}/;

// JSON as it was written: whole numbers beyond those that JavaScript can hold stay as their digits, as text.
export function exactly(text) {
  return JSON.parse(text, LONG.test(text) ? kept : undefined);
}

// Older browsers do not tell the source: there, such a number is rounded as it always was.
function kept(key, value, context) {
  const isRounded = typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value);
  return isRounded && /^-?\d+$/.test(context?.source ?? "") ? context.source : value;
}

// What a guest asks the server. He has a token and nothing else: no cookie goes along. It stands here, since each file
// more costs a frame in another site a request.
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
