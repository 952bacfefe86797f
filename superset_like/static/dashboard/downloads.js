// Files of what is shown: rows by the server, pictures as the browser has drawn them.

import { toast, told } from "../elements.js";
import { fileName, picture, save, saveAnswer } from "../files.js";

// The rows of a chart as a file. wish: {format, ...} as the data endpoint takes it.
export async function download(figure, wish) {
  toast("The file is being made …");
  try {
    const given = new URLSearchParams(figure.given(wish));
    const answer = await figure.dashboard.server.answered("GET", `/api/v1/chart/${figure.chart.id}/data/?${given}`);
    await saveAnswer(answer, `${fileName(figure.name)}.${wish.format}`);
    if (answer.headers.get("X-Truncated") === "true") toast(`The file was cut at ${answer.headers.get("X-Applied-Limit")} rows.`, "failed");
  } catch (error) {
    console.error(error);
    toast(told(error), "failed");
  }
}

// A picture of the chart as it is seen. form: svg or png.
export async function savePicture(figure, form) {
  const { chart } = figure.drawing;
  const svg = chart.renderToSVGString({ useViewBox: true });
  save(await picture(svg, form, { width: chart.getWidth(), height: chart.getHeight() }), `${fileName(figure.name)}.${form}`);
}
