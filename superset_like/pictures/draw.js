// Draws in the artist's V8: ECharts is loaded, `modules` holds what was asked for so far.
var modules = {};
var base = {};
// Weight -> character -> width in parts of the font's size.
var widths = {};

// As wide as a character that the fonts lack, which are mostly those of wide scripts.
const WIDE = 1;

echarts.setPlatformAPI({
  measureText(text, font = "") {
    const size = Number((/([\d.]+)px/.exec(font) || [0, 12])[1]);
    const known = /\b(?:bold|bolder|[6-9]00)\b/.test(font) ? widths.bold : widths.regular;
    let width = 0;
    for (const letter of String(text)) width += known[letter.codePointAt(0)] ?? WIDE;
    return { width: width * size };
  },
});

// A whole number beyond those that JavaScript can hold stays as its digits, as text.
function exact(key, value, context) {
  const isRounded = typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value);
  return isRounded && /^-?\d+$/.test(context?.source ?? "") ? context.source : value;
}

function seen(colour) {
  return colour !== undefined && colour !== "transparent";
}

function picture(text) {
  const asked = JSON.parse(text, /\d{16}/.test(text) ? exact : undefined);
  const { look, font } = asked;
  const type = modules[asked.module];
  const option = type.option(asked.formData, asked.results, look);
  for (const [name, shapes] of Object.entries(type.maps ? type.maps() : {})) echarts.registerMap(name, shapes);
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width: look.width, height: look.height });
  try {
    chart.setOption({
      ...option,
      // In a page, what is behind shows through; here there is nothing behind.
      backgroundColor: seen(option.backgroundColor) ? option.backgroundColor : look.theme === "dark" ? "#1b1f26" : "#ffffff",
      animation: false,
      textStyle: { ...option.textStyle, fontFamily: font },
    });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}
