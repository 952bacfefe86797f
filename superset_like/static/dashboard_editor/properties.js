// The properties of a dashboard: names, people, looks, how it behaves, and its JSON metadata for who knows them.

import { SCHEME_NAMES } from "/chart_types/base.js";
import { action, dialog, made, said } from "../elements.js";
import { ask } from "../session.js";
import { check, chooser, group, jsonObjection, labelled, select, textArea, textField } from "./fields.js";

const REFRESHES = [[0, "Not by itself"], [10, "Every 10 seconds"], [30, "Every 30 seconds"], [60, "Every minute"], [300, "Every 5 minutes"], [1800, "Every 30 minutes"], [3600, "Every hour"], [21600, "Every 6 hours"], [43200, "Every 12 hours"], [86400, "Every day"]];

export function propertiesDialog(editor) {
  const { facts, metadata } = editor.state;
  const fields = {
    dashboard_title: textField(facts.dashboard_title, { maxLength: 500 }),
    slug: textField(facts.slug, { maxLength: 255 }),
    certified_by: textField(facts.certified_by),
    certification_details: textField(facts.certification_details),
    css: textArea(facts.css, { rows: 6 }),
  };
  const owners = chooser("Owners", "owners", facts.owners);
  const roles = chooser("Roles", "roles", facts.roles);
  const published = check("Published: who may see its data finds it in the list", facts.published);
  const scheme = select([["", "Each chart's own"], ...SCHEME_NAMES.map((name) => [name, name])], metadata.color_scheme ?? "");
  const theme = themeField(facts);
  const refresh = select(REFRESHES, metadata.refresh_frequency ?? 0);
  const crossed = check("Cross filters: a click on a chart filters the others", metadata.cross_filters_enabled ?? true);
  // The filters have a dialog of their own, the layout is on the page.
  const json = textArea(JSON.stringify(metadata, null, 2), { rows: 12 });
  const problem = said("", "alert");
  problem.hidden = true;
  const expert = made("details", "edit-expert");
  expert.append(made("summary", "", "JSON metadata"), labelled("All that the dashboard knows besides its layout", json, "For experts. It is taken as it is; fields above that were changed win."));

  const form = made("form", "edit-form");
  form.append(
    labelled("Title", fields.dashboard_title),
    labelled("Slug", fields.slug, "A readable address: /superset/dashboard/SLUG/"),
    owners,
    group("Who sees it", published, roles, made("small", "", "With roles, a published dashboard is for these roles only.")),
    group("Certification", labelled("Certified by", fields.certified_by), labelled("Details", fields.certification_details)),
    group("Looks and behaviour", labelled("Theme", theme), labelled("Colour scheme", scheme), labelled("Refresh", refresh), crossed, labelled("CSS", fields.css)),
    expert, problem,
  );
  const box = dialog("Properties", form, { actions: [action("Cancel", () => box.close()), action("Apply", () => form.requestSubmit(), "main")] });
  fields.dashboard_title.focus();

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const why = objection();
    problem.hidden = !why;
    problem.textContent = why;
    if (why) return problem.scrollIntoView({ block: "nearest" });
    box.close();
    editor.change({ facts: changedFacts(), metadata: changedMetadata() }, "The properties are changed; Save keeps them.");
  });

  function objection() {
    const slug = fields.slug.value.trim();
    if (/^\d+$/.test(slug) || slug.includes("/")) return "Slug: it may not be a number nor hold a slash.";
    if (!owners.chosen.length) return "Owners: somebody has to own it.";
    const why = jsonObjection(json.value);
    if (why) expert.open = true;
    return why && `JSON metadata: ${why}`;
  }

  function changedFacts() {
    const made_ = { ...facts };
    for (const [name, field] of Object.entries(fields)) if (field.value !== facts[name]) made_[name] = name === "css" ? field.value : field.value.trim();
    const worn = Number(theme.value) || null;
    if (worn !== facts.theme_id) Object.assign(made_, { theme_id: worn, theme_name: theme.selectedOptions[0].text });
    if (published.box.checked !== facts.published) made_.published = published.box.checked;
    for (const [name, { chosen }] of [["owners", owners], ["roles", roles]]) {
      if (chosen.map((each) => each.id).join() !== facts[name].map((each) => each.id).join()) made_[name] = chosen;
    }
    return made_;
  }

  function changedMetadata() {
    const made_ = JSON.parse(json.value);
    delete made_.positions;
    if (scheme.value !== (metadata.color_scheme ?? "")) made_.color_scheme = scheme.value;
    if (Number(refresh.value) !== (metadata.refresh_frequency ?? 0)) made_.refresh_frequency = Number(refresh.value);
    if (crossed.box.checked !== (metadata.cross_filters_enabled ?? true)) made_.cross_filters_enabled = crossed.box.checked;
    return made_;
  }
}

// The theme that the dashboard wears, and the others as soon as they are known.
function themeField(facts) {
  const worn = facts.theme_id ? [[facts.theme_id, facts.theme_name]] : [];
  const field = select([["", "The usual one"], ...worn], facts.theme_id ?? "");
  const wish = "(columns:!(id,theme_name),order_column:theme_name,order_direction:asc,page_size:100)";
  ask(`/api/v1/theme/?q=${encodeURIComponent(wish)}`).then(({ result }) => {
    const others = result.filter((each) => each.id !== facts.theme_id);
    field.append(...others.map((each) => new Option(each.theme_name, each.id)));
  }, console.error);
  return field;
}
