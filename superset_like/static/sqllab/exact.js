// JSON whose numbers stay what the server wrote, also where a double would change them.

// A number that JavaScript's own numbers cannot hold as it was written: its digits.
export class Exact {
  constructor(text) {
    this.text = text;
  }

  toString() {
    return this.text;
  }

  toJSON() {
    return this.text;
  }

  valueOf() {
    return Number(this.text);
  }
}

// A quick look: long numbers, and fractions or exponents that may be written otherwise. Texts may look so too, which does no harm.
const DOUBTFUL = /[[:,]\s*-?(?:\d{16}|\d+\.\d*0[\s,}\]]|[\d.]{17}|[\d.]+[eE])/;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const BLANK = /\s*/y;

// The value of a JSON text. Raises SyntaxError.
export function parsed(text) {
  return DOUBTFUL.test(text) ? new Reader(text).whole() : JSON.parse(text);
}

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  whole() {
    const value = this.value();
    this.blank();
    if (this.at < this.text.length) this.refuse();
    return value;
  }

  value() {
    this.blank();
    switch (this.text[this.at]) {
      case "{":
        return this.object();
      case "[":
        return this.array();
      case '"':
        return this.string();
      case "t":
        return this.word("true", true);
      case "f":
        return this.word("false", false);
      case "n":
        return this.word("null", null);
      default:
        return this.number();
    }
  }

  object() {
    const made = {};
    this.each("}", () => {
      this.blank();
      const name = this.string();
      this.blank();
      this.taken(":");
      const value = this.value();
      // Plain assignment would change the prototype.
      if (name === "__proto__") Object.defineProperty(made, name, { value, enumerable: true, configurable: true, writable: true });
      else made[name] = value;
    });
    return made;
  }

  array() {
    const made = [];
    this.each("]", () => made.push(this.value()));
    return made;
  }

  each(end, read) {
    this.at += 1;
    this.blank();
    if (this.text[this.at] === end) {
      this.at += 1;
      return;
    }
    for (;;) {
      read();
      this.blank();
      if (this.text[this.at] === end) break;
      this.taken(",");
    }
    this.at += 1;
  }

  string() {
    if (this.text[this.at] !== '"') this.refuse();
    let end = this.at + 1;
    let isPlain = true;
    for (;;) {
      const code = this.text.charCodeAt(end);
      if (code === 34) break;
      if (code === 92) {
        isPlain = false;
        end += 1;
      }
      // Past the end the code is no number.
      if (Number.isNaN(code)) this.refuse();
      end += 1;
    }
    const quoted = this.text.slice(this.at, end + 1);
    this.at = end + 1;
    return isPlain ? quoted.slice(1, -1) : JSON.parse(quoted);
  }

  number() {
    NUMBER.lastIndex = this.at;
    const found = NUMBER.exec(this.text);
    if (!found) this.refuse();
    this.at = NUMBER.lastIndex;
    const value = Number(found[0]);
    return String(value) === found[0] ? value : new Exact(found[0]);
  }

  word(text, value) {
    if (!this.text.startsWith(text, this.at)) this.refuse();
    this.at += text.length;
    return value;
  }

  taken(sign) {
    if (this.text[this.at] !== sign) this.refuse();
    this.at += 1;
  }

  blank() {
    // The server writes none, so the look ahead is nearly always enough.
    if (this.text.charCodeAt(this.at) > 32) return;
    BLANK.lastIndex = this.at;
    BLANK.exec(this.text);
    this.at = BLANK.lastIndex;
  }

  refuse() {
    throw new SyntaxError(`Not JSON at ${this.at}`);
  }
}
