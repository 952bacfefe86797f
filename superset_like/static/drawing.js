// Draws a chart into an element: its type's module makes the option, ECharts the picture.

const drawn = new WeakMap();

export function dark(wish = "auto") {
  return wish === "auto" ? window.matchMedia("(prefers-color-scheme: dark)").matches : wish === "dark";
}

// Nothing is drawn in the element any more.
export function clear(element) {
  drawn.get(element)?.();
  drawn.delete(element);
  element.replaceChildren();
}

// Resolves when it is drawn, to {chart, picks} (ECharts' instance, and what a clicked mark stands for, where the type says
// so). module: path below /chart_types/. more: of the look, as `ink`. A type that fails says so in its place.
export async function draw(element, module, formData, results, wish = "auto", more = {}) {
  element.setAttribute("aria-busy", "true");
  clear(element);
  try {
    const { option, maps, picks } = await import(`/chart_types/${module}`);
    for (const [name, shapes] of Object.entries(maps?.() ?? {})) window.echarts.registerMap(name, shapes);
    const chart = window.echarts.init(element, null, { renderer: "svg" });
    const paint = () => {
      const look = {
        width: element.clientWidth,
        height: element.clientHeight,
        theme: dark(wish) ? "dark" : "light",
        locale: navigator.language,
        zone: "UTC",
        ...more,
      };
      const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
      chart.setOption({ animation: !calm, ...option(formData, results, look) }, { notMerge: true });
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
    const said = document.createElement("p");
    said.className = "drawing-failed";
    said.setAttribute("role", "alert");
    said.textContent = "This chart could not be drawn.";
    element.replaceChildren(said);
    return null;
  } finally {
    element.setAttribute("aria-busy", "false");
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
export function whileNear(element, { near, far }) {
  comings ??= watching((each) => each.isIntersecting && watched.get(each.target)?.near(), "300px");
  goings ??= watching((each) => !each.isIntersecting && watched.get(each.target)?.far(), "2500px");
  watched.set(element, { near, far });
  comings.observe(element);
  goings.observe(element);
}

const watched = new WeakMap();
let comings = null;
let goings = null;

// One watch for all elements: a hundred of them cost a page its scrolling.
function watching(act, rootMargin) {
  return new IntersectionObserver((seen) => seen.forEach(act), { rootMargin });
}
