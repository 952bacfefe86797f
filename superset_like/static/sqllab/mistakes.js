// Where in the SQL an error is: as the server says, or where the only thing stands that the database complains of.

const COMPLAINTS = [
  // SQLite
  /no such (?:column|table|function): ([^\s]+)/i,
  // PostgreSQL, Redshift, DuckDB
  /(?:column|relation|function|table|schema|view) "?([^\s"(]+)"?(?:\([^)]*\))? (?:does not exist|not found|must appear)/i,
  /with name "?([^\s"]+)"? does not exist/i,
  // MySQL, MariaDB
  /unknown (?:column|table) '([^']+)'/i,
  /(?:table|function) '?([^\s']+)'? doesn't exist/i,
  // Each of them, for its grammar
  /(?:near|at or near) "([^"]+)"/i,
];

// {line, column, near} from 1, or null: an error of this message and these details in this SQL.
export function placed(message, extra, sql) {
  if (extra.line) return { line: Number(extra.line), column: Number(extra.column ?? 1), near: extra.near };
  const named = COMPLAINTS.map((each) => each.exec(message)?.[1]).find(Boolean);
  // A database may say where it looked: the name itself comes last.
  const name = named?.split(".").at(-1).replace(/^["`']|["`']$/g, "");
  return name ? only(name, sql) : null;
}

// The place of the word, where it stands but once: else nobody knows which is meant.
function only(name, sql) {
  const word = new RegExp(`(?<![\\p{L}\\p{N}_$])${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\p{L}\\p{N}_$])`, "giu");
  const found = [...sql.matchAll(word)];
  if (found.length !== 1) return null;
  const before = sql.slice(0, found[0].index).split("\n");
  return { line: before.length, column: before.at(-1).length + 1, near: found[0][0] };
}
