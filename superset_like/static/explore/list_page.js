// The list of charts.

import { action, dialog, made, said, toast, told } from "../elements.js";
import { Listing, related } from "../lists.js";
import { ask, send } from "../session.js";
import { loadForms } from "./forms.js";

const place = document.getElementById("list");
const { user, mayWrite, editsAll } = place.dataset;
const YES_NO = [["yes", "Yes"], ["no", "No"]];
const ASKED = [
  "id", "url", "slice_name", "viz_type", "datasource_name_text", "datasource_url", "thumbnail_url", "certified_by", "changed_by_name",
  "changed_on_delta_humanized", "owners.id", "owners.first_name", "owners.last_name", "tags.id", "tags.name", "tags.type",
];

function mayEdit(chart) {
  return mayWrite !== undefined && (editsAll !== undefined || chart.owners.some((owner) => String(owner.id) === user));
}

function isYes(col, opr) {
  return (choice) => ({ col, opr, value: choice === "yes" });
}

function actions(chart, list) {
  const found = [["Open", () => location.assign(chart.url)]];
  if (mayEdit(chart)) found.push(["Rename …", () => rename(chart, list)], ["Delete …", () => list.deletion(chart, chart.slice_name)]);
  return found;
}

function rename(chart, list) {
  const form = made("form", "list-form");
  const label = made("label", "", "Name");
  const name = Object.assign(made("input"), { type: "text", value: chart.slice_name, maxLength: 250, required: true });
  label.append(name);
  form.append(label);
  const apply = action("Rename", () => form.requestSubmit(), "main");
  const box = dialog(`Rename ${chart.slice_name}`, form, { actions: [action("Cancel", () => box.close()), apply] });
  name.select();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    apply.disabled = true;
    try {
      await send("PUT", `/api/v1/chart/${chart.id}`, { slice_name: name.value.trim() });
      toast(`The chart is called “${name.value.trim()}” now.`);
      box.close();
      await list.load();
    } catch (error) {
      apply.disabled = false;
      form.append(said(told(error), "alert"));
    }
  });
}

async function datasets() {
  const q = { columns: ["id", "table_name"], order_column: "table_name", order_direction: "asc", page_size: 100 };
  const { result } = await ask(`/api/v1/dataset/?q=${encodeURIComponent(JSON.stringify(q))}`);
  return result.map((each) => [String(each.id), each.table_name]);
}

function show(forms) {
  const types = [...new Map(forms.offered().map((each) => [each.viz_type, each.title]))].sort(([, one], [, two]) => one.localeCompare(two));
  return new Listing(place, {
    kind: "chart",
    one: "chart",
    many: "charts",
    asked: ASKED,
    columns: [
      { name: "slice_name", label: "Name", sorts: true, href: (chart) => chart.url },
      { name: "viz_type", label: "Type", sorts: true, text: (chart) => forms.titleOf(chart.viz_type) },
      { name: "datasource_name_text", label: "Dataset", sorts: "datasource_name" },
      { name: "owners", label: "Owners", text: (chart) => chart.owners.map((owner) => `${owner.first_name} ${owner.last_name}`.trim()).join(", ") },
      { name: "changed_on_delta_humanized", label: "Changed", sorts: true },
    ],
    search: (text) => ({ col: "slice_name", opr: "chart_all_text", value: text }),
    filters: [
      { name: "type", label: "Type", choices: types, filter: (type) => ({ col: "viz_type", opr: "eq", value: type }) },
      { name: "dataset", label: "Dataset", choices: datasets, filter: (id) => ({ col: "datasource_id", opr: "eq", value: Number(id) }) },
      { name: "owner", label: "Owner", choices: () => related("chart", "owners"), filter: (id) => ({ col: "owners", opr: "rel_m_m", value: Number(id) }) },
      { name: "favorite", label: "Favourite", choices: YES_NO, filter: isYes("id", "chart_is_favorite") },
      { name: "certified", label: "Certified", choices: YES_NO, filter: isYes("id", "chart_is_certified") },
    ],
    order: ["changed_on_delta_humanized", "desc"],
    wide: "table",
    stars: true,
    picture: (chart) => chart.thumbnail_url,
    badges: (chart) => [
      ...(chart.certified_by ? [`certified by ${chart.certified_by}`] : []),
      ...chart.tags.filter((tag) => tag.type === 1).map((tag) => tag.name),
    ],
    detail: (chart) => `${forms.titleOf(chart.viz_type)} · ${chart.datasource_name_text ?? "no dataset"} · ${chart.changed_on_delta_humanized}`,
    actions,
    tools: mayWrite === undefined ? [] : [action("New chart", () => location.assign("/chart/add"), "main")],
  });
}

place.replaceChildren(said("Loading charts …"));
loadForms().then(
  (forms) => show(forms).load(),
  (error) => {
    console.error(error);
    place.replaceChildren(said(told(error), "alert"));
  },
);
