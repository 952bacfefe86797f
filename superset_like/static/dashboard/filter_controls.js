// The controls of native filters. Each is {element, show(), depend(), first?()}: show() reads its mask anew, depend() is told
// that a filter changed on which it depends, first() takes the first value that is offered.

import { action, made, said } from "../elements.js";
import { shownAs } from "./filters.js";

const SPANS = ["Last day", "Last week", "Last month", "Last quarter", "Last year", "Current month", "Current year"];
const GRAINS = {
  PT1S: "Second", PT1M: "Minute", PT5M: "5 minutes", PT10M: "10 minutes", PT15M: "15 minutes", PT30M: "30 minutes",
  PT1H: "Hour", PT6H: "6 hours", P1D: "Day", P1W: "Week", P1M: "Month", P3M: "Quarter", "P0.25Y": "Quarter", P1Y: "Year",
};
const MOST_SHOWN = 200;
const NAMED = 3;
const TIME = 2;

export function controlOf(native, bar) {
  const make = { filter_select: values, filter_range: range, filter_time: time, filter_timecolumn: choice, filter_timegrain: choice };
  return make[native.filterType](native, bar);
}

function columnOf(native) {
  return (native.targets ?? []).find((each) => each?.column?.name)?.column.name;
}

// A box that opens under its name and its value; Escape and a click elsewhere close it. opened(): called when it opens.
function opening(native, opened) {
  const element = made("details", "dash-filter");
  const summary = made("summary");
  const panel = made("div", "dash-filter-panel");
  element.append(summary, panel);
  const outside = (event) => !element.contains(event.target) && (element.open = false);
  element.addEventListener("toggle", () => {
    if (element.open) {
      document.addEventListener("pointerdown", outside, true);
      opened();
    } else document.removeEventListener("pointerdown", outside, true);
  });
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !element.open) return;
    element.open = false;
    summary.focus();
    event.stopPropagation();
  });
  return { element, panel, name: (text) => named(summary, native, text) };
}

function named(summary, native, text) {
  const isWanted = native.controlValues?.enableEmptyFilter;
  summary.replaceChildren(made("b", "", native.name ?? "Filter"), isWanted ? " *: " : ": ", text);
}

