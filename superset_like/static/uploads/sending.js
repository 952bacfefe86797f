// A form with a file, sent so that one sees how far it is; fetch does not tell.

import { Refused, exactly } from "../elements.js";
import { ask } from "../session.js";

// The JSON of the answer, or Refused. progress(part): from 0 to 1, while the file leaves. signal: to stop it.
export async function sendFile(path, form, { progress = () => {}, signal } = {}) {
  const { result: token } = await ask("/api/v1/security/csrf_token/", { signal });
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", token);
    request.upload.addEventListener("progress", ({ loaded, total }) => progress(total ? loaded / total : 0));
    request.addEventListener("load", () => (request.status < 300 ? resolve(exactly(request.responseText)) : reject(refusal(request))));
    request.addEventListener("error", () => reject(new Refused(0, "The server could not be reached, or did not take the file.")));
    request.addEventListener("abort", () => reject(new DOMException("Stopped", "AbortError")));
    signal?.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}

function refusal({ status, responseText }) {
  if (status === 401) return new Refused(401, "Your session has ended. Log in again.");
  const why = messageIn(responseText);
  if (!why || typeof why !== "object") return new Refused(status, why);
  return new Refused(status, Object.values(why).flat().join(" "), why);
}

// A proxy in between answers no JSON.
function messageIn(text) {
  try {
    return JSON.parse(text).message;
  } catch {
    return undefined;
  }
}
