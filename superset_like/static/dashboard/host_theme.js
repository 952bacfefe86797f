// The colours, letters and corners of the site that embeds a dashboard, as it tells them in Ant Design's tokens.

const COLOURS = {
  colorPrimary: ["--accent", "--link"],
  colorLink: ["--link"],
  colorBgBase: ["--surface"],
  colorBgContainer: ["--surface"],
  colorBgLayout: ["--ground"],
  colorTextBase: ["--text"],
  colorText: ["--text"],
  colorTextSecondary: ["--quiet"],
  colorBorder: ["--line"],
  colorError: ["--danger"],
};
const FONT = /^[\p{L}\p{N}\s,"'_-]{1,200}$/u;
const sheet = new CSSStyleSheet();

// Dresses the page. config: {token, algorithm}, or one such for each mode: {theme_default, theme_dark}. Returns what charts
// take of it: {light, dark}, each {accent, text, surface}; and the mode that it wants, if any.
export function applyTheme(config) {
  const light = partOf(config?.theme_default ?? config);
  const dark = partOf(config?.theme_dark ?? (config?.theme_default ? {} : config));
  sheet.replaceSync(
    `:root, :root[data-theme="light"] { ${text(light)} } :root[data-theme="dark"] { ${text(dark)} }` +
      ` @media (prefers-color-scheme: dark) { :root[data-theme="auto"] { ${text(dark)} } }`,
  );
  if (!document.adoptedStyleSheets.includes(sheet)) document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  const algorithms = [config?.algorithm ?? []].flat();
  const mode = algorithms.includes("dark") ? "dark" : algorithms.includes("default") ? "light" : null;
  return { looks: { light: lookOf(light), dark: lookOf(dark) }, mode };
}

// The custom properties that a theme's tokens mean. What is no colour, font or length says nothing.
function partOf(theme) {
  const token = theme?.token ?? {};
  const made = {};
  for (const [name, properties] of Object.entries(COLOURS)) {
    const colour = token[name];
    if (typeof colour === "string" && colour.length < 60 && !/url|var|env/i.test(colour) && CSS.supports("color", colour)) {
      for (const property of properties) made[property] = colour;
    }
  }
  if (token.colorPrimary && made["--accent"]) {
    made["--accent-strong"] = `color-mix(in srgb, ${made["--accent"]} 80%, ${made["--text"] ?? "black"})`;
    made["--on-accent"] = isLight(made["--accent"]) ? "#000" : "#fff";
    made["--focus"] = made["--accent"];
  }
  if (made["--surface"]) {
    const ink = made["--text"] ?? (isLight(made["--surface"]) ? "black" : "white");
    made["--ground"] ??= made["--surface"];
    made["--raised"] = `color-mix(in srgb, ${made["--surface"]} 93%, ${ink})`;
    made["--line"] ??= `color-mix(in srgb, ${made["--surface"]} 80%, ${ink})`;
  }
  if (made["--text"]) made["--quiet"] ??= `color-mix(in srgb, ${made["--text"]} 72%, ${made["--surface"] ?? "transparent"})`;
  if (typeof token.fontFamily === "string" && FONT.test(token.fontFamily)) made["--font"] = token.fontFamily;
  const radius = Number(token.borderRadius);
  if (token.borderRadius !== undefined && radius >= 0 && radius <= 40) made["--radius"] = `${radius}px`;
  return made;
}

function text(properties) {
  return Object.entries(properties).map(([name, value]) => `${name}: ${value};`).join(" ");
}

function lookOf(part) {
  return { accent: hex(part["--accent"]), text: hex(part["--text"]), surface: hex(part["--surface"]), font: part["--font"] };
}

// Any colour as #rrggbb, as charts calculate with it; nothing for none.
function hex(colour) {
  if (!colour) return undefined;
  const paper = document.createElement("canvas").getContext("2d");
  paper.fillStyle = colour;
  return /^#[0-9a-f]{6}$/i.test(paper.fillStyle) ? paper.fillStyle : undefined;
}

function isLight(colour) {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt((hex(colour) ?? "#000000").slice(at, at + 2), 16));
  return 0.299 * r + 0.587 * g + 0.114 * b > 150;
}
