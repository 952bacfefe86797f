// Choosing the type of a chart, among small pictures of each.

import { draw, modules, whenNear } from "../drawing.js";
import { dialog, made, said } from "../elements.js";

// The reader chooses another type for what is explored.
export function choose(state) {
  const box = dialog("Chart type", typeList(state.forms, state.formData.viz_type, (vizType) => {
    box.close();
    if (vizType !== state.formData.viz_type) state.setType(vizType);
    document.querySelector(".type-button")?.focus();
  }), { wide: true });
  box.querySelector("input").focus();
}

// A field that finds types, and the types by category. chosen(viz_type): one was chosen.
export function typeList(forms, present, chosen) {
  const box = made("div", "types");
  const search = Object.assign(made("input", "field-input"), { type: "search", placeholder: "Search types" });
  search.setAttribute("aria-label", "Search types");
  const place = made("div", "type-groups");
  const all = forms.offered().map((each) => ({ ...each, button: typeButton(each, each.viz_type === present, chosen) }));

  function paint() {
    const words = search.value.toLowerCase();
    const found = all.filter((each) => `${each.title} ${each.category} ${each.about}`.toLowerCase().includes(words));
    const categories = [...new Set(found.map((each) => each.category))];
    place.replaceChildren(
      ...categories.map((category, at) => {
        const group = made("section", "type-group");
        const title = made("h3", "", category);
        title.id = `types-${at}`;
        group.setAttribute("aria-labelledby", title.id);
        const list = made("div", "type-grid");
        list.append(...found.filter((each) => each.category === category).map((each) => each.button));
        group.append(title, list);
        return group;
      }),
    );
    if (!found.length) place.append(said("No type is like that."));
  }

  search.addEventListener("input", paint);
  paint();
  box.append(search, place);
  return box;
}

function typeButton(offered, isChosen, chosen) {
  const button = made("button", "type-card");
  button.type = "button";
  button.dataset.type = offered.viz_type;
  button.setAttribute("aria-pressed", String(isChosen));
  const picture = made("span", "type-picture");
  picture.setAttribute("aria-hidden", "true");
  const words = made("span", "type-words");
  words.append(made("strong", "", offered.title), made("small", "", offered.about));
  button.append(picture, words);
  button.addEventListener("click", () => chosen(offered.viz_type));
  whenNear(button, () => sketch(picture, offered));
  return button;
}

// The example of the type, as this type draws it; nothing for a type that draws none.
async function sketch(place, { folder, viz_type: vizType }) {
  const [drawers, examples] = await known();
  if (!drawers[vizType] || !examples[folder] || !place.isConnected) return;
  const { form_data: formData, results } = examples[folder];
  const plain = { ...formData, viz_type: vizType, show_legend: false, y_axis_title: "", x_axis_title: "" };
  const figure = made("span", "type-figure");
  place.replaceChildren(figure);
  await draw(figure, drawers[vizType], plain, results);
  figure.querySelector("svg")?.setAttribute("focusable", "false");
}

let asked = null;

// Asked for once for all types; after a failure, by the next.
function known() {
  asked ??= Promise.all([modules(), fetch("/chart_types/examples.json").then((answer) => answer.json())]).catch((error) => {
    asked = null;
    throw error;
  });
  return asked;
}
