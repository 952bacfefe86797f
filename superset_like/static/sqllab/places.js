// Where a tab's SQL runs: its database, its catalog where there are several, its schema.

import { made, said, told } from "../elements.js";
import * as catalog from "./catalog.js";

export class Places {
  // changed(): the tab's place is another now.
  constructor({ changed }) {
    this.changed = changed;
    this.element = made("div", "places");
    this.trouble = made("div", "places-trouble");
    this.choices = Object.fromEntries(["database", "catalog", "schema"].map((name) => [name, this.#choice(name)]));
    this.element.append(...Object.values(this.choices).map(({ box }) => box), this.trouble);
  }

  #choice(name) {
    const box = made("div", "place");
    const label = made("label", "", name[0].toUpperCase() + name.slice(1));
    const select = made("select", "lab-select");
    select.id = `place-${name}`;
    label.htmlFor = select.id;
    select.addEventListener("change", () => this.#chosen(name, select.value));
    box.append(label, select);
    return { box, select };
  }

  async load() {
    this.all = await catalog.databases();
    return this.all;
  }

  of(tab) {
    return this.all?.find(({ id }) => id === tab.database);
  }

  // Shows the tab's place, and gives it one where it has none.
  async show(tab) {
    this.tab = tab;
    const known = this.of(tab);
    if (!known) tab.database = this.all[0]?.id ?? null;
    const { database, catalog: catalogs } = this.choices;
    fill(database.select, this.all.map(({ id, database_name: name }) => [String(id), name]), String(tab.database));
    const severals = this.of(tab)?.allow_multi_catalog;
    catalogs.box.hidden = !severals;
    this.trouble.replaceChildren();
    if (!tab.database) return;
    try {
      if (severals) {
        const names = await catalog.catalogs(tab.database);
        if (this.tab !== tab) return;
        if (!names.includes(tab.catalog)) tab.catalog = names[0] ?? null;
        fill(catalogs.select, names.map((name) => [name, name]), tab.catalog);
      } else tab.catalog = null;
      await this.#schemas(tab);
    } catch (error) {
      if (this.tab === tab) this.trouble.replaceChildren(said(told(error), "alert"));
    }
  }

  async #schemas(tab) {
    const names = await catalog.schemas(tab);
    if (this.tab !== tab) return;
    if (!names.includes(tab.schema)) tab.schema = usual(names);
    fill(this.choices.schema.select, names.map((name) => [name, name]), tab.schema);
  }

  async #chosen(name, value) {
    const { tab } = this;
    tab[name] = name === "database" ? Number(value) : value;
    if (name === "database") Object.assign(tab, { catalog: null, schema: null });
    if (name === "catalog") tab.schema = null;
    await this.show(tab);
    if (this.tab === tab) this.changed();
  }
}

const usual = (names) => ["public", "main", "dbo"].find((name) => names.includes(name)) ?? names[0] ?? null;

function fill(select, options, chosen) {
  select.replaceChildren(...options.map(([value, text]) => Object.assign(made("option", "", text), { value })));
  select.value = chosen ?? "";
  select.disabled = !options.length;
}
