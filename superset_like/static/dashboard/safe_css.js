// The CSS of a dashboard, as its owners wrote it, as far as it dresses the dashboard alone: rules are bound to it, and keep
// what is on the list. What loads something, moves out of its place or covers other things is left out.

const ALLOWED = /^(color|opacity|visibility|display|gap|row-gap|column-gap|line-height|letter-spacing|word-spacing|white-space|overflow-wrap|word-break|vertical-align|box-sizing|order)$|^(background-color|background-image|font|font-.*|text-(?!shadow).*|border|border-(?!image).*|padding|padding-.*|margin|margin-.*|width|height|min-.*|max-.*|flex|flex-.*|align-.*|justify-.*|list-style-type|grid-template-columns|--dash-[a-z-]+)$/;
// The value of any property may name what is to be loaded.
const LOADING = /url\s*\(|image-set\s*\(|image\s*\(|src\s*\(|element\s*\(|paint\s*\(|cross-fade\s*\(|attr\s*\(|env\s*\(|\\|@/i;
const LONGEST = 100_000;

// Dresses the element with what may be kept.
export function dress(element, text) {
  element.classList.add("dressed");
  const written = new CSSStyleSheet();
  written.replaceSync(String(text).slice(0, LONGEST));
  const kept = new CSSStyleSheet();
  const rules = [...written.cssRules].flatMap(bound);
  for (const rule of rules) {
    try {
      kept.insertRule(rule, kept.cssRules.length);
    } catch {
      // A selector that cannot be bound, as one of a pseudo-element.
    }
  }
  document.adoptedStyleSheets = [...document.adoptedStyleSheets.filter((each) => !dressing.has(each)), kept];
  dressing.add(kept);
}

const dressing = new WeakSet();

function bound(rule) {
  if (rule instanceof CSSMediaRule) {
    const inner = [...rule.cssRules].flatMap(bound);
    return inner.length ? [`@media ${rule.conditionText} { ${inner.join(" ")} }`] : [];
  }
  if (!(rule instanceof CSSStyleRule)) return [];
  const declarations = [...rule.style].filter((name) => isSafe(name, rule.style.getPropertyValue(name)));
  if (!declarations.length || LOADING.test(rule.selectorText)) return [];
  const text = declarations.map((name) => `${name}: ${rule.style.getPropertyValue(name)}${important(rule, name)};`).join(" ");
  // Bound so that only the dashboard and what is in it can be meant, whatever the selector says of what is around.
  return [`.dashboard.dressed:is(${rule.selectorText}), .dashboard.dressed :is(${rule.selectorText}) { ${text} }`];
}

function important(rule, name) {
  return rule.style.getPropertyPriority(name) ? " !important" : "";
}

function isSafe(name, value) {
  if (!ALLOWED.test(name) || LOADING.test(value)) return false;
  // What is pulled over its neighbours could hide them.
  return !(/^(margin|text-indent)/.test(name) && value.includes("-")) && !(name === "display" && value === "contents");
}
