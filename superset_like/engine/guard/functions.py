"""Which functions SQL of people may call on every engine; an engine adds its own names in `functions`.

A function belongs here when its answer depends on its arguments and the clock alone. Functions that tell of the
server, the session, users or files, that wait, lock, read or write elsewhere, or that run text as SQL stay off,
whatever the route.
"""

import re

from sqlglot import exp

AGGREGATES = frozenset(
    {
        exp.AnyValue,
        exp.ApproxDistinct,
        exp.ApproxQuantile,
        exp.ArgMax,
        exp.ArgMin,
        exp.ArrayAgg,
        exp.ArrayConcatAgg,
        exp.ArrayUniqueAgg,
        exp.Avg,
        exp.BitwiseAndAgg,
        exp.BitwiseOrAgg,
        exp.BitwiseXorAgg,
        exp.Corr,
        exp.Count,
        exp.CountIf,
        exp.CovarPop,
        exp.CovarSamp,
        exp.First,
        exp.GroupConcat,
        exp.JSONArrayAgg,
        exp.JSONBObjectAgg,
        exp.JSONObjectAgg,
        exp.Kurtosis,
        exp.Last,
        exp.LogicalAnd,
        exp.LogicalOr,
        exp.Max,
        exp.Median,
        exp.Min,
        exp.Mode,
        exp.ObjectAgg,
        exp.PercentileCont,
        exp.PercentileDisc,
        exp.Quantile,
        exp.RegrAvgx,
        exp.RegrAvgy,
        exp.RegrCount,
        exp.RegrIntercept,
        exp.RegrR2,
        exp.RegrSlope,
        exp.RegrSxx,
        exp.RegrSxy,
        exp.RegrSyy,
        exp.Skewness,
        exp.Stddev,
        exp.StddevPop,
        exp.StddevSamp,
        exp.Sum,
        exp.Variance,
        exp.VariancePop,
    }
)

WINDOW = frozenset(
    {
        exp.CumeDist,
        exp.DenseRank,
        exp.FirstValue,
        exp.Lag,
        exp.LastValue,
        exp.Lead,
        exp.NthValue,
        exp.Ntile,
        exp.PercentRank,
        exp.Rank,
        exp.RowNumber,
    }
)

MATH = frozenset(
    {
        exp.Abs,
        exp.Acos,
        exp.Acosh,
        exp.Asin,
        exp.Asinh,
        exp.Atan,
        exp.Atan2,
        exp.Atanh,
        exp.BitwiseCount,
        exp.Cbrt,
        exp.Ceil,
        exp.Cos,
        exp.Cosh,
        exp.Cot,
        exp.Coth,
        exp.Degrees,
        exp.Exp,
        exp.Factorial,
        exp.Floor,
        exp.Greatest,
        exp.IsInf,
        exp.IsNan,
        exp.Least,
        exp.Ln,
        exp.Log,
        exp.Negative,
        exp.Pi,
        exp.Pow,
        exp.Radians,
        exp.Rand,
        exp.Round,
        exp.SafeDivide,
        exp.Sign,
        exp.Sin,
        exp.Sinh,
        exp.Sqrt,
        exp.Tan,
        exp.Tanh,
        exp.Trunc,
        exp.WidthBucket,
    }
)

TEXT = frozenset(
    {
        exp.Ascii,
        exp.BitLength,
        exp.ByteLength,
        exp.Chr,
        exp.Collate,
        exp.Concat,
        exp.ConcatWs,
        exp.Contains,
        exp.Decode,
        exp.Encode,
        exp.EndsWith,
        exp.Hex,
        exp.Initcap,
        exp.JarowinklerSimilarity,
        exp.Left,
        exp.Length,
        exp.Levenshtein,
        exp.Lower,
        exp.LowerHex,
        exp.MD5,
        exp.MD5Digest,
        exp.Overlay,
        exp.Pad,
        exp.RegexpCount,
        exp.RegexpExtract,
        exp.RegexpExtractAll,
        exp.RegexpFullMatch,
        exp.RegexpILike,
        exp.RegexpInstr,
        exp.RegexpLike,
        exp.RegexpReplace,
        exp.RegexpSplit,
        exp.RegexpSubstr,
        exp.Replace,
        exp.Reverse,
        exp.Right,
        exp.SHA,
        exp.SHA1Digest,
        exp.SHA2,
        exp.SHA2Digest,
        exp.Soundex,
        exp.Split,
        exp.SplitPart,
        exp.StartsWith,
        exp.StrPosition,
        exp.StringToArray,
        exp.Stuff,
        exp.Substring,
        exp.SubstringIndex,
        exp.Translate,
        exp.Trim,
        exp.Unhex,
        exp.Unicode,
        exp.Upper,
    }
)

