-- a limit
SELECT `sales`.`city` AS `city`, SUM(`sales`.`amount`) AS `SUM(amount)` FROM `shop`.`sales` GROUP BY `sales`.`city` LIMIT 11

-- an offset in order
SELECT `sales`.`city` AS `city`, SUM(`sales`.`amount`) AS `SUM(amount)` FROM `shop`.`sales` GROUP BY `sales`.`city` ORDER BY `SUM(amount)` DESC LIMIT 11 OFFSET 20

-- an offset alone
SELECT `sales`.`city` AS `city` FROM `shop`.`sales` OFFSET 20

-- a month of a time range
SELECT DATE_TRUNC('month', CAST(`sales`.`sold` AS TIMESTAMP)) AS `sold`, SUM(`sales`.`amount`) AS `SUM(amount)` FROM `shop`.`sales` WHERE `sales`.`sold` >= TIMESTAMP '2020-01-01 00:00:00 UTC' AND `sales`.`sold` < TIMESTAMP '2020-02-01 10:00:00 UTC' GROUP BY DATE_TRUNC('month', CAST(`sales`.`sold` AS TIMESTAMP)) ORDER BY `sold` ASC

-- a month in a zone
SELECT DATE_TRUNC('month', FROM_UTC_TIMESTAMP(TO_UTC_TIMESTAMP(CAST(`sales`.`sold` AS TIMESTAMP), 'UTC'), 'Europe/Berlin')) AS `sold`, SUM(`sales`.`amount`) AS `SUM(amount)` FROM `shop`.`sales` WHERE `sales`.`sold` >= TIMESTAMP '2019-12-31 23:00:00 UTC' AND `sales`.`sold` < TIMESTAMP '2020-02-01 09:00:00 UTC' GROUP BY DATE_TRUNC('month', FROM_UTC_TIMESTAMP(TO_UTC_TIMESTAMP(CAST(`sales`.`sold` AS TIMESTAMP), 'UTC'), 'Europe/Berlin'))

-- an hour in a zone of half hours
SELECT (DATE_TRUNC('hour', (CAST(`sales`.`sold` AS TIMESTAMP) + INTERVAL '1800' SECOND)) + INTERVAL '-1800' SECOND) AS `sold`, SUM(`sales`.`amount`) AS `SUM(amount)` FROM `shop`.`sales` GROUP BY (DATE_TRUNC('hour', (CAST(`sales`.`sold` AS TIMESTAMP) + INTERVAL '1800' SECOND)) + INTERVAL '-1800' SECOND)

-- days and epochs
SELECT `sales`.`city` AS `city` FROM `shop`.`sales` WHERE `sales`.`day` >= DATE '2020-01-01' AND `sales`.`since` >= 1577836800000

-- texts alike
SELECT `sales`.`city` AS `city` FROM `shop`.`sales` WHERE `sales`.`city` ILIKE 'kö%' AND NOT CAST(`sales`.`year` AS STRING) LIKE '2%' AND `sales`.`city` = 'it\'s \\'

-- booleans
SELECT `sales`.`city` AS `city` FROM `shop`.`sales` WHERE `sales`.`open` IS TRUE AND `sales`.`open` = FALSE AND (`sales`.amount > 9) IS FALSE AND (`sales`.amount > 9) = TRUE

-- NULL among values
SELECT `sales`.`city` AS `city` FROM `shop`.`sales` WHERE (`sales`.`city` IS NULL OR `sales`.`city` IN ('Bonn'))

-- the top series
SELECT `sales`.`city` AS `city`, `sales`.`year` AS `year`, SUM(`sales`.`amount`) AS `SUM(amount)` FROM `shop`.`sales` INNER JOIN (SELECT `sales`.`city` AS `__series_0`, 1 AS `__series` FROM `shop`.`sales` GROUP BY `sales`.`city` ORDER BY SUM(`sales`.`amount`) ASC NULLS LAST LIMIT 3) AS `__series` ON `sales`.`city` IS NOT DISTINCT FROM `__series`.`__series_0` GROUP BY `sales`.`city`, `sales`.`year`

