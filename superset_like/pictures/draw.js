// Draws in the artist's V8: ECharts is loaded, `modules` holds what was asked for so far.
var modules = {};
var base = {};

function picture(text) {
  const asked = JSON.parse(text);
  const { look, font } = asked;
  const option = modules[asked.module].option(asked.formData, asked.results, look);
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width: look.width, height: look.height });
  try {
    chart.setOption({
      backgroundColor: look.theme === "dark" ? "#1b1e23" : "#ffffff",
      ...option,
      animation: false,
      textStyle: { ...option.textStyle, fontFamily: font },
    });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}
