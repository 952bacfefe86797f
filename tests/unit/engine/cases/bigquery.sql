-- a limit
SELECT `sales`.`city` AS `city`, SUM(`sales`.`amount`) AS `SUM_amount_` FROM `shop`.`sales` GROUP BY 1 LIMIT 11

-- an offset in order
SELECT `sales`.`city` AS `city`, SUM(`sales`.`amount`) AS `SUM_amount_` FROM `shop`.`sales` GROUP BY 1 ORDER BY `SUM_amount_` DESC LIMIT 11 OFFSET 20

-- an offset alone
SELECT `sales`.`city` AS `city` FROM `shop`.`sales` LIMIT 9223372036854775807 OFFSET 20

-- a month of a time range
SELECT DATETIME_TRUNC(CAST(`sales`.`sold` AS DATETIME), MONTH) AS `sold`, SUM(`sales`.`amount`) AS `SUM_amount_` FROM `shop`.`sales` WHERE `sales`.`sold` >= DATETIME '2020-01-01 00:00:00' AND `sales`.`sold` < DATETIME '2020-02-01 10:00:00' GROUP BY 1 ORDER BY `sold` ASC

-- a month in a zone
SELECT DATETIME_TRUNC(DATETIME(TIMESTAMP(CAST(`sales`.`sold` AS DATETIME), 'UTC'), 'Europe/Berlin'), MONTH) AS `sold`, SUM(`sales`.`amount`) AS `SUM_amount_` FROM `shop`.`sales` WHERE `sales`.`sold` >= DATETIME '2019-12-31 23:00:00' AND `sales`.`sold` < DATETIME '2020-02-01 09:00:00' GROUP BY 1

-- an hour in a zone of half hours
SELECT DATETIME_ADD(DATETIME_TRUNC(DATETIME_ADD(CAST(`sales`.`sold` AS DATETIME), INTERVAL 1800 SECOND), HOUR), INTERVAL -1800 SECOND) AS `sold`, SUM(`sales`.`amount`) AS `SUM_amount_` FROM `shop`.`sales` GROUP BY 1

-- days and epochs
SELECT `sales`.`city` AS `city` FROM `shop`.`sales` WHERE `sales`.`day` >= DATE '2020-01-01' AND `sales`.`since` >= 1577836800000

-- texts alike
SELECT `sales`.`city` AS `city` FROM `shop`.`sales` WHERE LOWER(`sales`.`city`) LIKE LOWER('kö%') AND NOT CAST(`sales`.`year` AS STRING) LIKE '2%' AND `sales`.`city` = 'it\'s \\'

-- booleans
SELECT `sales`.`city` AS `city` FROM `shop`.`sales` WHERE `sales`.`open` IS TRUE AND `sales`.`open` = FALSE AND (`sales`.amount > 9) IS FALSE AND (`sales`.amount > 9) = TRUE

-- NULL among values
SELECT `sales`.`city` AS `city` FROM `shop`.`sales` WHERE (`sales`.`city` IS NULL OR `sales`.`city` IN ('Bonn'))

-- the top series
SELECT `sales`.`city` AS `city`, `sales`.`year` AS `year`, SUM(`sales`.`amount`) AS `SUM_amount_` FROM `shop`.`sales` INNER JOIN (SELECT `sales`.`city` AS `__series_0`, 1 AS `__series` FROM `shop`.`sales` GROUP BY 1 ORDER BY SUM(`sales`.`amount`) ASC NULLS LAST LIMIT 3) AS `__series` ON `sales`.`city` IS NOT DISTINCT FROM `__series`.`__series_0` GROUP BY 1, 2

-- the top series and others
SELECT `sales`.`city` AS `city`, CASE WHEN `__series`.`__series` IS NULL THEN 'Others' ELSE CAST(`sales`.`year` AS STRING) END AS `year`, SUM(`sales`.`amount`) AS `SUM_amount_` FROM `shop`.`sales` LEFT JOIN (SELECT `sales`.`year` AS `__series_0`, 1 AS `__series` FROM `shop`.`sales` GROUP BY 1 ORDER BY SUM(`sales`.`amount`) DESC LIMIT 3) AS `__series` ON `sales`.`year` IS NOT DISTINCT FROM `__series`.`__series_0` GROUP BY 1, 2

-- a number of rows
SELECT COUNT(*) AS `rowcount` FROM (SELECT `sales`.`city` AS `city`, SUM(`sales`.`amount`) AS `SUM_amount_` FROM `shop`.`sales` GROUP BY 1) AS `__counted`