TIME = frozenset(
    {
        exp.AddMonths,
        exp.ConvertTimezone,
        exp.CurrentDate,
        exp.CurrentDatetime,
        exp.CurrentTime,
        exp.CurrentTimestamp,
        exp.CurrentTimestampLTZ,
        exp.Date,
        exp.DateAdd,
        exp.DateBin,
        exp.DateDiff,
        exp.DateFromParts,
        exp.DateFromUnixDate,
        exp.DateStrToDate,
        exp.DateSub,
        exp.DateToDateStr,
        exp.DateTrunc,
        exp.Datetime,
        exp.DatetimeAdd,
        exp.DatetimeDiff,
        exp.DatetimeSub,
        exp.DatetimeTrunc,
        exp.Day,
        exp.DayOfMonth,
        exp.DayOfWeek,
        exp.DayOfWeekIso,
        exp.DayOfYear,
        exp.Dayname,
        exp.Extract,
        exp.Hour,
        exp.JustifyDays,
        exp.JustifyHours,
        exp.JustifyInterval,
        exp.LastDay,
        exp.Localtime,
        exp.Localtimestamp,
        exp.MakeInterval,
        exp.Minute,
        exp.Month,
        exp.Monthname,
        exp.MonthsBetween,
        exp.Quarter,
        exp.Second,
        exp.StrToDate,
        exp.StrToTime,
        exp.StrToUnix,
        exp.Time,
        exp.TimeAdd,
        exp.TimeDiff,
        exp.TimeFromParts,
        exp.TimeStrToDate,
        exp.TimeStrToTime,
        exp.TimeStrToUnix,
        exp.TimeSub,
        exp.TimeToStr,
        exp.TimeToTimeStr,
        exp.TimeToUnix,
        exp.TimeTrunc,
        exp.Timestamp,
        exp.TimestampAdd,
        exp.TimestampDiff,
        exp.TimestampFromParts,
        exp.TimestampSub,
        exp.TimestampTrunc,
        exp.ToDays,
        exp.TsOrDiToDi,
        exp.TsOrDsAdd,
        exp.TsOrDsDiff,
        exp.TsOrDsToDate,
        exp.TsOrDsToDateStr,
        exp.TsOrDsToDatetime,
        exp.TsOrDsToTime,
        exp.TsOrDsToTimestamp,
        exp.UnixDate,
        exp.UnixMicros,
        exp.UnixMillis,
        exp.UnixSeconds,
        exp.UnixToStr,
        exp.UnixToTime,
        exp.UnixToTimeStr,
        exp.UtcDate,
        exp.UtcTime,
        exp.UtcTimestamp,
        exp.Week,
        exp.WeekOfYear,
        exp.WeekStart,
        exp.Year,
        exp.YearOfWeek,
        exp.YearOfWeekIso,
    }
)

CONDITIONS_AND_CASTS = frozenset(
    {
        exp.And,
        exp.Case,
        exp.Cast,
        exp.CastToStrType,
        exp.Coalesce,
        exp.Convert,
        exp.DecodeCase,
        exp.Elt,
        exp.EqualNull,
        exp.Exists,
        exp.If,
        exp.IsNullValue,
        exp.Nullif,
        exp.NumberToStr,
        exp.Nvl2,
        exp.Or,
        exp.ToChar,
        exp.ToNumber,
        exp.Try,
        exp.TryCast,
        exp.Xor,
    }
)

