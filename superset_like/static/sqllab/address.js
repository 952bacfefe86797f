// What the page's address asks to be opened, and links that open it again.

import { ask, send } from "../session.js";
import * as catalog from "./catalog.js";

// The values of a tab that the address describes; null when it describes none. Nothing of it runs by itself.
export async function asked(search) {
  const said = new URLSearchParams(search);
  if (said.get("permalink_key")) return shared(said.get("permalink_key"));
  if (said.get("savedQueryId")) return savedQuery(said.get("savedQueryId"));
  if (said.get("queryId")) return ran(said.get("queryId"));
  const database = Number(said.get("dbid") ?? said.get("dbId") ?? said.get("database_id")) || null;
  const table = said.get("table");
  const values = { database, catalog: said.get("catalog"), schema: said.get("schema"), sql: said.get("sql") ?? "" };
  if (!values.sql && table && database) {
    values.sql = (await catalog.table(values, table)).selectStar;
    values.name = table;
  }
  const name = said.get("title") ?? said.get("name") ?? values.name;
  if (!values.sql && !database && said.get("new") !== "true") return null;
  return { ...values, ...(name ? { name } : {}) };
}

async function shared(key) {
  const { dbId, name, schema, catalog: within, sql, templateParams } = await ask(`/api/v1/sqllab/permalink/${encodeURIComponent(key)}`);
  return { database: dbId, name, schema, catalog: within, sql, params: templateParams || "" };
}

export async function savedQuery(id) {
  const { result } = await ask(`/api/v1/saved_query/${encodeURIComponent(id)}`);
  return {
    savedId: Number(id), name: result.label, description: result.description, database: result.database?.id, catalog: result.catalog,
    schema: result.schema, sql: result.sql ?? "", params: result.template_parameters || "",
  };
}

async function ran(id) {
  const { result } = await ask(`/api/v1/query/${encodeURIComponent(id)}`);
  return { name: result.tab_name, database: result.database?.id, schema: result.schema, sql: result.sql };
}

// The address under which others find the tab's text.
export async function link(tab) {
  const { url } = await send("POST", "/api/v1/sqllab/permalink", {
    dbId: tab.database, name: tab.name, schema: tab.schema || null, catalog: tab.catalog || null, sql: tab.sql, autorun: false,
    templateParams: tab.params || "",
  });
  return new URL(url, window.location.href).href;
}
