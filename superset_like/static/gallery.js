import { clear, dark, draw, whenNear } from "./drawing.js";
import { said } from "./elements.js";

const theme = document.getElementById("gallery-theme");
const artist = document.getElementById("gallery-artist");
const state = document.getElementById("gallery-state");
const figures = [...document.querySelectorAll(".drawing")];

function paint(figure) {
  figure.dataset.near = "yes";
  figure.classList.toggle("dark", theme.value === "dark");
  figure.classList.toggle("light", theme.value === "light");
  if (artist.value === "server") return fetched(figure);
  const example = JSON.parse(figure.nextElementSibling.textContent);
  return draw(figure, figure.dataset.module, example.form_data, example.results, theme.value);
}

// The server's drawing of the same example, in the size that it has here.
async function fetched(figure) {
  const [folder] = figure.dataset.module.split("/");
  const look = new URLSearchParams({
    width: figure.clientWidth,
    height: figure.clientHeight,
    theme: dark(theme.value) ? "dark" : "light",
  });
  const picture = Object.assign(new Image(), { src: `/gallery/${folder}.svg?${look}`, alt: "" });
  figure.setAttribute("aria-busy", "true");
  clear(figure);
  try {
    await picture.decode();
    figure.replaceChildren(picture);
  } catch {
    figure.replaceChildren(said("The server did not draw this; perhaps it lacks the extra `pictures`.", "alert"));
  } finally {
    figure.setAttribute("aria-busy", "false");
  }
}

async function again() {
  // What is drawn of elements takes its colours from the page.
  document.documentElement.dataset.theme = theme.value;
  await Promise.all(figures.filter((figure) => figure.dataset.near).map(paint));
  const by = artist.value === "server" ? "by the server" : "here";
  state.textContent = `Drawn ${by} in ${theme.selectedOptions[0].textContent.toLowerCase()}.`;
}

for (const figure of figures) whenNear(figure, () => paint(figure));
theme.addEventListener("change", again);
artist.addEventListener("change", again);
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const figure of figures) if (figure.dataset.near && theme.value === "auto") paint(figure);
});
