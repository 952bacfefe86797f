-- a limit
SELECT "sales"."city" AS "city", SUM("sales"."amount") AS "SUM(amount)" FROM "shop"."sales" GROUP BY "sales"."city" LIMIT 11

-- an offset in order
SELECT "sales"."city" AS "city", SUM("sales"."amount") AS "SUM(amount)" FROM "shop"."sales" GROUP BY "sales"."city" ORDER BY "SUM(amount)" DESC LIMIT 11 OFFSET 20

-- an offset alone
SELECT "sales"."city" AS "city" FROM "shop"."sales" OFFSET 20

-- a month of a time range
SELECT toDateTime64(toStartOfMonth(toDateTime64("sales"."sold", 6, 'UTC')), 6, 'UTC') AS "sold", SUM("sales"."amount") AS "SUM(amount)" FROM "shop"."sales" WHERE "sales"."sold" >= toDateTime64('2020-01-01 00:00:00', 6, 'UTC') AND "sales"."sold" < toDateTime64('2020-02-01 10:00:00', 6, 'UTC') GROUP BY toDateTime64(toStartOfMonth(toDateTime64("sales"."sold", 6, 'UTC')), 6, 'UTC') ORDER BY "sold" ASC

-- a month in a zone
SELECT toDateTime64(toStartOfMonth(addSeconds(toDateTime64("sales"."sold", 6, 'UTC'), 3600)), 6, 'UTC') AS "sold", SUM("sales"."amount") AS "SUM(amount)" FROM "shop"."sales" WHERE "sales"."sold" >= toDateTime64('2019-12-31 23:00:00', 6, 'UTC') AND "sales"."sold" < toDateTime64('2020-02-01 09:00:00', 6, 'UTC') GROUP BY toDateTime64(toStartOfMonth(addSeconds(toDateTime64("sales"."sold", 6, 'UTC'), 3600)), 6, 'UTC')

-- an hour in a zone of half hours
SELECT addSeconds(toDateTime64(toStartOfHour(addSeconds(toDateTime64("sales"."sold", 6, 'UTC'), 1800)), 6, 'UTC'), -1800) AS "sold", SUM("sales"."amount") AS "SUM(amount)" FROM "shop"."sales" GROUP BY addSeconds(toDateTime64(toStartOfHour(addSeconds(toDateTime64("sales"."sold", 6, 'UTC'), 1800)), 6, 'UTC'), -1800)

-- days and epochs
SELECT "sales"."city" AS "city" FROM "shop"."sales" WHERE "sales"."day" >= toDate('2020-01-01') AND "sales"."since" >= 1577836800000

-- texts alike
SELECT "sales"."city" AS "city" FROM "shop"."sales" WHERE "sales"."city" ILIKE 'kö%' AND NOT CAST("sales"."year" AS Nullable(String)) LIKE '2%' AND "sales"."city" = 'it''s \\'

-- booleans
SELECT "sales"."city" AS "city" FROM "shop"."sales" WHERE "sales"."open" IS TRUE AND "sales"."open" = FALSE AND ("sales".amount > 9) IS FALSE AND ("sales".amount > 9) = TRUE

-- NULL among values
SELECT "sales"."city" AS "city" FROM "shop"."sales" WHERE ("sales"."city" IS NULL OR "sales"."city" IN ('Bonn'))

-- the top series
SELECT "sales"."city" AS "city", "sales"."year" AS "year", SUM("sales"."amount") AS "SUM(amount)" FROM "shop"."sales" INNER JOIN (SELECT "sales"."city" AS "__series_0", 1 AS "__series" FROM "shop"."sales" GROUP BY "sales"."city" ORDER BY SUM("sales"."amount") ASC LIMIT 3) AS "__series" ON "sales"."city" IS NOT DISTINCT FROM "__series"."__series_0" GROUP BY "sales"."city", "sales"."year"

