// What the databases hold, asked for once: connections, catalogs, schemas, tables and their columns.

import { ask } from "../session.js";

const kept = new Map();

// The promise of what a path answers; a failure is not kept.
function once(path, read) {
  if (!kept.has(path)) {
    const found = ask(path).then(read);
    found.catch(() => kept.delete(path));
    kept.set(path, found);
  }
  return kept.get(path);
}

// Everything is asked for again.
export function forget() {
  kept.clear();
}

const q = (wish) => `?q=${encodeURIComponent(JSON.stringify(wish))}`;

// By id, in the order of their names.
export async function databases() {
  const found = await once("/api/v1/sqllab/", ({ result }) => Object.values(result.databases));
  return [...found].sort((a, b) => a.database_name.localeCompare(b.database_name));
}

export function catalogs(database) {
  return once(`/api/v1/database/${database}/catalogs/`, ({ result }) => result);
}

export function schemas({ database, catalog }) {
  return once(`/api/v1/database/${database}/schemas/${catalog ? q({ catalog }) : ""}`, ({ result }) => result);
}

// [{name, isView}]
export function tables({ database, catalog, schema }) {
  const wish = { schema_name: schema ?? "", ...(catalog ? { catalog_name: catalog } : {}) };
  return once(`/api/v1/database/${database}/tables/${q(wish)}`, ({ result }) =>
    result.map(({ value, type }) => ({ name: value, isView: type !== "table" })),
  );
}

// {name, columns, selectStar, primaryKey, foreignKeys, indexes, comment}
export function table({ database, catalog, schema }, name) {
  const asked = new URLSearchParams({ name, ...(schema ? { schema } : {}), ...(catalog ? { catalog } : {}) });
  return once(`/api/v1/database/${database}/table_metadata/?${asked}`, (answer) => answer);
}
