// Draws in the artist's V8: ECharts is loaded, `modules` holds what was asked for so far.
var modules = {};
var base = {};
// Weight -> character -> width in parts of the font's size.
var widths = {};
// As wide as a character that the fonts lack.
var wide = 1;

echarts.setPlatformAPI({
  measureText(text, font = "") {
    const size = Number((/([\d.]+)px/.exec(font) || [0, 12])[1]);
    const known = /\b(?:bold|bolder|[6-9]00)\b/.test(font) ? widths.bold : widths.regular;
    let width = 0;
    for (const letter of String(text)) width += known[letter.codePointAt(0)] ?? wide;
    return { width: width * size };
  },
});

function picture(text) {
  const asked = JSON.parse(text);
  const { font } = asked;
  const results = base.onTheirClocks ? base.onTheirClocks(asked.results) : asked.results;
  const clock = base.clockOf ? base.clockOf(asked.results) : "UTC";
  const look = { zone: "UTC", ...asked.look, clock };
  base.setLocale?.(look.locale);
  const option = modules[asked.module].option(asked.formData, results, look);
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width: look.width, height: look.height });
  try {
    chart.setOption({
      backgroundColor: asked.isInCard ? "transparent" : look.theme === "dark" ? "#1b1e23" : "#ffffff",
      ...option,
      animation: false,
      textStyle: { ...option.textStyle, fontFamily: font },
    });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}
