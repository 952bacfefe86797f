// Rison, the short spelling of JSON in addresses.

const ID = /[^\s'!:(),*@$-][^\s'!:(),*@$]*/y;
const NUMBER = /-?\d+(?:\.\d+)?(?:e-?\d+)?(?=[),]|$)/y;
const LITERALS = { t: true, f: false, n: null };

// The value of a text. Throws a SyntaxError.
export function fromRison(text) {
  const reader = { text, at: 0 };
  const value = read(reader);
  if (reader.at < text.length) fail(reader);
  return value;
}

function read(reader) {
  const { text } = reader;
  const mark = text[reader.at];
  if (mark === "(") return members(reader);
  if (mark === "'") return quoted(reader);
  if (mark === "!") {
    const next = text[reader.at + 1];
    reader.at += 2;
    if (next === "(") return items(reader);
    if (next in LITERALS) return LITERALS[next];
    fail(reader);
  }
  const number = matched(reader, NUMBER);
  return number !== null ? Number(number) : (matched(reader, ID) ?? fail(reader));
}

function members(reader) {
  const made = {};
  reader.at += 1;
  while (reader.text[reader.at] !== ")") {
    if (Object.keys(made).length) expect(reader, ",");
    const name = reader.text[reader.at] === "'" ? quoted(reader) : (matched(reader, ID) ?? fail(reader));
    expect(reader, ":");
    // A name such as __proto__ is a name like any other.
    Object.defineProperty(made, name, { value: read(reader), enumerable: true, writable: true, configurable: true });
  }
  reader.at += 1;
  return made;
}

function items(reader) {
  const made = [];
  while (reader.text[reader.at] !== ")") {
    if (made.length) expect(reader, ",");
    made.push(read(reader));
  }
  reader.at += 1;
  return made;
}

function quoted(reader) {
  let made = "";
  for (reader.at += 1; reader.at < reader.text.length; reader.at += 1) {
    const letter = reader.text[reader.at];
    if (letter === "'") {
      reader.at += 1;
      return made;
    }
    if (letter === "!") reader.at += 1;
    made += reader.text[reader.at] ?? "";
  }
  return fail(reader);
}

function matched(reader, pattern) {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text);
  if (!found) return null;
  reader.at = pattern.lastIndex;
  return found[0];
}

function expect(reader, mark) {
  if (reader.text[reader.at] !== mark) fail(reader);
  reader.at += 1;
}

function fail(reader) {
  throw new SyntaxError(`No rison at ${reader.at}`);
}
