// The SQL editor: its parts, and what they tell each other.

import { action, copy, made, menu, toast, told } from "../elements.js";
import { saveAnswer } from "../files.js";
import { answered, send } from "../session.js";
import * as address from "./address.js";
import { completions } from "./completion.js";
import * as dialogs from "./dialogs.js";
import { Editor } from "./editor.js";
import { frame } from "./frame.js";
import { history, saved } from "./lists.js";
import { Places } from "./places.js";
import { preview } from "./preview.js";
import { Results } from "./results.js";
import * as runs from "./runs.js";
import { Tabs } from "./tabs.js";
import { Tree } from "./tree.js";

const place = document.getElementById("sqllab");
const { user, panel } = place.dataset;
const may = Object.fromEntries(["MakeDatasets", "Save", "Share", "Download", "Upload"].map((name) => [name, place.dataset[`may${name}`] === "true"]));
const defaultRows = Number(place.dataset.defaultRows);
const mostRows = Number(place.dataset.mostRows);
const running = new Map();

const places = new Places({ changed: placed });
const tree = new Tree({
  insert: (text) => editor.insert(text),
  preview: (where, name) => preview(where, name, places.of(tabs.tab), { open: (sql) => opened({ sql, name, ...where }) }),
});
const ran = history({ user: Number(user), open: reopened });
const kept = saved({ user: Number(user), mayChange: may.Save, open: ({ id }) => quietly(async () => opened(await address.savedQuery(id))) });
const parts = frame(place, { panel, places, tree, ran, kept });
const editor = new Editor(parts.editor, {
  changed: (text) => {
    tabs.tab.sql = text;
    tabs.save();
    parts.run.disabled = !mayRun();
  },
  selected: (isSome) => (parts.run.textContent = isSome ? "Run selection" : "Run"),
  run: () => mayRun() && run(),
  save: () => may.Save && save(),
  sources: completions(() => tabs.tab),
});
const results = new Results(parts.results, {
  stop: (one) => quietly(() => runs.stop(one, () => shown(tabs.tab))),
  again: (one) => watched(tabs.tab, one),
  goTo: (one) => one.from !== undefined && editor.goTo(one.blamed ?? one.from),
  tools: { download: may.Download ? (one, kind) => quietly(() => download(one, kind)) : null, chart: may.MakeDatasets ? (one) => quietly(() => dialogs.chart(one)) : null },
});
const tabs = new Tabs(parts.tabs, {
  user,
  fresh: (like) => ({
    sql: "", database: like?.database ?? null, catalog: like?.catalog ?? null, schema: like?.schema ?? null, limit: like?.limit ?? defaultRows, params: "",
  }),
  chosen,
  closed: (tab) => {
    const one = running.get(tab.id);
    if (one && !runs.isOver(one)) quietly(() => runs.stop(one, () => {}));
    running.delete(tab.id);
    editor.forget(tab);
  },
  taken: (tab) => {
    editor.take(tab);
    if (editor.shown === tab.id) chosen(tab);
  },
});

parts.run.addEventListener("click", () => run());
parts.limit.append(...limits().map((rows) => Object.assign(made("option", "", rows.toLocaleString()), { value: rows })));
parts.limit.addEventListener("change", () => {
  tabs.tab.limit = Number(parts.limit.value);
  tabs.save();
});
parts.more.append(menu("More", tools, { text: "More ▾", className: "" }));
if (may.Save) parts.more.before(action("Save", () => save()));
if (may.Share) parts.more.before(action("Share", () => quietly(share), "lab-share"));
for (const name of ["online", "offline"]) window.addEventListener(name, () => parts.offline(!navigator.onLine));

begin();

async function begin() {
  parts.offline(!navigator.onLine);
  try {
    await places.load();
  } catch (error) {
    parts.trouble(told(error), error.status === 401);
    return;
  }
  if (!places.all.length) {
    parts.nothing();
    return;
  }
  const wanted = await address.asked(window.location.search).catch((error) => void toast(told(error), "failed"));
  // Loaded again, the page shows what became of it.
  if (window.location.search) window.history.replaceState(null, "", window.location.pathname);
  if (wanted) opened(wanted);
  else tabs.begin();
}

