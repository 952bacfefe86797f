-- a limit
SELECT TOP 11 [sales].[city] AS [city], SUM([sales].[amount]) AS [SUM(amount)] FROM [shop].[sales] GROUP BY [sales].[city]

-- an offset in order
SELECT [sales].[city] AS [city], SUM([sales].[amount]) AS [SUM(amount)] FROM [shop].[sales] GROUP BY [sales].[city] ORDER BY [SUM(amount)] DESC OFFSET 20 ROWS FETCH FIRST 11 ROWS ONLY

-- an offset alone
SELECT [sales].[city] AS [city] FROM [shop].[sales] ORDER BY (SELECT NULL) OFFSET 20 ROWS

-- a month of a time range
SELECT DATEADD(month, DATEDIFF(month, CAST('1753-01-01' AS DATETIME2), CAST([sales].[sold] AS DATETIME2)), CAST('1753-01-01' AS DATETIME2)) AS [sold], SUM([sales].[amount]) AS [SUM(amount)] FROM [shop].[sales] WHERE [sales].[sold] >= CAST('2020-01-01 00:00:00' AS DATETIME2) AND [sales].[sold] < CAST('2020-02-01 10:00:00' AS DATETIME2) GROUP BY DATEADD(month, DATEDIFF(month, CAST('1753-01-01' AS DATETIME2), CAST([sales].[sold] AS DATETIME2)), CAST('1753-01-01' AS DATETIME2)) ORDER BY [sold] ASC

-- a month in a zone
SELECT DATEADD(month, DATEDIFF(month, CAST('1753-01-01' AS DATETIME2), DATEADD(second, 3600, CAST([sales].[sold] AS DATETIME2))), CAST('1753-01-01' AS DATETIME2)) AS [sold], SUM([sales].[amount]) AS [SUM(amount)] FROM [shop].[sales] WHERE [sales].[sold] >= CAST('2019-12-31 23:00:00' AS DATETIME2) AND [sales].[sold] < CAST('2020-02-01 09:00:00' AS DATETIME2) GROUP BY DATEADD(month, DATEDIFF(month, CAST('1753-01-01' AS DATETIME2), DATEADD(second, 3600, CAST([sales].[sold] AS DATETIME2))), CAST('1753-01-01' AS DATETIME2))

-- an hour in a zone of half hours
SELECT DATEADD(second, -1800, DATEADD(second, DATEDIFF(second, CAST(CAST(DATEADD(second, 1800, CAST([sales].[sold] AS DATETIME2)) AS DATE) AS DATETIME2), DATEADD(second, 1800, CAST([sales].[sold] AS DATETIME2))) / 3600 * 3600, CAST(CAST(DATEADD(second, 1800, CAST([sales].[sold] AS DATETIME2)) AS DATE) AS DATETIME2))) AS [sold], SUM([sales].[amount]) AS [SUM(amount)] FROM [shop].[sales] GROUP BY DATEADD(second, -1800, DATEADD(second, DATEDIFF(second, CAST(CAST(DATEADD(second, 1800, CAST([sales].[sold] AS DATETIME2)) AS DATE) AS DATETIME2), DATEADD(second, 1800, CAST([sales].[sold] AS DATETIME2))) / 3600 * 3600, CAST(CAST(DATEADD(second, 1800, CAST([sales].[sold] AS DATETIME2)) AS DATE) AS DATETIME2)))

-- days and epochs
SELECT [sales].[city] AS [city] FROM [shop].[sales] WHERE [sales].[day] >= CAST('2020-01-01' AS DATE) AND [sales].[since] >= 1577836800000

-- texts alike
SELECT [sales].[city] AS [city] FROM [shop].[sales] WHERE LOWER([sales].[city]) LIKE LOWER(N'kö%') AND NOT CAST([sales].[year] AS NVARCHAR(MAX)) LIKE '2%' AND [sales].[city] = 'it''s \'

