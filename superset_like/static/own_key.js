// The page of one's key: it is covered until one asks to see it.

import { copy } from "./elements.js";

const key = document.getElementById("key");
const show = document.getElementById("show-key");

show.addEventListener("click", () => {
  const isShown = key.type === "password";
  key.type = isShown ? "text" : "password";
  show.setAttribute("aria-pressed", String(isShown));
});

document.getElementById("copy-key").addEventListener("click", () => copy(key.value, "The key is copied."));
