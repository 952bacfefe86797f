// Draws a chart into an element: its type's module makes the option, ECharts the picture.

const drawn = new WeakMap();
// element -> what is being drawn there.
const going = new WeakMap();
let library = null;

// ECharts: there already, or loaded now from where the page said that it will be wanted.
function echarts() {
  if (window.echarts) return Promise.resolve(window.echarts);
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = document.querySelector("link[rel=preload][as=script]").href;
    script.onload = () => resolve(window.echarts);
    script.onerror = () => reject(new Error("ECharts could not be loaded"));
    document.head.append(script);
  });
  return library;
}

// What dresses charts that are no pictures; most dashboards in a frame have none.
export function dressed() {
  if (document.querySelector('link[href*="/figures.css"]')) return Promise.resolve();
  const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL("figures.css", import.meta.url).href });
  const loaded = new Promise((resolve) => (sheet.onload = sheet.onerror = resolve));
  document.head.append(sheet);
  return loaded;
}

let names = null;

// viz_type -> its module, asked for once; after a failure, once more.
export function modules() {
  names ??= fetch("/chart_types/modules.json")
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error("The names of the chart types could not be loaded"))))
    .catch((error) => {
      names = null;
      throw error;
    });
  return names;
}

// What will be drawn soon is loaded while its data is asked for.
export function prepare(module) {
  echarts().catch(console.error);
  import(`/chart_types/${module}`).catch(console.error);
}

export function dark(wish = "auto") {
  return wish === "auto" ? window.matchMedia("(prefers-color-scheme: dark)").matches : wish === "dark";
}

// Nothing is drawn in the element any more, nor by what is on its way.
export function clear(element) {
  if (going.delete(element)) element.setAttribute("aria-busy", "false");
  drawn.get(element)?.();
  drawn.delete(element);
  element.replaceChildren();
}

// Resolves when it is drawn, to {chart, picks} (ECharts' instance where there is one, and what a clicked mark stands for,
// where the type says so), or to null: it failed, or something else came into the element meanwhile. module: path below
// /chart_types/. A type that fails says so in its place. hooks: for types whose page is no picture but elements, see
// tables.js; and `look`, more of what the type is told, as `ink`.
export async function draw(element, module, formData, results, wish = "auto", { look: more = {}, ...hooks } = {}) {
  clear(element);
  element.setAttribute("aria-busy", "true");
  const mine = {};
  going.set(element, mine);
  const isOvertaken = () => going.get(element) !== mine;
  try {
    const [type, { clockOf, onTheirClocks, setLocale }] = await Promise.all([
      import(`/chart_types/${module}`),
      import("/chart_types/base.js"),
    ]);
    if (isOvertaken()) return null;
    setLocale(navigator.language);
    const shown = onTheirClocks(results);
    const lookNow = () => ({
      width: element.clientWidth,
      height: element.clientHeight,
      theme: dark(wish) ? "dark" : "light",
      locale: navigator.language,
      zone: "UTC",
      clock: clockOf(results),
      ...more,
    });
    if (type.page) {
      const [{ drawn: elements }] = await Promise.all([import(`./${type.page}.js`), dressed()]);
      if (isOvertaken()) return null;
      // It may be larger than its place, and is scrolled by keys then.
      element.setAttribute("role", "group");
      element.tabIndex = 0;
      element.replaceChildren(elements(type, formData, shown, lookNow(), hooks));
      return { chart: null, picks: type.picks };
    }
    const { init, registerMap } = await echarts();
    if (isOvertaken()) return null;
    const { option, maps, picks } = type;
    for (const [name, shapes] of Object.entries(maps?.() ?? {})) registerMap(name, shapes);
    const chart = init(element, null, { renderer: "svg" });
    const paint = () => {
      const look = lookNow();
      const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
      chart.setOption({ animation: !calm, ...option(formData, shown, look) }, { notMerge: true });
    };
    paint();
    const watch = new ResizeObserver(() => {
      if (!element.clientWidth) return;
      chart.resize();
      paint();
    });
    watch.observe(element);
    drawn.set(element, () => {
      watch.disconnect();
      chart.dispose();
    });
    return { chart, picks };
  } catch (error) {
    console.error(error);
    if (isOvertaken()) return null;
    const said = document.createElement("p");
    said.className = "drawing-failed";
    said.setAttribute("role", "alert");
    said.textContent = "This chart could not be drawn.";
    element.replaceChildren(said);
    return null;
  } finally {
    if (!isOvertaken()) {
      going.delete(element);
      element.setAttribute("aria-busy", "false");
    }
  }
}

// Calls back when the element comes near the part of the page that is seen.
export function whenNear(element, act) {
  const watch = new IntersectionObserver(
    (seen) => {
      if (seen.some((each) => each.isIntersecting)) {
        watch.disconnect();
        act();
      }
    },
    { rootMargin: "300px" },
  );
  watch.observe(element);
}

// Calls back each time the element comes near the part of the page that is seen, and each time it is far from it again.
// Returns what ends it.
export function whileNear(element, { near, far }) {
  comings ??= watching((each) => each.isIntersecting && watched.get(each.target)?.near(), "300px");
  goings ??= watching((each) => !each.isIntersecting && watched.get(each.target)?.far(), "2500px");
  watched.set(element, { near, far });
  comings.observe(element);
  goings.observe(element);
  return () => {
    comings.unobserve(element);
    goings.unobserve(element);
  };
}

const watched = new WeakMap();
let comings = null;
let goings = null;

// One watch for all elements: a hundred of them cost a page its scrolling.
function watching(act, rootMargin) {
  return new IntersectionObserver((seen) => seen.forEach(act), { rootMargin });
}