-- booleans
SELECT [sales].[city] AS [city] FROM [shop].[sales] WHERE [sales].[open] = 1 AND [sales].[open] = 0 AND NOT ([sales].amount > 9) AND ([sales].amount > 9)

-- NULL among values
SELECT [sales].[city] AS [city] FROM [shop].[sales] WHERE ([sales].[city] IS NULL OR [sales].[city] IN ('Bonn'))

-- the top series
SELECT [sales].[city] AS [city], [sales].[year] AS [year], SUM([sales].[amount]) AS [SUM(amount)] FROM [shop].[sales] INNER JOIN (SELECT TOP 3 [sales].[city] AS [__series_0], 1 AS [__series] FROM [shop].[sales] GROUP BY [sales].[city] ORDER BY CASE WHEN SUM([sales].[amount]) IS NULL THEN 1 ELSE 0 END, SUM([sales].[amount]) ASC) AS [__series] ON ([sales].[city] = [__series].[__series_0] OR [sales].[city] IS NULL AND [__series].[__series_0] IS NULL) GROUP BY [sales].[city], [sales].[year]

-- the top series and others
SELECT [sales].[city] AS [city], CASE WHEN [__series].[__series] IS NULL THEN 'Others' ELSE CAST([sales].[year] AS NVARCHAR(MAX)) END AS [year], SUM([sales].[amount]) AS [SUM(amount)] FROM [shop].[sales] LEFT JOIN (SELECT TOP 3 [sales].[year] AS [__series_0], 1 AS [__series] FROM [shop].[sales] GROUP BY [sales].[year] ORDER BY SUM([sales].[amount]) DESC) AS [__series] ON ([sales].[year] = [__series].[__series_0] OR [sales].[year] IS NULL AND [__series].[__series_0] IS NULL) GROUP BY [sales].[city], CASE WHEN [__series].[__series] IS NULL THEN 'Others' ELSE CAST([sales].[year] AS NVARCHAR(MAX)) END

-- a number of rows
SELECT COUNT(*) AS [rowcount] FROM (SELECT [sales].[city] AS [city], SUM([sales].[amount]) AS [SUM(amount)] FROM [shop].[sales] GROUP BY [sales].[city]) AS [__counted]

-- a row rule
SELECT [sales].[city] AS [city], SUM([sales].[amount]) AS [SUM(amount)] FROM (SELECT * FROM [shop].[sales] WHERE ([sales].city = N'Köln')) AS [sales] INNER JOIN (SELECT TOP 3 [sales].[city] AS [__series_0], 1 AS [__series] FROM (SELECT * FROM [shop].[sales] WHERE ([sales].city = N'Köln')) AS [sales] GROUP BY [sales].[city] ORDER BY CASE WHEN SUM([sales].[amount]) IS NULL THEN 1 ELSE 0 END, SUM([sales].[amount]) ASC) AS [__series] ON ([sales].[city] = [__series].[__series_0] OR [sales].[city] IS NULL AND [__series].[__series_0] IS NULL) GROUP BY [sales].[city]

-- values that hold a text
SELECT TOP 6 [sales].[city] AS [city] FROM [shop].[sales] WHERE LOWER([sales].[city]) LIKE LOWER('%50!%!_![!!\%') ESCAPE '!' GROUP BY [sales].[city] ORDER BY [city] ASC

-- a virtual dataset
WITH x AS (SELECT city AS city, year AS year FROM shop.sales) SELECT [virtual_table].[city] AS [city], COUNT(*) AS [n] FROM (SELECT city AS city, year AS year FROM x) AS [virtual_table] GROUP BY [virtual_table].[city]

-- a query cut
SELECT TOP 5 * FROM (SELECT city FROM shop.sales UNION ALL SELECT city FROM shop.old) AS _l_0

-- grain PT1S
DATEADD(second, DATEDIFF(second, CAST(CAST({col} AS DATE) AS DATETIME2), {col}), CAST(CAST({col} AS DATE) AS DATETIME2))

