// A link to a dashboard as it is set now.

// {key, url}. anchor: the tab or chart to which it leads.
export function permalink(dashboard, anchor = "") {
  const state = {
    dataMask: dashboard.dataMask(),
    activeTabs: dashboard.activeTabs(),
    anchor: anchor || null,
    urlParams: Object.entries(dashboard.wish.params),
  };
  return dashboard.server.send("POST", `/api/v1/dashboard/${dashboard.id}/permalink`, state);
}
