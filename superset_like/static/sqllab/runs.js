// Queries that run: begun, watched until they end, stopped, and found again after the page was left.

import { Refused, told } from "../elements.js";
import { answered, ask, send } from "../session.js";
import { parsed } from "./exact.js";
import { placed } from "./mistakes.js";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const FIRST_LOOK_MS = 150;
const SLOWEST_LOOK_MS = 2000;
// A tab's latest queries, among which the one is that it runs.
const LATEST = 25;
const ENDED = new Set(["success", "failed", "stopped", "timed_out"]);
const STOP_TRIES = 10;

export const isOver = (run) => ENDED.has(run.state);

// The server takes eleven letters at most.
function newName() {
  return [...crypto.getRandomValues(new Uint8Array(11))].map((byte) => LETTERS[byte % LETTERS.length]).join("");
}

// Resolves when the run has ended; changed(run) is called at each step. asked: what to run, see `body`.
export async function start(asked, changed) {
  const run = { clientId: newName(), state: "running", progress: 0, started: Date.now(), asked };
  changed(run);
  try {
    const answer = await answered("POST", "/api/v1/sqllab/execute/", body(run));
    const said = parsed(await answer.text());
    if (answer.status === 202) await watch(run, changed, said.query.startDttm);
    else finish(run, said);
  } catch (error) {
    fail(run, error);
  }
  changed(run);
  return run;
}

// asked: {sql, database, catalog, schema, limit, params, tab, tabId, isAsync}
function body({ clientId, asked }) {
  return {
    client_id: clientId,
    database_id: asked.database,
    sql: asked.sql,
    catalog: asked.catalog || null,
    schema: asked.schema || null,
    queryLimit: asked.limit,
    templateParams: asked.params || null,
    tab: asked.tab,
    sql_editor_id: asked.tabId,
    runAsync: asked.isAsync,
  };
}

// A run that the page left behind, as it is now.
export async function resume(run, changed) {
  try {
    await watch(run, changed);
  } catch (error) {
    fail(run, error);
  }
  changed(run);
  return run;
}

// since: the server's time of its last change, where that is known.
async function watch(run, changed, since) {
  for (let pause = FIRST_LOOK_MS; !isOver(run); pause = Math.min(pause * 1.5, SLOWEST_LOOK_MS)) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    const query = await looked(run, since);
    if (query === undefined) continue;
    if (!query) throw new Refused(404, "This query is not known any more.");
    // An administrator is told of everybody's queries: the less time, the fewer.
    since = moment(query.changed_on);
    run.progress = query.progress;
    run.waits = query.state === "pending";
    if (query.state === "success") finish(run, await kept(query.resultsKey));
    else if (ENDED.has(query.state)) end(run, query.state, query.errorMessage, query.extra.errors);
    changed(run);
  }
}

// The query as the server has it; null when it has none, undefined while it cannot be reached, which passes.
async function looked(run, since) {
  try {
    const from = since ?? (await lastChange(run));
    const q = encodeURIComponent(JSON.stringify({ last_updated_ms: Math.floor(from) - 1000 }));
    const { result } = from === null ? { result: [] } : await ask(`/api/v1/query/updated_since?q=${q}`);
    run.offline = false;
    return result.find(({ id }) => id === run.clientId) ?? null;
  } catch (error) {
    if (error instanceof Refused && error.status < 500) throw error;
    run.offline = true;
    return undefined;
  }
}

// When the query of a run that was left changed last; null when the server does not know it.
async function lastChange({ clientId, asked }) {
  if (!asked.tabId) return null;
  const ofTab = [{ col: "sql_editor_id", opr: "eq", value: asked.tabId }];
  const wish = { columns: ["client_id", "changed_on"], filters: ofTab, order_column: "start_time", order_direction: "desc", page_size: LATEST };
  const { result } = await ask(`/api/v1/query/?q=${encodeURIComponent(JSON.stringify(wish))}`);
  const query = result.find((each) => each.client_id === clientId);
  return query ? moment(query.changed_on) : null;
}

// The server's times are of UTC, also where they do not say so.
function moment(text) {
  return Date.parse(/(Z|GMT|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`);
}

// What a query answered, while the server keeps it.
export async function kept(key) {
  const q = encodeURIComponent(JSON.stringify({ key }));
  return parsed(await (await answered("GET", `/api/v1/sqllab/results/?q=${q}`)).text());
}

export function finish(run, { data, columns, query, displayLimitReached }) {
  const took = query.endDttm - query.startDttm;
  Object.assign(run, { state: "success", rows: data, columns, query, isCut: Boolean(displayLimitReached), took });
}

function fail(run, error) {
  if (!(error instanceof Refused)) console.error(error);
  const kind = error.errors?.[0]?.error_type;
  const state = run.stopping && error.status ? "stopped" : kind === "SQLLAB_TIMEOUT_ERROR" ? "timed_out" : "failed";
  end(run, state, told(error), error.errors);
  run.refused = error.status;
  run.sessionEnded = error.status === 401;
  // The query may run on: nobody told how it went.
  run.isLost = !(error instanceof Refused);
}

function end(run, state, message, errors = []) {
  const where = state === "failed" ? placed(message ?? "", errors?.[0]?.extra ?? {}, run.asked.sql) : null;
  Object.assign(run, { state, message: message || "The query failed.", where, took: Date.now() - run.started });
}

// The database was told to stop; the run ends by itself then.
export async function stop(run, changed) {
  run.stopping = true;
  changed(run);
  for (let tries = 1; ; tries++) {
    try {
      return await send("POST", "/api/v1/query/stop", { client_id: run.clientId });
    } catch (error) {
      // A query that was sent a moment ago may not be known yet.
      const isEarly = error.status === 404 && tries < STOP_TRIES && !isOver(run);
      if (!isEarly) {
        run.stopping = false;
        changed(run);
        if (isOver(run)) return null;
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, FIRST_LOOK_MS));
    }
  }
}