-- grain PT5S
DATEADD(second, DATEDIFF(second, CAST(CAST({col} AS DATE) AS DATETIME2), {col}) / 5 * 5, CAST(CAST({col} AS DATE) AS DATETIME2))

-- grain PT30S
DATEADD(second, DATEDIFF(second, CAST(CAST({col} AS DATE) AS DATETIME2), {col}) / 30 * 30, CAST(CAST({col} AS DATE) AS DATETIME2))

-- grain PT1M
DATEADD(second, DATEDIFF(second, CAST(CAST({col} AS DATE) AS DATETIME2), {col}) / 60 * 60, CAST(CAST({col} AS DATE) AS DATETIME2))

-- grain PT5M
DATEADD(second, DATEDIFF(second, CAST(CAST({col} AS DATE) AS DATETIME2), {col}) / 300 * 300, CAST(CAST({col} AS DATE) AS DATETIME2))

-- grain PT10M
DATEADD(second, DATEDIFF(second, CAST(CAST({col} AS DATE) AS DATETIME2), {col}) / 600 * 600, CAST(CAST({col} AS DATE) AS DATETIME2))

-- grain PT15M
DATEADD(second, DATEDIFF(second, CAST(CAST({col} AS DATE) AS DATETIME2), {col}) / 900 * 900, CAST(CAST({col} AS DATE) AS DATETIME2))

-- grain PT30M
DATEADD(second, DATEDIFF(second, CAST(CAST({col} AS DATE) AS DATETIME2), {col}) / 1800 * 1800, CAST(CAST({col} AS DATE) AS DATETIME2))

-- grain PT1H
DATEADD(second, DATEDIFF(second, CAST(CAST({col} AS DATE) AS DATETIME2), {col}) / 3600 * 3600, CAST(CAST({col} AS DATE) AS DATETIME2))

-- grain PT6H
DATEADD(second, DATEDIFF(second, CAST(CAST({col} AS DATE) AS DATETIME2), {col}) / 21600 * 21600, CAST(CAST({col} AS DATE) AS DATETIME2))

-- grain P1D
CAST(CAST({col} AS DATE) AS DATETIME2)

-- grain P1W
DATEADD(day, DATEDIFF(day, CAST('1753-01-01' AS DATETIME2), {col}) / 7 * 7, CAST('1753-01-01' AS DATETIME2))

-- grain P1M
DATEADD(month, DATEDIFF(month, CAST('1753-01-01' AS DATETIME2), {col}), CAST('1753-01-01' AS DATETIME2))

-- grain P3M
DATEADD(quarter, DATEDIFF(quarter, CAST('1753-01-01' AS DATETIME2), {col}), CAST('1753-01-01' AS DATETIME2))

-- grain P1Y
DATEADD(year, DATEDIFF(year, CAST('1753-01-01' AS DATETIME2), {col}), CAST('1753-01-01' AS DATETIME2))

-- grain 1969-12-28T00:00:00Z/P1W
DATEADD(day, -1, DATEADD(day, DATEDIFF(day, CAST('1753-01-01' AS DATETIME2), DATEADD(day, 1, {col})) / 7 * 7, CAST('1753-01-01' AS DATETIME2)))

-- grain 1969-12-29T00:00:00Z/P1W
DATEADD(day, DATEDIFF(day, CAST('1753-01-01' AS DATETIME2), {col}) / 7 * 7, CAST('1753-01-01' AS DATETIME2))

-- grain P1W/1970-01-03T00:00:00Z
DATEADD(day, 5, DATEADD(day, DATEDIFF(day, CAST('1753-01-01' AS DATETIME2), DATEADD(day, 1, {col})) / 7 * 7, CAST('1753-01-01' AS DATETIME2)))

-- grain P1W/1970-01-04T00:00:00Z
DATEADD(day, 6, DATEADD(day, DATEDIFF(day, CAST('1753-01-01' AS DATETIME2), {col}) / 7 * 7, CAST('1753-01-01' AS DATETIME2)))
