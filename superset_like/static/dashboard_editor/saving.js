// Reading and writing the dashboard that is edited. A write names the version that was read: who saved meanwhile is not
// overwritten unless the reader says so.

import { action, dialog, made, toast, told } from "../elements.js";
import { answered, ask } from "../session.js";
import { stored } from "./layout.js";
import { settled } from "./scope.js";

const OUTDATED = new Set([409, 412]);
const FACTS = ["dashboard_title", "slug", "css", "published", "certified_by", "certification_details", "owners", "roles", "theme_id"];

// {record, charts, tag}: what is stored, and its version.
export async function read(id) {
  const [answer, charts] = await Promise.all([answered("GET", `/api/v1/dashboard/${id}`), ask(`/api/v1/dashboard/${id}/charts`)]);
  return { record: (await answer.json()).result, charts: charts.result, tag: answer.headers.get("ETag") };
}

export class Saving {
  constructor(editor, record, tag) {
    Object.assign(this, { editor, record, tag });
  }

  // The state at the beginning. facts: what the dashboard's columns hold; owners and roles as {id, name}.
  opened(layout) {
    const { record } = this;
    const facts = Object.fromEntries(FACTS.map((name) => [name, record[name] ?? ""]));
    facts.published = Boolean(record.published);
    facts.owners = record.owners.map((owner) => ({ id: owner.id, name: `${owner.first_name} ${owner.last_name}`.trim() }));
    facts.roles = record.roles.map((role) => ({ id: role.id, name: role.name }));
    facts.theme_id = record.theme?.id ?? null;
    facts.theme_name = record.theme?.theme_name ?? "";
    this.facts = facts;
    return { layout, metadata: JSON.parse(record.json_metadata || "{}") ?? {}, facts };
  }

  async save(tag = this.tag) {
    const { editor } = this;
    editor.keeping.disabled = true;
    editor.tell("Saving …");
    try {
      const answer = await answered("PUT", `/api/v1/dashboard/${editor.id}`, this.#body(), { headers: tag ? { "If-Match": tag } : {} });
      this.tag = answer.headers.get("ETag");
      editor.history.keep();
      editor.close(true);
    } catch (error) {
      editor.keeping.disabled = false;
      editor.tell("");
      if (OUTDATED.has(error.status)) await this.#conflict();
      else toast(`Not saved: ${words(error)}`, "failed");
    }
  }

  #body() {
    const { layout, metadata, facts } = this.editor.state;
    const { saved } = this.editor.history;
    const body = {};
    // The filters are kept with the charts that they are for in this layout: both are written, or neither.
    if (!isSame(layout, saved.layout) || !isSame(metadata, saved.metadata)) {
      body.json_metadata = JSON.stringify({ ...settled(metadata, layout), positions: stored(layout, facts.dashboard_title) });
    }
    for (const name of FACTS.filter((each) => facts[each] !== this.facts[each])) {
      body[name] = Array.isArray(facts[name]) ? facts[name].map((each) => each.id) : facts[name];
    }
    return body;
  }

  async #conflict() {
    const { editor } = this;
    let now;
    try {
      now = await read(editor.id);
    } catch (error) {
      return toast(`Not saved: ${words(error)}`, "failed");
    }
    const by = now.record.changed_by_name || "Somebody";
    const sentence = made("p", "", `${by} saved this dashboard ${now.record.changed_on_delta_humanized}, after you began. Your changes are still here.`);
    const box = dialog("Somebody else saved meanwhile", sentence, {
      actions: [
        action("Keep editing", () => box.close()),
        action("Load theirs, lose mine", () => {
          box.close();
          editor.history.keep();
          editor.close(false);
        }, "danger"),
        action("Overwrite theirs", () => {
          box.close();
          this.save(now.tag);
        }, "main"),
      ],
    });
  }
}

function isSame(one, other) {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

function words(error) {
  const fields = Object.entries(error.fields ?? {}).map(([name, texts]) => `${name}: ${[texts].flat().join(", ")}`);
  return fields.length ? fields.join("; ") : told(error);
}

