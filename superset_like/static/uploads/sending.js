// A form with a file, sent so that one sees how far it is; fetch does not tell.

import { Refused, exactly } from "../elements.js";
import { refusal, token } from "../session.js";

// The JSON of the answer, or Refused. progress(part): from 0 to 1, while the file leaves. signal: to stop it.
export async function sendFile(path, form, { progress = () => {}, signal } = {}) {
  const proof = await token();
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", proof);
    request.upload.addEventListener("progress", ({ loaded, total }) => progress(total ? loaded / total : 0));
    request.addEventListener("load", () => (request.status < 300 ? resolve(exactly(request.responseText)) : reject(refused(request))));
    request.addEventListener("error", () => reject(new Refused(0, "The server could not be reached, or did not take the file.")));
    request.addEventListener("abort", () => reject(new DOMException("Stopped", "AbortError")));
    signal?.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}

function refused(request) {
  const error = refusal(request.status, parsed(request.responseText), request.getResponseHeader("Retry-After"));
  // What is said of several fields is told as one text.
  const texts = Object.values(error.fields).flat().join(" ");
  return texts ? Object.assign(error, { message: texts }) : error;
}

// A proxy in between answers no JSON.
function parsed(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
