// Charts that are asked again by themselves, as the dashboard's properties say or the reader wants.

const STAGGER_MS = 5000;
const LARGEST_SHARE = 0.2;

// Returns what ends it. seconds: between two times. Nothing is asked while nobody looks, and no chart that is still asked.
export function refreshEvery(dashboard, seconds) {
  const { timed_refresh_immune_slices: immune = [], stagger_refresh: staggers, stagger_time: stagger } = dashboard.metadata;
  const spread = staggers === false ? 0 : Math.min(Number(stagger) || STAGGER_MS, seconds * 1000 * LARGEST_SHARE);
  let waiting = [];
  const timer = setInterval(() => {
    if (document.hidden) return;
    const wanted = dashboard.figures.filter((figure) => figure.isAsked && !immune.includes(figure.chart?.id));
    const load = (figure) => figure.isBusy || figure.load({ force: true });
    waiting = wanted.map((figure, at) => setTimeout(load, (spread * at) / wanted.length, figure));
  }, seconds * 1000);
  return () => {
    clearInterval(timer);
    waiting.forEach(clearTimeout);
  };
}