JSON = frozenset(
    {
        exp.JSONArray,
        exp.JSONArrayContains,
        exp.JSONBContains,
        exp.JSONBContainsAllTopKeys,
        exp.JSONBContainsAnyTopKeys,
        exp.JSONBContainsTopKey,
        exp.JSONBExists,
        exp.JSONBExtract,
        exp.JSONBExtractScalar,
        exp.JSONBPathExists,
        exp.JSONExists,
        exp.JSONExtract,
        exp.JSONExtractArray,
        exp.JSONExtractScalar,
        exp.JSONFormat,
        exp.JSONKeys,
        exp.JSONObject,
        exp.JSONType,
        exp.JSONValueArray,
        exp.ParseJSON,
    }
)

COLLECTIONS = frozenset(
    {
        exp.Array,
        exp.ArrayAll,
        exp.ArrayAny,
        exp.ArrayAppend,
        exp.ArrayConcat,
        exp.ArrayContainedBy,
        exp.ArrayContains,
        exp.ArrayContainsAll,
        exp.ArrayDistinct,
        exp.ArrayExcept,
        exp.ArrayFilter,
        exp.ArrayFirst,
        exp.ArrayIntersect,
        exp.ArrayLast,
        exp.ArrayMax,
        exp.ArrayMin,
        exp.ArrayOverlaps,
        exp.ArrayPosition,
        exp.ArrayPrepend,
        exp.ArrayRemove,
        exp.ArrayReverse,
        exp.ArraySize,
        exp.ArraySlice,
        exp.ArraySort,
        exp.ArraySum,
        exp.ArrayToString,
        exp.Columns,
        exp.Explode,
        exp.Flatten,
        exp.Grouping,
        exp.GroupingId,
        exp.List,
        exp.Map,
        exp.MapContainsKey,
        exp.MapFromEntries,
        exp.MapKeys,
        exp.MapSize,
        exp.Reduce,
        exp.Struct,
        exp.StructExtract,
        exp.ToArray,
        exp.ToMap,
        exp.Transform,
        exp.Unnest,
        exp.VarMap,
    }
)

CLASSES: frozenset[type[exp.Expr]] = (
    AGGREGATES | WINDOW | MATH | TEXT | TIME | CONDITIONS_AND_CASTS | JSON | COLLECTIONS
)

AGGREGATE_NAMES = frozenset(
    """
    BIT_AND BIT_OR BIT_XOR BOOL_AND BOOL_OR EVERY FSUM GEOMEAN GEOMETRIC_MEAN GROUP_CONCAT HISTOGRAM JSON_AGG
    JSON_GROUP_ARRAY JSON_GROUP_OBJECT JSON_OBJECT_AGG JSONB_AGG JSONB_OBJECT_AGG KAHAN_SUM LISTAGG MAD PRODUCT
    QUANTILE_CONT QUANTILE_DISC STD STRING_AGG SUMKAHAN TOTAL VAR_POP VAR_SAMP
    """.split()
)

