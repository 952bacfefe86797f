// A text that a template makes of the rows.
import { noData, rowsOf } from "../base.js";
import { textPicture } from "../texts.js";
import { rendered } from "./template.js";

// In a page it is a text of elements.
export const page = "texts";

// {html, css}: what a page shows, once it is cleaned; {failed} where the template is none.
export function text(formData, results, look) {
  try {
    return { html: rendered(formData.handlebarsTemplate || formData.handlebars_template || "", rowsOf(results[0]), look), css: formData.styleTemplate || "" };
  } catch (error) {
    return { failed: `The template cannot be read: ${error.message}` };
  }
}

export function option(formData, results, look) {
  const { html, failed } = text(formData, results, look);
  return failed ? noData(look, failed) : textPicture(html, look);
}