-- the top series and others
SELECT "sales"."city" AS "city", CASE WHEN "__series"."__series" IS NULL THEN 'Others' ELSE CAST("sales"."year" AS Nullable(String)) END AS "year", SUM("sales"."amount") AS "SUM(amount)" FROM "shop"."sales" LEFT JOIN (SELECT "sales"."year" AS "__series_0", 1 AS "__series" FROM "shop"."sales" GROUP BY "sales"."year" ORDER BY SUM("sales"."amount") DESC LIMIT 3) AS "__series" ON "sales"."year" IS NOT DISTINCT FROM "__series"."__series_0" GROUP BY "sales"."city", CASE WHEN "__series"."__series" IS NULL THEN 'Others' ELSE CAST("sales"."year" AS Nullable(String)) END

-- a number of rows
SELECT COUNT(*) AS "rowcount" FROM (SELECT "sales"."city" AS "city", SUM("sales"."amount") AS "SUM(amount)" FROM "shop"."sales" GROUP BY "sales"."city") AS "__counted"

-- a row rule
SELECT "sales"."city" AS "city", SUM("sales"."amount") AS "SUM(amount)" FROM (SELECT * FROM "shop"."sales" WHERE ("sales".city = 'Köln')) AS "sales" INNER JOIN (SELECT "sales"."city" AS "__series_0", 1 AS "__series" FROM (SELECT * FROM "shop"."sales" WHERE ("sales".city = 'Köln')) AS "sales" GROUP BY "sales"."city" ORDER BY SUM("sales"."amount") ASC LIMIT 3) AS "__series" ON "sales"."city" IS NOT DISTINCT FROM "__series"."__series_0" GROUP BY "sales"."city"

-- values that hold a text
SELECT "sales"."city" AS "city" FROM "shop"."sales" WHERE "sales"."city" ILIKE '%50\\%\\_[!\\\\%' GROUP BY "sales"."city" ORDER BY "city" ASC LIMIT 6

-- a virtual dataset
SELECT "virtual_table"."city" AS "city", COUNT(*) AS "n" FROM (
WITH x AS (SELECT city, year FROM shop.sales) SELECT city, year FROM x ORDER BY year
) AS "virtual_table" GROUP BY "virtual_table"."city"

-- a query cut
SELECT * FROM (SELECT city FROM shop.sales UNION ALL SELECT city FROM shop.old) AS _l_0 LIMIT 5

-- grain PT1S
toStartOfSecond({col})

-- grain PT5S
toDateTime64(toStartOfInterval({col}, INTERVAL 5 SECOND), 6, 'UTC')

-- grain PT30S
toDateTime64(toStartOfInterval({col}, INTERVAL 30 SECOND), 6, 'UTC')

-- grain PT1M
toDateTime64(toStartOfMinute({col}), 6, 'UTC')

-- grain PT5M
toDateTime64(toStartOfInterval({col}, INTERVAL 300 SECOND), 6, 'UTC')

-- grain PT10M
toDateTime64(toStartOfInterval({col}, INTERVAL 600 SECOND), 6, 'UTC')

-- grain PT15M
toDateTime64(toStartOfInterval({col}, INTERVAL 900 SECOND), 6, 'UTC')

-- grain PT30M
toDateTime64(toStartOfInterval({col}, INTERVAL 1800 SECOND), 6, 'UTC')

-- grain PT1H
toDateTime64(toStartOfHour({col}), 6, 'UTC')

-- grain PT6H
toDateTime64(toStartOfInterval({col}, INTERVAL 21600 SECOND), 6, 'UTC')

-- grain P1D
toDateTime64(toStartOfDay({col}), 6, 'UTC')

-- grain P1W
toDateTime64(toMonday({col}), 6, 'UTC')

-- grain P1M
toDateTime64(toStartOfMonth({col}), 6, 'UTC')

-- grain P3M
toDateTime64(toStartOfQuarter({col}), 6, 'UTC')

-- grain P1Y
toDateTime64(toStartOfYear({col}), 6, 'UTC')

-- grain 1969-12-28T00:00:00Z/P1W
addDays(toDateTime64(toMonday(addDays({col}, 1)), 6, 'UTC'), -1)

-- grain 1969-12-29T00:00:00Z/P1W
toDateTime64(toMonday({col}), 6, 'UTC')

-- grain P1W/1970-01-03T00:00:00Z
addDays(toDateTime64(toMonday(addDays({col}, 1)), 6, 'UTC'), 5)

-- grain P1W/1970-01-04T00:00:00Z
addDays(toDateTime64(toMonday({col}), 6, 'UTC'), 6)