async function chosen(tab) {
  parts.limit.value = String(tab.limit);
  if (parts.limit.selectedIndex < 0) parts.limit.value = String((tab.limit = defaultRows));
  parts.panel.setAttribute("aria-labelledby", `tab-${tab.id}`);
  editor.show(tab, places.of(tab)?.backend);
  shown(tab);
  blamed(tab);
  await places.show(tab);
  if (tabs.tab !== tab) return;
  placed();
  if (tab.run && !running.has(tab.id)) restored(tab);
}

// What the tab ran before the page was left, while the server knows it.
async function restored(tab) {
  const one = { ...tab.run, progress: 0 };
  await watched(tab, one);
  if (one.refused !== 404 && one.refused !== 410) return;
  tab.run = null;
  running.delete(tab.id);
  shown(tab);
}

// The tab's place is known, or another.
function placed() {
  const { tab } = tabs;
  const { backend } = places.of(tab) ?? {};
  editor.speak(backend);
  tabs.save();
  parts.run.disabled = !mayRun();
  if (tab.database) tree.show({ database: tab.database, catalog: tab.catalog, schema: tab.schema }, backend);
}

function opened(values) {
  if (values.database && !places.of(values)) toast("The database of this query is not open to you. Choose another before you run it.", "failed");
  const isSame = values.savedId && tabs.all.find(({ savedId }) => savedId === values.savedId);
  if (isSame) tabs.choose(isSame);
  else tabs.add(Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined)));
  parts.closeSide();
  editor.focus();
}

// A query of the history: its text, and its rows while they are kept.
function reopened(query) {
  opened({ sql: query.sql, name: query.tab_name || undefined, database: query.database?.id, schema: query.schema });
  const { tab } = tabs;
  const isGoing = ["pending", "running"].includes(query.status);
  // It is found again by the tab that ran it.
  if (isGoing) watched(tab, { clientId: query.client_id, started: query.start_time, from: 0, asked: { ...askedOf(tab, query.sql), tabId: query.sql_editor_id } });
  if (query.status !== "success" || !query.results_key) return;
  quietly(async () => {
    const answer = await runs.kept(query.results_key);
    const one = { clientId: query.client_id, started: query.start_time, asked: askedOf(tab, query.sql), from: 0 };
    runs.finish(one, answer);
    running.set(tab.id, one);
    shown(tab);
  });
}

const mayRun = () => Boolean(tabs.tab?.database && tabs.tab.sql.trim()) && !isRunning(tabs.tab);

function isRunning(tab) {
  const one = running.get(tab.id);
  return Boolean(one && !runs.isOver(one));
}

function askedOf(tab, sql) {
  const { database, catalog, schema, limit, params, name, id } = tab;
  return { sql, database, catalog, schema, limit, params, tab: name, tabId: id, isAsync: Boolean(places.of(tab)?.allow_run_async) };
}

async function run() {
  const { tab } = tabs;
  if (!mayRun()) return;
  const { sql, from } = editor.wanted();
  if (!sql.trim()) return;
  editor.quiet();
  editor.blame("", null);
  ended(tab, await runs.start(askedOf(tab, sql), (one) => stepped(tab, Object.assign(one, { from }))));
}

// A run that was begun before: what became of it.
async function watched(tab, one) {
  Object.assign(one, { state: "running", asked: one.asked ?? askedOf(tab, tab.sql), isLost: false });
  stepped(tab, one);
  ended(tab, await runs.resume(one, (step) => stepped(tab, step)));
}

function stepped(tab, one) {
  running.set(tab.id, one);
  // What a reload needs to find it again.
  const isUseless = runs.isOver(one) && one.state !== "success" && !one.isLost && !one.sessionEnded;
  tab.run = isUseless ? null : { clientId: one.clientId, started: one.started, from: one.from, asked: one.asked };
  shown(tab);
  tabs.save();
}

