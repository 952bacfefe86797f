// A currency before or after numbers: {symbol: its code, symbolPosition: prefix or suffix}.

import { made } from "../elements.js";
import { input, select } from "./editor_rows.js";

const CODES = ["EUR", "USD", "GBP", "JPY", "CHF", "CNY", "INR", "BRL", "MXN", "SEK", "AUD", "CAD"];
const PLACES = [["prefix", "Before the number"], ["suffix", "After the number"]];

// {rows, read()} of a dialog; read gives undefined for none.
export function currencyRows(held) {
  const code = input("Currency", { type: "text", value: held?.symbol ?? "", maxLength: 12, placeholder: "None" }, CODES);
  const place = select("Currency sign", PLACES, held?.symbolPosition ?? "prefix");
  const read = () => (code.field.value.trim() ? { symbol: code.field.value.trim(), symbolPosition: place.field.value } : undefined);
  const show = () => (place.row.hidden = !code.field.value.trim());
  code.field.addEventListener("input", show);
  show();
  return { rows: [code.row, place.row], fields: [code.field, place.field], read };
}

export function currencyField({ control, id, value, set }) {
  const box = made("span", "bounds");
  const { rows, fields, read } = currencyRows(value());
  fields[0].id = id;
  fields[0].setAttribute("aria-label", control.label);
  fields[1].setAttribute("aria-label", `${control.label}, place`);
  // In the form the label stands above both.
  box.append(...fields, ...rows[0].querySelectorAll("datalist"));
  box.addEventListener("change", () => set(read()));
  return box;
}