-- a row rule
SELECT `sales`.`city` AS `city`, SUM(`sales`.`amount`) AS `SUM_amount_` FROM (SELECT * FROM `shop`.`sales` WHERE (`sales`.city = 'Köln')) AS `sales` INNER JOIN (SELECT `sales`.`city` AS `__series_0`, 1 AS `__series` FROM (SELECT * FROM `shop`.`sales` WHERE (`sales`.city = 'Köln')) AS `sales` GROUP BY 1 ORDER BY SUM(`sales`.`amount`) ASC NULLS LAST LIMIT 3) AS `__series` ON `sales`.`city` IS NOT DISTINCT FROM `__series`.`__series_0` GROUP BY 1

-- values that hold a text
SELECT `sales`.`city` AS `city` FROM `shop`.`sales` WHERE LOWER(`sales`.`city`) LIKE LOWER('%50\\%\\_[!\\\\%') GROUP BY 1 ORDER BY `city` ASC LIMIT 6

-- a virtual dataset
SELECT `virtual_table`.`city` AS `city`, COUNT(*) AS `n` FROM (WITH x AS (SELECT city, year FROM shop.sales) SELECT city, year FROM x ORDER BY year) AS `virtual_table` GROUP BY 1

-- a query cut
SELECT city FROM shop.sales UNION ALL SELECT city FROM shop.old LIMIT 5

-- grain PT1S
DATETIME_TRUNC({col}, SECOND)

-- grain PT5S
DATETIME_ADD(DATETIME_TRUNC({col}, DAY), INTERVAL DIV(DATETIME_DIFF({col}, DATETIME_TRUNC({col}, DAY), SECOND), 5) * 5 SECOND)

-- grain PT30S
DATETIME_ADD(DATETIME_TRUNC({col}, DAY), INTERVAL DIV(DATETIME_DIFF({col}, DATETIME_TRUNC({col}, DAY), SECOND), 30) * 30 SECOND)

-- grain PT1M
DATETIME_TRUNC({col}, MINUTE)

-- grain PT5M
DATETIME_ADD(DATETIME_TRUNC({col}, DAY), INTERVAL DIV(DATETIME_DIFF({col}, DATETIME_TRUNC({col}, DAY), SECOND), 300) * 300 SECOND)

-- grain PT10M
DATETIME_ADD(DATETIME_TRUNC({col}, DAY), INTERVAL DIV(DATETIME_DIFF({col}, DATETIME_TRUNC({col}, DAY), SECOND), 600) * 600 SECOND)

-- grain PT15M
DATETIME_ADD(DATETIME_TRUNC({col}, DAY), INTERVAL DIV(DATETIME_DIFF({col}, DATETIME_TRUNC({col}, DAY), SECOND), 900) * 900 SECOND)

-- grain PT30M
DATETIME_ADD(DATETIME_TRUNC({col}, DAY), INTERVAL DIV(DATETIME_DIFF({col}, DATETIME_TRUNC({col}, DAY), SECOND), 1800) * 1800 SECOND)

-- grain PT1H
DATETIME_TRUNC({col}, HOUR)

-- grain PT6H
DATETIME_ADD(DATETIME_TRUNC({col}, DAY), INTERVAL DIV(DATETIME_DIFF({col}, DATETIME_TRUNC({col}, DAY), SECOND), 21600) * 21600 SECOND)

-- grain P1D
DATETIME_TRUNC({col}, DAY)

-- grain P1W
DATETIME_TRUNC({col}, ISOWEEK)

-- grain P1M
DATETIME_TRUNC({col}, MONTH)

-- grain P3M
DATETIME_TRUNC({col}, QUARTER)

-- grain P1Y
DATETIME_TRUNC({col}, YEAR)

-- grain 1969-12-28T00:00:00Z/P1W
DATETIME_ADD(DATETIME_TRUNC(DATETIME_ADD({col}, INTERVAL 1 DAY), ISOWEEK), INTERVAL -1 DAY)

-- grain 1969-12-29T00:00:00Z/P1W
DATETIME_TRUNC({col}, ISOWEEK)

-- grain P1W/1970-01-03T00:00:00Z
DATETIME_ADD(DATETIME_TRUNC(DATETIME_ADD({col}, INTERVAL 1 DAY), ISOWEEK), INTERVAL 5 DAY)

-- grain P1W/1970-01-04T00:00:00Z
DATETIME_ADD(DATETIME_TRUNC({col}, ISOWEEK), INTERVAL 6 DAY)