function ended(tab, one) {
  if (!tabs.all.includes(tab)) return;
  blamed(tab);
  if (parts.isOpen("history")) ran.load();
}

// The mistake is marked in the text, once: it may have been found while another tab was shown.
function blamed(tab) {
  const one = running.get(tab.id);
  if (tab !== tabs.tab || !one?.where || one.blamed !== undefined) return;
  one.blamed = editor.blame(one.message, one.where, one.from ?? 0) ?? null;
}

function shown(tab) {
  const one = running.get(tab.id);
  const state = one?.state;
  if (tab.state !== state) {
    tab.state = state;
    tabs.paint();
  }
  if (tab !== tabs.tab) return;
  results.show(one);
  parts.run.disabled = !mayRun();
}

async function save() {
  const { tab } = tabs;
  if (!tab.database) return;
  const done = (text) => {
    toast(text);
    tabs.paint();
    tabs.save();
    kept.load();
  };
  const anew = () => dialogs.saveAs(tab, (id, label) => done(`Saved as “${Object.assign(tab, { savedId: id, name: label }).name}”.`));
  if (!tab.savedId) return anew();
  try {
    await dialogs.update(tab);
    done(`“${tab.name}” is saved.`);
  } catch (error) {
    if (error.status !== 404) return toast(told(error), "failed");
    // Somebody deleted it meanwhile.
    tab.savedId = null;
    anew();
  }
}

async function share() {
  const url = await address.link(tabs.tab);
  await copy(url, "The link is in the clipboard.", `The browser does not let this page copy. The link is ${url}`);
}

function tools() {
  const { tab } = tabs;
  const known = places.of(tab);
  const list = [["Format the SQL", () => quietly(format)], ["Parameters …", () => dialogs.parameters(tab, (text) => ((tab.params = text), tabs.save()))]];
  if (known?.allows_cost_estimate) list.push(["Estimate the cost", () => quietly(estimate)]);
  if (may.Share) list.push(["Copy a link to it", () => quietly(share)]);
  if (may.Save && tab.savedId) list.push(["Save as …", () => dialogs.saveAs(tab, (id, label) => (Object.assign(tab, { savedId: id, name: label }), tabs.paint(), tabs.save(), kept.load()))]);
  if (may.Upload) list.push(["Upload a file …", () => window.location.assign(uploadAddress(tab))]);
  return list;
}

function uploadAddress({ database, schema }) {
  const place = Object.entries({ database, schema }).filter(([, value]) => value);
  return `/database/upload/?${new URLSearchParams(place)}`;
}

async function format() {
  const { tab } = tabs;
  const { result } = await send("POST", "/api/v1/sqllab/format_sql/", { sql: tab.sql, database_id: tab.database });
  if (tab === tabs.tab) editor.replace(result);
}

async function estimate() {
  const { tab } = tabs;
  const params = tab.params ? { template_params: JSON.parse(tab.params) } : {};
  const place = { database_id: tab.database, catalog: tab.catalog || null, schema: tab.schema || null };
  const { result } = await send("POST", "/api/v1/sqllab/estimate/", { ...place, sql: editor.wanted().sql, ...params });
  dialogs.costs(result);
}

// Asked for here, so that a refusal is said here.
async function download(one, form) {
  const answer = await answered("GET", `/api/v1/sqllab/export/${encodeURIComponent(one.clientId)}/?format=${form}`);
  await saveAnswer(answer, `query.${form}`);
}

async function quietly(act) {
  try {
    await act();
  } catch (error) {
    if (!error.status) console.error(error);
    toast(told(error), "failed");
  }
}

function limits() {
  const usual = [10, 100, 1_000, 10_000, 100_000].filter((rows) => rows < mostRows);
  return [...new Set([...usual, defaultRows, mostRows])].sort((a, b) => a - b);
}
