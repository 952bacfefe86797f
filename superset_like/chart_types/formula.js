// A line that somebody writes as arithmetic of x, as in `2 * x + sin(x / 3)`. It is read here, never run as code.

const TOKEN = /\s*(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+|[a-z_]\w*|[-+*/^%(),])/iy;
const CONSTANTS = { pi: Math.PI, e: Math.E };
const FUNCTIONS = {
  abs: Math.abs,
  ceil: Math.ceil,
  cos: Math.cos,
  exp: Math.exp,
  floor: Math.floor,
  log: (x, base) => (base === undefined ? Math.log(x) : Math.log(x) / Math.log(base)),
  log10: Math.log10,
  log2: Math.log2,
  max: Math.max,
  min: Math.min,
  pow: (x, power) => x ** power,
  round: Math.round,
  sign: Math.sign,
  sin: Math.sin,
  sqrt: Math.sqrt,
  tan: Math.tan,
};
const DEEPEST = 50;

// x => number or null; null for what is no formula.
export function formulaOf(text) {
  try {
    const tokens = tokensOf(String(text).replace(/^\s*y\s*=/i, ""));
    const made = sum(tokens, 0);
    if (tokens.length) return null;
    return (x) => {
      const value = made(x);
      return Number.isFinite(value) ? value : null;
    };
  } catch {
    return null;
  }
}

function tokensOf(text) {
  const made = [];
  TOKEN.lastIndex = 0;
  const whole = text.trimEnd();
  while (TOKEN.lastIndex < whole.length) {
    const found = TOKEN.exec(whole);
    if (!found) throw new Error("not a formula");
    made.push(found[1]);
  }
  return made;
}

function sum(tokens, depth) {
  if (depth > DEEPEST) throw new Error("too deep");
  let made = product(tokens, depth);
  while (tokens[0] === "+" || tokens[0] === "-") {
    const [before, minus, after] = [made, tokens.shift() === "-", product(tokens, depth)];
    made = (x) => before(x) + (minus ? -after(x) : after(x));
  }
  return made;
}

function product(tokens, depth) {
  let made = signed(tokens, depth);
  for (;;) {
    const before = made;
    // A number stands right before what it multiplies, as in 2x.
    const sign = ["*", "/", "%"].includes(tokens[0]) ? tokens.shift() : /^[a-z_(]/i.test(tokens[0] ?? "") ? "*" : null;
    if (!sign) return made;
    const after = signed(tokens, depth);
    if (sign === "*") made = (x) => before(x) * after(x);
    else if (sign === "/") made = (x) => before(x) / after(x);
    else made = (x) => before(x) % after(x);
  }
}

function signed(tokens, depth) {
  if (depth > DEEPEST) throw new Error("too deep");
  if (tokens[0] === "+") {
    tokens.shift();
    return signed(tokens, depth + 1);
  }
  if (tokens[0] !== "-") return power(tokens, depth);
  tokens.shift();
  const made = signed(tokens, depth + 1);
  return (x) => -made(x);
}

function power(tokens, depth) {
  const base = atom(tokens, depth);
  if (tokens[0] !== "^") return base;
  tokens.shift();
  const exponent = signed(tokens, depth + 1);
  return (x) => base(x) ** exponent(x);
}

function atom(tokens, depth) {
  const token = tokens.shift();
  if (token === undefined) throw new Error("it ends early");
  if (token === "(") {
    const inside = sum(tokens, depth + 1);
    closed(tokens);
    return inside;
  }
  if (/^[\d.]/.test(token)) return () => Number(token);
  const name = token.toLowerCase();
  if (name === "x") return (x) => x;
  if (Object.hasOwn(CONSTANTS, name)) return () => CONSTANTS[name];
  if (!Object.hasOwn(FUNCTIONS, name) || tokens.shift() !== "(") throw new Error(`what is ${token}`);
  const parameters = [sum(tokens, depth + 1)];
  while (tokens[0] === ",") {
    tokens.shift();
    parameters.push(sum(tokens, depth + 1));
  }
  closed(tokens);
  return (x) => FUNCTIONS[name](...parameters.map((each) => each(x)));
}

function closed(tokens) {
  if (tokens.shift() !== ")") throw new Error("a parenthesis has no end");
}
