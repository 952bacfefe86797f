// What the editor offers while one writes: schemas, tables, and columns of the tables that the text names.

import { schemaCompletionSource } from "../vendor/codemirror-6.43.15.js";
import * as catalog from "./catalog.js";

const MOST_TABLES = 12;
const WORD = /[\p{L}_][\p{L}\p{N}_$]*/gu;

// place(): {database, catalog, schema} of the tab. The result is a source as the editor takes it.
export function completions(place) {
  return async (context, dialect) => {
    const here = place();
    if (!here.database) return null;
    const known = await named(here, context.state.doc.toString()).catch(() => null);
    if (!known || context.aborted) return null;
    const source = schemaCompletionSource({ dialect, schema: known.namespace });
    const offered = await source(context);
    return withColumns(offered, context, known.columns);
  };
}

// {namespace: name -> columns of tables, or name -> tables of schemas; columns: of the tables in the text}
async function named(here, text) {
  const [schemas, tables] = await Promise.all([
    catalog.schemas(here),
    here.schema ? catalog.tables(here) : [],
  ]);
  const words = new Set((text.match(WORD) ?? []).map((word) => word.toLowerCase()));
  const used = tables.filter(({ name }) => words.has(name.toLowerCase())).slice(0, MOST_TABLES);
  const told = await Promise.all(used.map(({ name }) => catalog.table(here, name).catch(() => ({ columns: [] }))));
  const columnsOf = new Map(used.map(({ name }, at) => [name, told[at].columns.map(option)]));
  const namespace = {};
  for (const name of schemas) {
    if (name !== here.schema) namespace[name] = { self: { label: name, type: "namespace", detail: "schema" }, children: {} };
  }
  for (const { name, isView } of tables) {
    namespace[name.replaceAll(".", "\\.")] = {
      self: { label: name, type: "class", detail: isView ? "view" : "table" },
      children: columnsOf.get(name) ?? [],
    };
  }
  const others = await Promise.all(schemas.filter((name) => words.has(name.toLowerCase()) && name !== here.schema).slice(0, 3).map((schema) => within(here, schema)));
  for (const [schema, children] of others) namespace[schema].children = children;
  return { namespace, columns: [...columnsOf.values()].flat() };
}

async function within(here, schema) {
  const tables = await catalog.tables({ ...here, schema }).catch(() => []);
  return [schema, Object.fromEntries(tables.map(({ name }) => [name.replaceAll(".", "\\."), []]))];
}

function option({ name, type }) {
  return { label: name, type: "property", detail: (type ?? "").toLowerCase(), boost: 5 };
}

// A bare word may be a column of any table that the text names.
function withColumns(offered, context, columns) {
  const word = context.matchBefore(/[\p{L}\p{N}_$]*/u);
  const before = word ? context.state.sliceDoc(Math.max(0, word.from - 1), word.from) : "";
  if (!word || before === "." || /["`[']/.test(before)) return offered;
  if (word.from === word.to && !context.explicit) return offered;
  if (offered && offered.from !== word.from) return offered;
  const unique = [...new Map(columns.map((each) => [each.label, each])).values()];
  const options = [...(offered?.options ?? []), ...unique.filter(({ label }) => !offered?.options.some((each) => each.label === label))];
  return options.length ? { ...(offered ?? {}), from: word.from, options, validFor: /^[\p{L}\p{N}_$]*$/u } : offered;
}
