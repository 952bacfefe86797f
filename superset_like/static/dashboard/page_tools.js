// What stands beside a dashboard's title: its star and its menu.

import { dark } from "../drawing.js";
import { action, copy, dialog, made, menu, toast, told } from "../elements.js";

const INTERVALS = [[0, "Never"], [10, "10 seconds"], [30, "30 seconds"], [60, "1 minute"], [300, "5 minutes"], [1800, "30 minutes"], [3600, "1 hour"]];

// edit(): opens the editor, for who may.
export function pageTools(dashboard, { edit }) {
  const items = () => [
    ["Refresh all charts", () => dashboard.refresh()],
    ["Refresh by itself …", () => chooseInterval(dashboard)],
    ["Full screen", () => fullScreen()],
    ["Copy link", () => copyLink(dashboard)],
    ["Download image", () => picture(dashboard, "png")],
    ["Download PDF", () => picture(dashboard, "pdf")],
    ...(edit ? [["History …", () => history(dashboard)]] : []),
  ];
  const editing = edit ? [action("Edit dashboard", edit, "dash-edit")] : [];
  return [star(dashboard), ...editing, menu("Actions of the dashboard", items)];
}

// A star that says whether the dashboard is one of the reader's favourites, and changes it.
function star(dashboard) {
  const path = `/api/v1/dashboard/${dashboard.record.id}/favorites/`;
  const button = action("☆", async () => {
    const isOn = button.getAttribute("aria-pressed") === "true";
    try {
      await dashboard.server.send(isOn ? "DELETE" : "POST", path);
      show(!isOn);
    } catch (error) {
      toast(told(error), "failed");
    }
  }, "plain dash-star");
  const show = (isOn) => {
    button.textContent = isOn ? "★" : "☆";
    button.setAttribute("aria-pressed", String(isOn));
  };
  button.setAttribute("aria-label", "Favourite");
  show(false);
  dashboard.server
    .ask(`/api/v1/dashboard/favorite_status/?q=!(${dashboard.record.id})`)
    .then(({ result }) => show(Boolean(result[0]?.value)), console.error);
  return button;
}

async function history(dashboard) {
  const { showHistory } = await import("../history.js");
  showHistory(`/api/v1/dashboard/${dashboard.record.id}`, "dashboard", () => location.reload());
}

function chooseInterval(dashboard) {
  const field = made("select");
  const label = made("label", "dash-day", "Ask the charts again every");
  label.append(field);
  for (const [seconds, text] of INTERVALS) field.append(new Option(text, seconds));
  field.value = String(dashboard.interval ?? dashboard.metadata.refresh_frequency ?? 0);
  const set = action("Set", async () => {
    dashboard.stopRefresh?.();
    dashboard.stopRefresh = null;
    dashboard.interval = Number(field.value);
    if (dashboard.interval) {
      const { refreshEvery } = await import("./auto_refresh.js");
      dashboard.stopRefresh = refreshEvery(dashboard, dashboard.interval);
    }
    box.close();
    toast(dashboard.interval ? `Refreshed every ${field.selectedOptions[0].textContent}, until you leave.` : "Not refreshed by itself any more.");
  }, "main");
  const box = dialog("Refresh by itself", label, { actions: [set] });
}

function fullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen().catch(() => toast("The browser does not allow full screen here.", "failed"));
}

async function copyLink(dashboard) {
  try {
    const { permalink } = await import("./permalink.js");
    const { url } = await permalink(dashboard);
    const failed = `The browser does not let this page copy. The link is ${url}`;
    await copy(url, "The link is copied. It shows the dashboard as it is set now.", failed);
  } catch (error) {
    console.error(error);
    toast(told(error), "failed");
  }
}

async function picture(dashboard, form) {
  toast("The file is being made …");
  try {
    const { fileName, save } = await import("../files.js");
    const given = new URLSearchParams({ filters: JSON.stringify(dashboard.dataMask()), theme: dark(dashboard.theme) ? "dark" : "light" });
    for (const tab of dashboard.activeTabs()) given.append("tab", tab);
    const name = `${fileName(dashboard.record.dashboard_title || "dashboard")}.${form}`;
    const answer = await dashboard.server.answered("GET", `/api/v1/dashboard/${dashboard.record.id}/image.${form}?${given}`);
    save(await answer.blob(), name);
  } catch (error) {
    console.error(error);
    toast(told(error), "failed");
  }
}
