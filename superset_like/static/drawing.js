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

// Resolves when it is drawn. module: path below /chart_types/. A type that fails says so in its place.
export async function draw(element, module, formData, results, wish = "auto") {
  element.setAttribute("aria-busy", "true");
  clear(element);
  try {
    const { option, maps } = await import(`/chart_types/${module}`);
    for (const [name, shapes] of Object.entries(maps?.() ?? {})) window.echarts.registerMap(name, shapes);
    const chart = window.echarts.init(element, null, { renderer: "svg" });
    const paint = () => {
      const look = {
        width: element.clientWidth,
        height: element.clientHeight,
        theme: dark(wish) ? "dark" : "light",
        locale: navigator.language,
        zone: "UTC",
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
  } catch (error) {
    console.error(error);
    const said = document.createElement("p");
    said.className = "drawing-failed";
    said.setAttribute("role", "alert");
    said.textContent = "This chart could not be drawn.";
    element.replaceChildren(said);
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
