import { draw, whenNear } from "./drawing.js";

const theme = document.getElementById("gallery-theme");
const state = document.getElementById("gallery-state");
const figures = [...document.querySelectorAll(".drawing")];

function paint(figure) {
  const example = JSON.parse(figure.nextElementSibling.textContent);
  figure.dataset.near = "yes";
  figure.classList.toggle("dark", theme.value === "dark");
  figure.classList.toggle("light", theme.value === "light");
  return draw(figure, figure.dataset.module, example.form_data, example.results, theme.value);
}

for (const figure of figures) whenNear(figure, () => paint(figure));
theme.addEventListener("change", async () => {
  // What is drawn of elements takes its colours from the page.
  document.documentElement.dataset.theme = theme.value;
  await Promise.all(figures.filter((figure) => figure.dataset.near).map(paint));
  state.textContent = `Drawn in ${theme.selectedOptions[0].textContent.toLowerCase()}.`;
});
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const figure of figures) if (figure.dataset.near && theme.value === "auto") paint(figure);
});