NAMES = AGGREGATE_NAMES | frozenset(
    """
    AGE ALIAS ANY_MATCH BTRIM CARDINALITY CENTURY CHARACTER_LENGTH CHAR_LENGTH CLOCK_TIMESTAMP CONVERT_TZ CURDATE
    CURTIME DATEDIFF DATE_ADD DATE_DIFF DATE_FORMAT DATE_PART DATE_SUB DAYNAME DAYOFMONTH DAYOFWEEK DAYOFYEAR
    DATETIME DECADE DIV EPOCH EPOCH_MS EPOCH_NS EPOCH_US ERA EVEN FIELD FIND_IN_SET FORMAT FROM_DAYS FROM_UNIXTIME
    GAMMA GCD GLOB GREATEST HASH IFNULL IIF INSTR ISFINITE ISINF ISNAN ISNULL ISODOW ISOYEAR JACCARD JSONB
    JSONB_ARRAY_LENGTH JSONB_BUILD_ARRAY JSONB_BUILD_OBJECT JSONB_EXTRACT_PATH JSONB_EXTRACT_PATH_TEXT
    JSONB_PATH_QUERY_FIRST JSONB_TYPEOF JSON_ARRAY JSON_ARRAY_LENGTH JSON_BUILD_ARRAY JSON_BUILD_OBJECT
    JSON_CONTAINS JSON_CONTAINS_PATH JSON_DEPTH JSON_EXTRACT JSON_EXTRACT_PATH JSON_EXTRACT_PATH_TEXT
    JSON_EXTRACT_STRING JSON_KEYS JSON_LENGTH JSON_OBJECT JSON_QUOTE JSON_SEARCH JSON_TYPE JSON_TYPEOF JSON_UNQUOTE
    JSON_VALID JSON_VALUE JULIAN JULIANDAY LCASE LCM LGAMMA LIKE LIKELY LIST_AGGREGATE LIST_CONTAINS LIST_COUNT
    LIST_DISTINCT LIST_EXTRACT LIST_SORT LIST_SUM LIST_VALUE LOCATE LTRIM MAKEDATE MAKETIME MAKE_DATE MAKE_TIME
    MAKE_TIMESTAMP MICROSECOND MID MILLENNIUM MILLISECOND MOD MONTHNAME NANOSECOND NEXTAFTER NOW NULLIF NVL
    OCTET_LENGTH ORD PERIOD_ADD PERIOD_DIFF QUOTE REGEXP REGEXP_COUNT REGEXP_INSTR REGEXP_MATCH REGEXP_MATCHES
    REGEXP_SPLIT_TO_ARRAY ROW RPAD RTRIM SEC_TO_TIME SIGN STATEMENT_TIMESTAMP STRCMP STRFTIME STRING_SPLIT
    STRING_SPLIT_REGEX STRIP_ACCENTS STRPOS STRPTIME STRUCT_PACK SUBSTR SYSDATE TIMEDIFF TIMEZONE TIME_BUCKET
    TIME_FORMAT TIME_TO_SEC TODAY TO_CHAR TO_DATE TO_DAYS TO_JSON TO_JSONB TO_NUMBER TO_SECONDS TO_TIMESTAMP
    TRANSACTION_TIMESTAMP TRUNC TRUNCATE TRY_STRPTIME TYPEOF UCASE UNIXEPOCH UNIX_TIMESTAMP UNLIKELY UTC_DATE
    UTC_TIME UTC_TIMESTAMP WEEK WEEKDAY WEEKOFYEAR YEARWEEK
    """.split()
)

# The name under which an engine lists a function that sqlglot reads into a class of another name.
OTHER_NAMES: dict[type[exp.Expr], frozenset[str]] = {
    exp.GenerateSeries: frozenset({"GENERATE_SERIES", "RANGE"}),
    exp.ExplodingGenerateSeries: frozenset({"GENERATE_SERIES"}),
    exp.Explode: frozenset({"UNNEST"}),
    exp.TimeToStr: frozenset({"STRFTIME", "DATE_FORMAT", "TO_CHAR"}),
}

# Refused even when an engine lists them by mistake.
NEVER = re.compile(
    r"PG_(READ|LS|STAT|SLEEP|LOGDIR|CURRENT|ADVISORY|TRY_ADVISORY|TERMINATE|CANCEL|RELOAD|ROTATE|FILE|NOTIFY|SWITCH)\w*"
    r"|\w+_TO_XML\w*|LO_\w+|LOREAD|LOWRITE|DBLINK\w*|CURRENT_SETTING|SET_CONFIG|SLEEP|BENCHMARK|LOAD_FILE"
    r"|(GET|RELEASE|IS_FREE|IS_USED)_LOCK|READ_\w+|QUERY|QUERY_TABLE|SNIFF_CSV|\w+_SCAN|GETENV|GETVARIABLE"
    r"|LOAD_EXTENSION|XP_\w+|(?:NEXT|SET)VAL|WRITEFILE|READFILE|EDIT|FTS3_TOKENIZER"
)
