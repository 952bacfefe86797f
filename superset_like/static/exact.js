// JSON as it was written: whole numbers beyond those that JavaScript can hold stay as their digits, as text.

const LONG = /\d{16}/;

export function exactly(text) {
  return JSON.parse(text, LONG.test(text) ? kept : undefined);
}

// Older browsers do not tell the source: there, such a number is rounded as it always was.
function kept(key, value, context) {
  const isRounded = typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value);
  return isRounded && /^-?\d+$/.test(context?.source ?? "") ? context.source : value;
}
