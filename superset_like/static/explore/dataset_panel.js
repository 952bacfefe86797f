// The dataset that is explored: which it is, its metrics and columns, and another one in its place.

import { action, dialog, made, said, told } from "../elements.js";
import { ask } from "../session.js";
import { kindOf, nameOf } from "./columns.js";
import { loadDataset } from "./loading.js";

const MOST = 50;

export class DatasetPanel {
  constructor(state) {
    this.state = state;
    this.root = made("section", "dataset-panel");
    this.root.setAttribute("aria-label", "Dataset");
    state.on("dataset", () => this.build());
  }

  build() {
    const { dataset } = this.state;
    const change = action(dataset ? "Change" : "Choose a dataset", () => this.#choose(), dataset ? "plain" : "main");
    if (dataset) change.setAttribute("aria-label", "Change the dataset");
    if (!dataset) return this.root.replaceChildren(said("No dataset is chosen, or it is not there any more."), change);
    const head = made("div", "dataset-head");
    const name = made("h2", "", dataset.table_name);
    name.title = [dataset.database?.database_name, dataset.schema, dataset.table_name].filter(Boolean).join(" · ");
    head.append(name, change);
    const search = Object.assign(made("input", "field-input"), { type: "search", placeholder: "Search columns and metrics" });
    search.setAttribute("aria-label", "Search columns and metrics");
    const place = made("div", "dataset-lists");
    search.addEventListener("input", () => this.#paint(place, search.value.toLowerCase()));
    this.#paint(place, "");
    const about = dataset.description ? [made("p", "dataset-about", dataset.description)] : [];
    this.root.replaceChildren(head, ...about, search, place);
  }

  #paint(place, words) {
    const { metrics, columns } = this.state.dataset;
    const fits = (...texts) => texts.some((text) => String(text ?? "").toLowerCase().includes(words));
    const found = [
      ["Metrics", metrics.filter((each) => fits(each.metric_name, each.verbose_name, each.description)).map((each) => line("ƒ", each.verbose_name || each.metric_name, each.description || each.expression))],
      ["Columns", columns.filter((each) => fits(each.column_name, each.verbose_name, each.description)).map((each) => line(kindOf(each), nameOf(each), [each.type, each.description, each.expression].filter(Boolean).join(" · ")))],
    ];
    place.replaceChildren(
      ...found.flatMap(([title, lines]) => {
        const list = made("ul", "dataset-list");
        list.append(...lines);
        return [made("h3", "", `${title} (${lines.length})`), list];
      }),
    );
  }

  #choose() {
    const box = dialog("Dataset", datasetList(async (id) => {
      const dataset = await loadDataset(id);
      box.close();
      this.state.setDataset(dataset);
      this.root.querySelector("button").focus();
    }));
    box.querySelector("input").focus();
  }
}

function line(kind, name, more) {
  const item = made("li");
  item.append(made("span", "dataset-kind", kind), made("span", "", name));
  if (more) {
    item.title = more;
    item.append(made("small", "", more));
  }
  return item;
}

// A field that finds datasets, and those found. chosen(id): one was chosen; what it throws is shown.
export function datasetList(chosen) {
  const box = made("div", "datasets");
  const search = Object.assign(made("input", "field-input"), { type: "search", placeholder: "Search datasets" });
  search.setAttribute("aria-label", "Search datasets");
  const place = made("div", "dataset-found");
  place.setAttribute("aria-live", "polite");
  let turn = 0;

  async function find() {
    const mine = ++turn;
    const filters = search.value.trim() ? [{ col: "table_name", opr: "ct", value: search.value.trim() }] : [];
    const q = { columns: ["id", "table_name", "schema", "database.database_name", "kind"], filters, order_column: "table_name", order_direction: "asc", page_size: MOST };
    try {
      const { result, count } = await ask(`/api/v1/dataset/?q=${encodeURIComponent(JSON.stringify(q))}`);
      if (mine !== turn) return;
      place.replaceChildren(...result.map(item));
      if (!result.length) place.append(said("No dataset is called like that, or none that you may see."));
      if (count > result.length) place.append(said(`${(count - result.length).toLocaleString()} more: search for them.`));
    } catch (error) {
      if (mine === turn) place.replaceChildren(said(told(error), "alert"));
    }
  }

  function item(record) {
    const button = action("", async () => {
      try {
        await chosen(record.id, record.table_name);
      } catch (error) {
        place.prepend(said(told(error), "alert"));
      }
    }, "dataset-item");
    const where = [record.database?.database_name, record.schema, record.kind === "virtual" ? "SQL" : ""].filter(Boolean).join(" · ");
    button.append(made("strong", "", record.table_name), made("small", "", where));
    return button;
  }

  let pause;
  search.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(find, 200);
  });
  find();
  box.append(search, place);
  return box;
}