// Values with a search field and check boxes.
function values(native, bar) {
  const { filters } = bar;
  const controls = native.controlValues ?? {};
  const isSingle = controls.multiSelect === false;
  const box = opening(native, () => offered || load());
  const list = made("div", "dash-values");
  const search = Object.assign(made("input"), { type: "search", placeholder: "Search" });
  let offered = null;
  let typing = null;
  let turn = 0;
  search.setAttribute("aria-label", `Search the values of ${native.name}`);
  list.setAttribute("role", "group");
  list.setAttribute("aria-label", `Values of ${native.name}`);
  box.panel.append(search, list);

  const chosen = () => [filters.mask(native.id).filterState.value ?? []].flat();
  const told = (value) => (offered?.kind === TIME && typeof value === "number" ? moment(value) : shownAs(value));

  function show() {
    const all = chosen();
    const named_ = all.slice(0, NAMED).map(told).join(", ") + (all.length > NAMED ? ` +${all.length - NAMED}` : "");
    box.name(all.length ? (controls.inverseSelection ? `not ${named_}` : named_) : "All");
    if (offered) paint();
  }

  function choose(all) {
    const op = controls.inverseSelection ? "NOT IN" : "IN";
    const asked = all.length ? { filters: [{ col: columnOf(native), op, val: all }] } : {};
    filters.set(native.id, {
      extraFormData: asked,
      filterState: { value: all.length ? all : null, label: all.length ? all.map(told).join(", ") : undefined },
    });
  }

  function paint() {
    const text = search.value.toLowerCase();
    const all = chosen();
    const found = offered.values.filter((value) => told(value).toLowerCase().includes(text));
    const listed = [...all.filter((value) => !text && !found.includes(value)), ...found].slice(0, MOST_SHOWN);
    const focused = document.activeElement?.closest?.(".dash-value")?.dataset.value;
    list.replaceChildren(
      ...listed.map((value) => {
        const label = made("label", "dash-value");
        label.dataset.value = JSON.stringify(value);
        const check = Object.assign(made("input"), { type: "checkbox", checked: all.includes(value) });
        check.addEventListener("change", () => {
          const kept = isSingle ? [] : chosen().filter((each) => each !== value);
          choose(check.checked ? [...kept, value] : kept);
        });
        label.append(check, made("span", "", told(value)));
        return label;
      }),
    );
    if (!listed.length) list.append(made("p", "said", "No value."));
    if (offered.truncated || found.length > MOST_SHOWN) list.append(made("p", "said", "There are more: search for them."));
    if (focused) [...list.children].find((each) => each.dataset.value === focused)?.querySelector("input").focus();
  }

  // Whether the values came, and nothing else was asked meanwhile.
  async function load(text = "") {
    const mine = (turn += 1);
    if (!offered) list.replaceChildren(made("p", "said loading", "Loading …"));
    try {
      const found = await bar.offered(native, text);
      if (mine !== turn) return false;
      offered = { ...found, isPart: Boolean(text) };
      show();
      return true;
    } catch (error) {
      console.error(error);
      if (mine !== turn) return false;
      list.replaceChildren(said("The values could not be loaded.", "alert"));
      offered = null;
      return false;
    }
  }

  search.addEventListener("input", () => {
    clearTimeout(typing);
    if (controls.searchAllOptions || offered?.truncated || offered?.isPart) {
      typing = setTimeout(() => load(search.value.trim()), 250);
    } else if (offered) paint();
  });
  show();
  return {
    element: box.element,
    show,
    async depend() {
      offered = null;
      turn += 1;
      search.value = "";
      if (!filters.isSet(native.id)) return void (box.element.open && load());
      if (!(await load()) || offered.truncated) return;
      const kept = chosen().filter((value) => offered.values.includes(value));
      if (kept.length < chosen().length) choose(kept);
    },
    async first() {
      offered = await bar.offered(native);
      if (!offered.values.length) return;
      const val = [offered.values[0]];
      const op = controls.inverseSelection ? "NOT IN" : "IN";
      filters.restore({
        [native.id]: {
          extraFormData: { filters: [{ col: columnOf(native), op, val }] },
          filterState: { value: val, label: told(val[0]) },
        },
      });
      show();
    },
  };
}

// Two numbers, of which either may be left out.
function range(native, bar) {
  const { filters } = bar;
  const element = made("fieldset", "dash-filter");
  element.append(made("legend", "", native.name ?? "Range"));
  const fields = ["From", "To"].map((label) => {
    const field = Object.assign(made("input"), { type: "number", step: "any", placeholder: label });
    field.setAttribute("aria-label", `${native.name}: ${label.toLowerCase()}`);
    element.append(field);
    return field;
  });
  let isOffered = false;
  let turn = 0;

  async function offer() {
    if (isOffered) return;
    isOffered = true;
    const mine = (turn += 1);
    const { min, max } = await bar.offered(native).catch(() => ({}));
    if (mine !== turn) return;
    [min, max].forEach((bound, at) => {
      if (bound !== null && bound !== undefined) fields[at].placeholder = `${fields[at].getAttribute("placeholder").split(" ")[0]} ${bound}`;
    });
  }

  element.addEventListener("focusin", offer);
  element.addEventListener("change", () => {
    const [low, high] = fields.map((field) => (field.value === "" ? null : Number(field.value)));
    const isCrossed = low !== null && high !== null && low > high;
    fields[1].setCustomValidity(isCrossed ? "The second number is smaller than the first." : "");
    if (isCrossed) return void fields[1].reportValidity();
    const col = columnOf(native);
    const asked = [
      ...(low !== null ? [{ col, op: ">=", val: low }] : []),
      ...(high !== null ? [{ col, op: "<=", val: high }] : []),
    ];
    const label = asked.map(({ op, val }) => `${op === ">=" ? "≥" : "≤"} ${val}`).join(" and ");
    filters.set(native.id, {
      extraFormData: asked.length ? { filters: asked } : {},
      filterState: asked.length ? { value: [low, high], label } : { value: null },
    });
  });

  function show() {
    const bounds = filters.mask(native.id).filterState.value ?? [];
    fields.forEach((field, at) => (field.value = bounds[at] ?? ""));
  }

  show();
  return {
    element,
    show,
    async depend() {
      isOffered = false;
    },
  };
}

