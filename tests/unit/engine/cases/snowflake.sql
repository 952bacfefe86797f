-- a limit
SELECT "SALES"."CITY" AS "city", SUM("SALES"."AMOUNT") AS "SUM(amount)" FROM "SHOP"."SALES" GROUP BY "SALES"."CITY" LIMIT 11

-- an offset in order
SELECT "SALES"."CITY" AS "city", SUM("SALES"."AMOUNT") AS "SUM(amount)" FROM "SHOP"."SALES" GROUP BY "SALES"."CITY" ORDER BY "SUM(amount)" DESC LIMIT 11 OFFSET 20

-- an offset alone
SELECT "SALES"."CITY" AS "city" FROM "SHOP"."SALES" LIMIT NULL OFFSET 20

-- a month of a time range
SELECT DATE_TRUNC('month', CAST("SALES"."SOLD" AS TIMESTAMP_NTZ)) AS "sold", SUM("SALES"."AMOUNT") AS "SUM(amount)" FROM "SHOP"."SALES" WHERE "SALES"."SOLD" >= TO_TIMESTAMP_NTZ('2020-01-01 00:00:00') AND "SALES"."SOLD" < TO_TIMESTAMP_NTZ('2020-02-01 10:00:00') GROUP BY DATE_TRUNC('month', CAST("SALES"."SOLD" AS TIMESTAMP_NTZ)) ORDER BY "sold" ASC

-- a month in a zone
SELECT DATE_TRUNC('month', CONVERT_TIMEZONE('UTC', 'Europe/Berlin', CAST("SALES"."SOLD" AS TIMESTAMP_NTZ))) AS "sold", SUM("SALES"."AMOUNT") AS "SUM(amount)" FROM "SHOP"."SALES" WHERE "SALES"."SOLD" >= TO_TIMESTAMP_NTZ('2019-12-31 23:00:00') AND "SALES"."SOLD" < TO_TIMESTAMP_NTZ('2020-02-01 09:00:00') GROUP BY DATE_TRUNC('month', CONVERT_TIMEZONE('UTC', 'Europe/Berlin', CAST("SALES"."SOLD" AS TIMESTAMP_NTZ)))

-- an hour in a zone of half hours
SELECT DATEADD(SECOND, -1800, DATE_TRUNC('hour', DATEADD(SECOND, 1800, CAST("SALES"."SOLD" AS TIMESTAMP_NTZ)))) AS "sold", SUM("SALES"."AMOUNT") AS "SUM(amount)" FROM "SHOP"."SALES" GROUP BY DATEADD(SECOND, -1800, DATE_TRUNC('hour', DATEADD(SECOND, 1800, CAST("SALES"."SOLD" AS TIMESTAMP_NTZ))))

-- days and epochs
SELECT "SALES"."CITY" AS "city" FROM "SHOP"."SALES" WHERE "SALES"."DAY" >= DATE '2020-01-01' AND "SALES"."SINCE" >= 1577836800000

-- texts alike
SELECT "SALES"."CITY" AS "city" FROM "SHOP"."SALES" WHERE "SALES"."CITY" ILIKE 'kö%' AND NOT CAST("SALES"."YEAR" AS VARCHAR) LIKE '2%' AND "SALES"."CITY" = 'it\'s \\'

-- booleans
SELECT "SALES"."CITY" AS "city" FROM "SHOP"."SALES" WHERE "SALES"."OPEN" AND "SALES"."OPEN" = FALSE AND NOT ("SALES".amount > 9) AND ("SALES".amount > 9) = TRUE

-- NULL among values
SELECT "SALES"."CITY" AS "city" FROM "SHOP"."SALES" WHERE ("SALES"."CITY" IS NULL OR "SALES"."CITY" IN ('Bonn'))

-- the top series
SELECT "SALES"."CITY" AS "city", "SALES"."YEAR" AS "year", SUM("SALES"."AMOUNT") AS "SUM(amount)" FROM "SHOP"."SALES" INNER JOIN (SELECT "SALES"."CITY" AS "__series_0", 1 AS "__series" FROM "SHOP"."SALES" GROUP BY "SALES"."CITY" ORDER BY SUM("SALES"."AMOUNT") ASC LIMIT 3) AS "__series" ON "SALES"."CITY" IS NOT DISTINCT FROM "__series"."__series_0" GROUP BY "SALES"."CITY", "SALES"."YEAR"

