// The list of dashboards.

import { action, dialog, made, said, toast, told } from "./elements.js";
import { Listing, related } from "./lists.js";
import { ask, send } from "./session.js";

const place = document.getElementById("list");
const { user, mayWrite, editsAll, new: isNew } = place.dataset;
const YES_NO = [["yes", "Yes"], ["no", "No"]];
const ASKED = [
  "id", "url", "dashboard_title", "published", "thumbnail_url", "certified_by", "changed_by_name", "changed_on_delta_humanized",
  "owners.id", "owners.first_name", "owners.last_name", "tags.id", "tags.name", "tags.type",
];

function mayEdit(dashboard) {
  return mayWrite !== undefined && (editsAll !== undefined || dashboard.owners.some((owner) => String(owner.id) === user));
}

function names(owners) {
  return owners.map((owner) => `${owner.first_name} ${owner.last_name}`.trim()).join(", ");
}

function isYes(col, opr) {
  return (choice) => ({ col, opr, value: choice === "yes" });
}

function actions(dashboard, list) {
  const title = dashboard.dashboard_title || `Untitled ${dashboard.id}`;
  const found = [["Open", () => location.assign(dashboard.url)]];
  if (mayEdit(dashboard)) found.push(["Edit", () => location.assign(`${dashboard.url}?edit=true`)]);
  if (mayWrite !== undefined) found.push(["Copy …", () => copy(dashboard, title, list)]);
  if (mayEdit(dashboard)) {
    found.push([dashboard.published ? "Make a draft" : "Publish", () => publish(dashboard, title, list)]);
    found.push(["Delete …", () => list.deletion(dashboard, title)]);
  }
  return found;
}

async function publish(dashboard, title, list) {
  try {
    await send("PUT", `/api/v1/dashboard/${dashboard.id}`, { published: !dashboard.published });
    toast(dashboard.published ? `“${title}” is a draft now: its owners see it.` : `“${title}” is published.`);
    await list.load();
  } catch (error) {
    toast(told(error), "failed");
  }
}

function copy(dashboard, title, list) {
  const form = made("form", "list-form");
  const name = Object.assign(made("input"), { type: "text", value: `${title} (copy)`, maxLength: 500, required: true });
  const charts = Object.assign(made("input"), { type: "checkbox" });
  for (const [text, field] of [["Title", name], ["Copy its charts too", charts]]) {
    const label = made("label", field === charts ? "list-check" : "", text);
    label.append(field);
    form.append(label);
  }
  const make = action("Copy", () => form.requestSubmit(), "main");
  const box = dialog(`Copy ${title}`, form, { actions: [action("Cancel", () => box.close()), make] });
  name.select();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    make.disabled = true;
    try {
      const { result } = await ask(`/api/v1/dashboard/${dashboard.id}?q=${encodeURIComponent('{"columns":["json_metadata"]}')}`);
      const body = { dashboard_title: name.value.trim(), json_metadata: result.json_metadata || "{}", duplicate_slices: charts.checked };
      await send("POST", `/api/v1/dashboard/${dashboard.id}/copy/`, body);
      toast(`“${body.dashboard_title}” is made.`);
      box.close();
      await list.load();
    } catch (error) {
      make.disabled = false;
      form.append(said(told(error), "alert"));
    }
  });
}

async function create() {
  const { id } = await send("POST", "/api/v1/dashboard/", { dashboard_title: "Untitled dashboard" });
  location.replace(`/superset/dashboard/${id}/?edit=true`);
}

function show() {
  return new Listing(place, {
    kind: "dashboard",
    one: "dashboard",
    many: "dashboards",
    asked: ASKED,
    columns: [
      { name: "dashboard_title", label: "Title", sorts: true, href: (dashboard) => dashboard.url },
      { name: "owners", label: "Owners", text: (dashboard) => names(dashboard.owners) },
      { name: "published", label: "State", sorts: true, text: (dashboard) => (dashboard.published ? "Published" : "Draft") },
      { name: "changed_by_name", label: "Changed by", sorts: "changed_by.first_name" },
      { name: "changed_on_delta_humanized", label: "Changed", sorts: true },
    ],
    search: (text) => ({ col: "dashboard_title", opr: "title_or_slug", value: text }),
    filters: [
      { name: "owner", label: "Owner", choices: () => related("dashboard", "owners"), filter: (id) => ({ col: "owners", opr: "rel_m_m", value: Number(id) }) },
      { name: "state", label: "State", choices: [["yes", "Published"], ["no", "Draft"]], filter: isYes("published", "eq") },
      { name: "favorite", label: "Favourite", choices: YES_NO, filter: isYes("id", "dashboard_is_favorite") },
      { name: "certified", label: "Certified", choices: YES_NO, filter: isYes("id", "dashboard_is_certified") },
      { name: "tag", label: "Tag", choices: () => related("dashboard", "tags"), filter: (id) => ({ col: "tags", opr: "dashboard_tag_id", value: Number(id) }) },
    ],
    order: ["changed_on_delta_humanized", "desc"],
    wide: "cards",
    stars: true,
    picture: (dashboard) => dashboard.thumbnail_url,
    badges: (dashboard) => [
      ...(dashboard.published ? [] : ["draft"]),
      ...(dashboard.certified_by ? [`certified by ${dashboard.certified_by}`] : []),
      ...dashboard.tags.filter((tag) => tag.type === 1).map((tag) => tag.name),
    ],
    detail: (dashboard) => `Changed ${dashboard.changed_on_delta_humanized}${dashboard.changed_by_name ? ` by ${dashboard.changed_by_name}` : ""}`,
    actions,
    tools: mayWrite === undefined ? [] : [action("New dashboard", () => location.assign("/dashboard/new/"), "main")],
  });
}

if (isNew === undefined) {
  show().load();
} else {
  place.replaceChildren(said("Making a dashboard …"));
  create().catch((error) => {
    console.error(error);
    place.replaceChildren(said(told(error), "alert"));
  });
}
