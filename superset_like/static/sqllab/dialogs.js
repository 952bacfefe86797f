// What the editor asks in dialogs: names to save under, parameters, a dataset for a chart, and whether to delete.

import { Refused, action, dialog, made, said, told } from "../elements.js";
import { ask, send } from "../session.js";

// A form in a dialog. fields: [{name, label, value, kind, help, required}]; act(values) throws Refused, which is said at its field.
function form(title, fields, verb, act) {
  const body = made("form", "lab-form");
  const inputs = new Map(fields.map((each) => [each.name, field(each, body)]));
  const trouble = made("p", "said failed");
  trouble.setAttribute("role", "alert");
  trouble.hidden = true;
  body.append(trouble);
  body.noValidate = true;
  const go = action(verb, () => body.requestSubmit(), "main");
  const box = dialog(title, body, { actions: [action("Cancel", () => box.close()), go] });
  body.addEventListener("submit", async (event) => {
    event.preventDefault();
    trouble.hidden = true;
    for (const { input, note } of inputs.values()) {
      note.textContent = "";
      input.removeAttribute("aria-invalid");
    }
    const missing = fields.find(({ name, required }) => required && !inputs.get(name).input.value.trim());
    if (missing) return blame(inputs.get(missing.name), "This is needed.");
    go.disabled = true;
    try {
      await act(Object.fromEntries([...inputs].map(([name, { input }]) => [name, input.value])));
      box.close();
    } catch (error) {
      if (!(error instanceof Refused)) console.error(error);
      const [name, texts] = Object.entries(error.fields ?? {}).find(([each]) => inputs.has(each)) ?? [];
      if (name) blame(inputs.get(name), [texts].flat().join(" "));
      else {
        const spoken = Object.values(error.fields ?? {}).flat().join(" ");
        trouble.textContent = spoken || told(error);
        trouble.hidden = false;
      }
    } finally {
      go.disabled = false;
    }
  });
  const first = inputs.values().next().value;
  first?.input.focus();
  first?.input.select?.();
  return box;
}

function field({ name, label, value = "", kind = "text", help, options }, body) {
  const box = made("div", "lab-field");
  const title = made("label", "", label);
  const input = made(kind === "area" ? "textarea" : kind === "choice" ? "select" : "input");
  input.id = `field-${name}`;
  title.htmlFor = input.id;
  for (const [text, each] of options ?? []) input.append(Object.assign(made("option", "", text), { value: each }));
  input.value = value ?? "";
  const note = made("p", "field-note");
  note.id = `${input.id}-note`;
  note.setAttribute("role", "alert");
  input.setAttribute("aria-describedby", note.id);
  box.append(title, input);
  if (help) box.append(made("p", "quiet", help));
  box.append(note);
  body.append(box);
  return { input, note };
}

function blame({ input, note }, text) {
  note.textContent = text;
  input.setAttribute("aria-invalid", "true");
  input.focus();
}

// Calls act when it was said yes to.
export function sure(title, text, verb, act) {
  const yes = action(verb, () => (box.close(), act()), "main danger-main");
  const no = action("Cancel", () => box.close());
  const box = dialog(title, made("p", "", text), { actions: [no, yes] });
  no.focus();
}

// Keeps the tab's text under a name of its own. done(id, label)
export function saveAs(tab, done) {
  const fields = [
    { name: "label", label: "Name", value: tab.name, required: true },
    { name: "description", label: "Description", kind: "area", value: tab.description },
  ];
  form("Save the query", fields, "Save", async ({ label, description }) => {
    const { id } = await send("POST", "/api/v1/saved_query/", { ...savedBody(tab), label: label.trim(), description });
    done(id, label.trim());
  });
}

export function update(tab) {
  return send("PUT", `/api/v1/saved_query/${tab.savedId}`, savedBody(tab));
}

const savedBody = (tab) => ({
  db_id: tab.database, catalog: tab.catalog || null, schema: tab.schema || null, sql: tab.sql, template_parameters: tab.params || null,
});

// The JSON that templates in the SQL read. done(text)
export function parameters(tab, done) {
  const help = 'What {{ … }} in the SQL reads, as a JSON object: {"region": "north"} makes {{ region }} of it.';
  const fields = [{ name: "params", label: "Parameters", kind: "area", value: tab.params || "{\n}", help }];
  form("Parameters of the template", fields, "Keep", async ({ params }) => {
    const text = params.trim();
    const value = text ? understood(text) : {};
    done(Object.keys(value).length ? JSON.stringify(value, null, 2) : "");
  });
}

function understood(text) {
  let value = null;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Refused(0, "", { params: [`This is not JSON: ${error.message}`] });
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Refused(0, "", { params: ["This must be an object: {…}"] });
  return value;
}

// The query becomes a dataset, new or one that is there, and the page of charts opens with it.
export async function chart(run) {
  const { database, catalog, schema, params } = run.asked;
  const sql = run.asked.sql.trim().replace(/;\s*$/, "");
  const here = [{ col: "database", opr: "rel_o_m", value: database }, { col: "sql", opr: "dataset_is_null_or_empty", value: false }];
  const wish = { filters: here, columns: ["id", "table_name"], order_column: "changed_on_delta_humanized", order_direction: "desc", page_size: 100 };
  const { result } = await ask(`/api/v1/dataset/?q=${encodeURIComponent(JSON.stringify(wish))}`).catch(() => ({ result: [] }));
  const fields = [
    { name: "table_name", label: "Name of the dataset", value: `${run.asked.tab} ${new Date().toISOString().slice(0, 16).replace("T", " ")}`, required: true },
  ];
  if (result.length) {
    const options = [["A new dataset, under this name", ""], ...result.map(({ id, table_name }) => [`Change “${table_name}” to this SQL`, String(id)])];
    fields.push({ name: "existing", label: "Becomes", kind: "choice", options });
  }
  form("Create a chart", fields, "Continue", async ({ table_name, existing }) => {
    const id = existing ? await changed(existing, sql, params) : await created({ database, catalog, schema, sql, params, table_name });
    window.location.assign(`/explore/?datasource_type=table&datasource_id=${id}`);
  });
}

async function created({ database, catalog, schema, sql, params, table_name }) {
  const more = params ? { template_params: params } : {};
  const place = { catalog: catalog || null, schema: schema || null };
  const { id } = await send("POST", "/api/v1/dataset/", { database, ...place, table_name: table_name.trim(), sql, ...more });
  return id;
}

async function changed(id, sql, params) {
  await send("PUT", `/api/v1/dataset/${id}?override_columns=true`, { sql, template_params: params || null });
  return id;
}

// What the statements would cost, as the database tells.
export function costs(figures) {
  const tables = figures.map((each) => {
    const list = made("dl", "facts");
    for (const [name, text] of Object.entries(each)) list.append(made("dt", "", name), made("dd", "", String(text)));
    return list;
  });
  dialog("Estimated cost", tables.length ? tables : said("The database tells nothing."));
}
