// How a name is written in SQL: quoted where the engine would not take it plainly.

const BACKTICKS = new Set(["mysql", "mariadb", "bigquery", "databricks", "spark", "hive", "clickhouse", "clickhousedb"]);
const PLAIN = /^[a-z_][a-z0-9_]*$/;
const RESERVED = new Set(
  `all analyse analyze and any array as asc between both by case cast check collate column constraint create cross current_date
  current_time current_timestamp current_user database default delete desc describe distinct drop else end except exists false
  fetch for foreign from full grant group having if in index inner insert intersect interval into is join key lateral leading
  left like limit natural not null offset on only or order outer over partition primary range references right row rows select
  session_user set show some table then time timestamp to top trailing true union unique update use user using values view when
  where window with`.split(/\s+/),
);

export function written(name, backend) {
  if (PLAIN.test(name) && !RESERVED.has(name)) return name;
  if (BACKTICKS.has(backend)) return `\`${name.replaceAll("`", "``")}\``;
  if (backend === "mssql") return `[${name.replaceAll("]", "]]")}]`;
  return `"${name.replaceAll('"', '""')}"`;
}