-- the top series and others
SELECT `sales`.`city` AS `city`, CASE WHEN `__series`.`__series` IS NULL THEN 'Others' ELSE CAST(`sales`.`year` AS STRING) END AS `year`, SUM(`sales`.`amount`) AS `SUM(amount)` FROM `shop`.`sales` LEFT JOIN (SELECT `sales`.`year` AS `__series_0`, 1 AS `__series` FROM `shop`.`sales` GROUP BY `sales`.`year` ORDER BY SUM(`sales`.`amount`) DESC LIMIT 3) AS `__series` ON `sales`.`year` IS NOT DISTINCT FROM `__series`.`__series_0` GROUP BY `sales`.`city`, CASE WHEN `__series`.`__series` IS NULL THEN 'Others' ELSE CAST(`sales`.`year` AS STRING) END

-- a number of rows
SELECT COUNT(*) AS `rowcount` FROM (SELECT `sales`.`city` AS `city`, SUM(`sales`.`amount`) AS `SUM(amount)` FROM `shop`.`sales` GROUP BY `sales`.`city`) AS `__counted`

-- a row rule
SELECT `sales`.`city` AS `city`, SUM(`sales`.`amount`) AS `SUM(amount)` FROM (SELECT * FROM `shop`.`sales` WHERE (`sales`.city = 'Köln')) AS `sales` INNER JOIN (SELECT `sales`.`city` AS `__series_0`, 1 AS `__series` FROM (SELECT * FROM `shop`.`sales` WHERE (`sales`.city = 'Köln')) AS `sales` GROUP BY `sales`.`city` ORDER BY SUM(`sales`.`amount`) ASC NULLS LAST LIMIT 3) AS `__series` ON `sales`.`city` IS NOT DISTINCT FROM `__series`.`__series_0` GROUP BY `sales`.`city`

-- values that hold a text
SELECT `sales`.`city` AS `city` FROM `shop`.`sales` WHERE `sales`.`city` ILIKE '%50!%!_[!!\\%' ESCAPE '!' GROUP BY `sales`.`city` ORDER BY `city` ASC LIMIT 6

-- a virtual dataset
SELECT `virtual_table`.`city` AS `city`, COUNT(*) AS `n` FROM (
WITH x AS (SELECT city, year FROM shop.sales) SELECT city, year FROM x ORDER BY year
) AS `virtual_table` GROUP BY `virtual_table`.`city`

-- a query cut
SELECT city FROM shop.sales UNION ALL SELECT city FROM shop.old LIMIT 5

-- grain PT1S
DATE_TRUNC('second', {col})

-- grain PT5S
TIMESTAMP_SECONDS(FLOOR(UNIX_TIMESTAMP({col}) / 5) * 5)

-- grain PT30S
TIMESTAMP_SECONDS(FLOOR(UNIX_TIMESTAMP({col}) / 30) * 30)

-- grain PT1M
DATE_TRUNC('minute', {col})

-- grain PT5M
TIMESTAMP_SECONDS(FLOOR(UNIX_TIMESTAMP({col}) / 300) * 300)

-- grain PT10M
TIMESTAMP_SECONDS(FLOOR(UNIX_TIMESTAMP({col}) / 600) * 600)

-- grain PT15M
TIMESTAMP_SECONDS(FLOOR(UNIX_TIMESTAMP({col}) / 900) * 900)

-- grain PT30M
TIMESTAMP_SECONDS(FLOOR(UNIX_TIMESTAMP({col}) / 1800) * 1800)

-- grain PT1H
DATE_TRUNC('hour', {col})

-- grain PT6H
TIMESTAMP_SECONDS(FLOOR(UNIX_TIMESTAMP({col}) / 21600) * 21600)

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
(DATE_TRUNC('week', ({col} + INTERVAL 1 DAY)) + INTERVAL -1 DAY)

-- grain 1969-12-29T00:00:00Z/P1W
DATE_TRUNC('week', {col})

-- grain P1W/1970-01-03T00:00:00Z
(DATE_TRUNC('week', ({col} + INTERVAL 1 DAY)) + INTERVAL 5 DAY)

-- grain P1W/1970-01-04T00:00:00Z
(DATE_TRUNC('week', {col}) + INTERVAL 6 DAY)
