// What many numbers become where they meet, by the names of Superset's `aggregateFunction`.

const total = (values) => values.reduce((sum, value) => sum + value, 0);
const sorted = (values) => [...values].sort((one, two) => one - two);

function variance(values) {
  if (values.length < 2) return 0;
  const mean = total(values) / values.length;
  return total(values.map((value) => (value - mean) ** 2)) / (values.length - 1);
}

const FOLDS = {
  Sum: total,
  Count: (values) => values.length,
  "Count Unique Values": (values) => new Set(values).size,
  "List Unique Values": (values) => [...new Set(values)].join(", "),
  Average: (values) => total(values) / values.length,
  Median: (values) => (sorted(values)[(values.length - 1) >> 1] + sorted(values)[values.length >> 1]) / 2,
  "Sample Variance": variance,
  "Sample Standard Deviation": (values) => Math.sqrt(variance(values)),
  Minimum: (values) => values.reduce((one, two) => Math.min(one, two)),
  Maximum: (values) => values.reduce((one, two) => Math.max(one, two)),
  First: (values) => values[0],
  Last: (values) => values[values.length - 1],
};

const ALL = "[]";
const SHARE = /^(Sum|Count) as Fraction of (Total|Rows|Columns)$/;

// (row key, column key) => what stands there; null where nothing is met. values(row key, column key): what is met.
export function folding(name, values) {
  const share = SHARE.exec(String(name || ""));
  const fold = (share ? FOLDS[share[1]] : FOLDS[name]) || total;
  return (row, column) => {
    const met = values(row, column);
    if (!met.length) return null;
    if (!share) return fold(met);
    const whole = fold(values(share[2] === "Rows" ? row : ALL, share[2] === "Columns" ? column : ALL));
    return whole ? fold(met) / whole : null;
  };
}