// A stretch of time: one of the usual ones, two days, or as the reader writes it.
function time(native, bar) {
  const { filters } = bar;
  const box = opening(native, () => {});
  const usual = made("div", "dash-spans");
  const set = (span) => {
    filters.set(native.id, { extraFormData: span ? { time_range: span } : {}, filterState: { value: span || null } });
    box.element.open = false;
    box.element.querySelector("summary").focus();
  };
  usual.append(action("No filter", () => set("")), ...SPANS.map((span) => action(span, () => set(span))));
  const days = ["From", "To"].map((label) => {
    const field = Object.assign(made("input"), { type: "date" });
    const named_ = made("label", "dash-day", label);
    named_.append(field);
    return [named_, field];
  });
  const [[, from], [, to]] = days;
  const between = () => (from.value || to.value) && set(`${from.value} : ${to.value}`);
  const words = Object.assign(made("input"), { type: "text", placeholder: "Last 7 days" });
  const written = made("label", "dash-day", "Or in words");
  written.append(words);
  words.addEventListener("keydown", (event) => event.key === "Enter" && set(words.value.trim()));
  const apply = action("Set", () => (words.value.trim() ? set(words.value.trim()) : between()), "main");
  box.panel.append(usual, ...days.map(([label]) => label), written, apply);

  function show() {
    const span = filters.mask(native.id).filterState.value ?? filters.mask(native.id).extraFormData.time_range;
    box.name(span || "No filter");
    const parts = /^\s*(\d{4}-\d\d-\d\d)?\S*\s:\s(\d{4}-\d\d-\d\d)?/.exec(span ?? "") ?? [];
    from.value = parts[1] ?? "";
    to.value = parts[2] ?? "";
    words.value = parts.length ? "" : (span ?? "");
  }

  show();
  return { element: box.element, show, async depend() {} };
}

// One of the columns that hold a time, or one of the steps to which time is cut.
function choice(native, bar) {
  const { filters } = bar;
  const isGrain = native.filterType === "filter_timegrain";
  const element = made("label", "dash-filter", `${native.name ?? (isGrain ? "Time grain" : "Time column")} `);
  const field = made("select");
  element.append(field);
  let offered = null;
  const told = (value) => (isGrain ? (GRAINS[value] ?? value) : value);

  async function offer() {
    if (offered) return;
    offered = (await bar.offered(native).catch(() => null))?.values ?? null;
    show();
  }

  field.addEventListener("focus", offer);
  field.addEventListener("pointerdown", offer);
  field.addEventListener("change", () => {
    const { value } = field;
    const name = isGrain ? "time_grain_sqla" : "granularity_sqla";
    filters.set(native.id, {
      extraFormData: value ? { [name]: value } : {},
      filterState: value ? { value: [value], label: told(value) } : { value: null },
    });
  });

  function show() {
    const [value = ""] = [filters.mask(native.id).filterState.value ?? []].flat();
    const all = [...new Set([...(offered ?? []), ...(value ? [value] : [])])];
    field.replaceChildren(new Option("As the charts say", ""), ...all.map((each) => new Option(told(each), each)));
    field.value = value;
  }

  show();
  // The choices of a field that opens by itself have to be there before it does.
  offer();
  return {
    element,
    show,
    async depend() {},
    async first() {
      await offer();
      if (offered?.length) {
        const extra = { [isGrain ? "time_grain_sqla" : "granularity_sqla"]: offered[0] };
        filters.restore({ [native.id]: { extraFormData: extra, filterState: { value: [offered[0]], label: told(offered[0]) } } });
        show();
      }
    },
  };
}

function moment(value) {
  return new Date(value).toISOString().replace("T", " ").replace(/(\.000)?Z$/, "").replace(/ 00:00:00$/, "");
}
