// How a page of a list is shown: as cards with pictures, or as a table whose heads sort. See lists.js.

import { made, toast, told } from "./elements.js";

export function cards(listing) {
  const list = made("ul", "list-cards");
  list.append(...listing.records.map((record) => card(listing, record)));
  return list;
}

function card(listing, record) {
  const [column] = listing.columns;
  const name = nameOf(column, record);
  const item = made("li", "list-card");
  const link = made("a", "list-card-name", name);
  link.href = column.href(record);
  const head = made("div", "list-card-head");
  head.append(link, ...tools(listing, record, name));
  item.append(picture(listing.picture?.(record)), head, line(listing, record));
  return item;
}

// The picture is an ornament: its name stands below it.
function picture(address) {
  const place = made("div", "list-picture");
  place.setAttribute("aria-hidden", "true");
  place.append(...["tall", "", "", "broad"].map((look) => made("span", `list-sketch ${look}`.trim())));
  if (!address) return place;
  const image = Object.assign(made("img"), { loading: "lazy", alt: "" });
  image.addEventListener("load", () => place.replaceChildren(image));
  image.addEventListener("error", () => image.remove());
  image.src = address;
  place.append(image);
  return place;
}

function line(listing, record) {
  const quiet = made("p", "list-card-line");
  quiet.append(...listing.badges(record).map((text) => made("span", "list-badge", text)));
  if (listing.detail) quiet.append(made("span", "", listing.detail(record)));
  return quiet;
}

export function table(listing) {
  const box = made("div", "list-scroll");
  const shown = made("table", "list-table");
  const head = shown.createTHead().insertRow();
  head.append(...listing.columns.map((column) => heading(listing, column)), made("td"));
  const body = shown.createTBody();
  for (const record of listing.records) {
    const row = body.insertRow();
    listing.columns.forEach((column, at) => row.append(at ? cell(column, record) : nameCell(listing, column, record)));
    const last = row.insertCell();
    last.className = "list-tools-cell";
    last.append(...tools(listing, record, nameOf(listing.columns[0], record)));
  }
  box.append(shown);
  return box;
}

function heading(listing, column) {
  const place = made("th");
  place.scope = "col";
  if (!column.sorts) {
    place.textContent = column.label;
    return place;
  }
  const order = column.sorts === true ? column.name : column.sorts;
  const isOrdered = listing.state.order === order;
  const down = listing.state.direction === "desc";
  place.setAttribute("aria-sort", isOrdered ? (down ? "descending" : "ascending") : "none");
  const button = made("button", "", `${column.label}${isOrdered ? (down ? " ↓" : " ↑") : ""}`);
  button.type = "button";
  button.dataset.sorts = order;
  button.addEventListener("click", () => listing.sortBy(order));
  place.append(button);
  return place;
}

function nameCell(listing, column, record) {
  const place = made("th", "list-name");
  place.scope = "row";
  const link = made("a", "", nameOf(column, record));
  link.href = column.href(record);
  place.append(link, ...listing.badges(record).map((text) => made("span", "list-badge", text)));
  return place;
}

function cell(column, record) {
  return made("td", "", column.text ? column.text(record) : String(record[column.name] ?? ""));
}

function nameOf(column, record) {
  return String(record[column.name] || `Untitled ${record.id}`);
}

function tools(listing, record, name) {
  const found = listing.stars ? [star(listing, record, name)] : [];
  const more = listing.menuOf(record, name);
  return more ? [...found, more] : found;
}

function star(listing, record, name) {
  const button = made("button", "list-star");
  button.type = "button";
  const show = () => {
    const on = listing.starred.has(record.id);
    button.textContent = on ? "★" : "☆";
    button.setAttribute("aria-pressed", String(on));
  };
  button.setAttribute("aria-label", `Star ${name}`);
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await listing.star(record, !listing.starred.has(record.id));
    } catch (error) {
      toast(told(error), "failed");
    }
    button.disabled = false;
    show();
    button.focus();
  });
  show();
  return button;
}