-- the top series and others
SELECT "SALES"."CITY" AS "city", CASE WHEN "__series"."__series" IS NULL THEN 'Others' ELSE CAST("SALES"."YEAR" AS VARCHAR) END AS "year", SUM("SALES"."AMOUNT") AS "SUM(amount)" FROM "SHOP"."SALES" LEFT JOIN (SELECT "SALES"."YEAR" AS "__series_0", 1 AS "__series" FROM "SHOP"."SALES" GROUP BY "SALES"."YEAR" ORDER BY SUM("SALES"."AMOUNT") DESC NULLS LAST LIMIT 3) AS "__series" ON "SALES"."YEAR" IS NOT DISTINCT FROM "__series"."__series_0" GROUP BY "SALES"."CITY", CASE WHEN "__series"."__series" IS NULL THEN 'Others' ELSE CAST("SALES"."YEAR" AS VARCHAR) END

-- a number of rows
SELECT COUNT(*) AS "rowcount" FROM (SELECT "SALES"."CITY" AS "city", SUM("SALES"."AMOUNT") AS "SUM(amount)" FROM "SHOP"."SALES" GROUP BY "SALES"."CITY") AS "__counted"

-- a row rule
SELECT "SALES"."CITY" AS "city", SUM("SALES"."AMOUNT") AS "SUM(amount)" FROM (SELECT * FROM "SHOP"."SALES" WHERE ("SALES".city = 'Köln')) AS "SALES" INNER JOIN (SELECT "SALES"."CITY" AS "__series_0", 1 AS "__series" FROM (SELECT * FROM "SHOP"."SALES" WHERE ("SALES".city = 'Köln')) AS "SALES" GROUP BY "SALES"."CITY" ORDER BY SUM("SALES"."AMOUNT") ASC LIMIT 3) AS "__series" ON "SALES"."CITY" IS NOT DISTINCT FROM "__series"."__series_0" GROUP BY "SALES"."CITY"

-- values that hold a text
SELECT "SALES"."CITY" AS "city" FROM "SHOP"."SALES" WHERE "SALES"."CITY" ILIKE '%50!%!_[!!\\%' ESCAPE '!' GROUP BY "SALES"."CITY" ORDER BY "city" ASC LIMIT 6

-- a virtual dataset
SELECT "VIRTUAL_TABLE"."CITY" AS "city", COUNT(*) AS "n" FROM (WITH x AS (SELECT city, year FROM shop.sales) SELECT city, year FROM x ORDER BY year) AS "VIRTUAL_TABLE" GROUP BY "VIRTUAL_TABLE"."CITY"

-- a query cut
SELECT city FROM shop.sales UNION ALL SELECT city FROM shop.old LIMIT 5

-- grain PT1S
DATE_TRUNC('second', {col})

-- grain PT5S
TIME_SLICE({col}, 5, 'SECOND')

-- grain PT30S
TIME_SLICE({col}, 30, 'SECOND')

-- grain PT1M
DATE_TRUNC('minute', {col})

-- grain PT5M
TIME_SLICE({col}, 300, 'SECOND')

-- grain PT10M
TIME_SLICE({col}, 600, 'SECOND')

-- grain PT15M
TIME_SLICE({col}, 900, 'SECOND')

-- grain PT30M
TIME_SLICE({col}, 1800, 'SECOND')

-- grain PT1H
DATE_TRUNC('hour', {col})

-- grain PT6H
TIME_SLICE({col}, 21600, 'SECOND')

-- grain P1D
DATE_TRUNC('day', {col})

-- grain P1W
DATE_TRUNC('week', {col})

-- grain P1M
DATE_TRUNC('month', {col})

-- grain P3M
DATE_TRUNC('quarter', {col})

-- grain P1Y
DATE_TRUNC('year', {col})

-- grain 1969-12-28T00:00:00Z/P1W
DATEADD(DAY, -1, DATE_TRUNC('week', DATEADD(DAY, 1, {col})))

-- grain 1969-12-29T00:00:00Z/P1W
DATE_TRUNC('week', {col})

-- grain P1W/1970-01-03T00:00:00Z
DATEADD(DAY, 5, DATE_TRUNC('week', DATEADD(DAY, 1, {col})))

-- grain P1W/1970-01-04T00:00:00Z
DATEADD(DAY, 6, DATE_TRUNC('week', {col}))
