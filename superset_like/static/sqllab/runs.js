// Queries that run: begun, watched until they end, stopped, and found again after the page was left.

import { Refused, told } from "../elements.js";
import { answered, ask, send } from "../session.js";
import { parsed } from "./exact.js";
import { placed } from "./mistakes.js";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const FIRST_LOOK_MS = 150;
const SLOWEST_LOOK_MS = 2000;
// Clocks of a browser and a server differ.
const CLOCKS_MS = 10 * 60 * 1000;
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
    if (answer.status === 202) await watch(run, said.query.startDttm, changed);
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
    await watch(run, run.started - CLOCKS_MS, changed);
  } catch (error) {
    fail(run, error);
  }
  changed(run);
  return run;
}

async function watch(run, since, changed) {
  const q = encodeURIComponent(JSON.stringify({ last_updated_ms: Math.floor(since) - 1000 }));
  for (let pause = FIRST_LOOK_MS; !isOver(run); pause = Math.min(pause * 1.5, SLOWEST_LOOK_MS)) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    const query = await looked(`/api/v1/query/updated_since?q=${q}`, run);
    if (query === undefined) continue;
    if (!query) throw new Refused(404, "This query is not known any more.");
    run.progress = query.progress;
    run.waits = query.state === "pending";
    if (query.state === "success") finish(run, await kept(query.resultsKey));
    else if (ENDED.has(query.state)) end(run, query.state, query.errorMessage, query.extra.errors);
    changed(run);
  }
}

// The query as the server has it; undefined while the server cannot be reached, which passes.
async function looked(path, run) {
  try {
    const { result } = await ask(path);
    run.offline = false;
    return result.find(({ id }) => id === run.clientId) ?? null;
  } catch (error) {
    if (error instanceof Refused && error.status < 500) throw error;
    run.offline = true;
    return undefined;
  }
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
