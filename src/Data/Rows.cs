using System.Data;
using System.Globalization;
using Dapper;
using Hotline.Contracts;
using Microsoft.Data.Sqlite;

namespace Hotline.Data;

/// <summary>How names, instants and days pass between rows and the three engines. Set once, before the first connection.</summary>
internal static class Rows
{
    /// <summary>Fixed width, so that text order is time order on SQLite.</summary>
    private const string SqliteInstant = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>An instant as SQLite keeps it.</summary>
    internal static string Text(DateTimeOffset instant) => instant.UtcDateTime.ToString(SqliteInstant, CultureInfo.InvariantCulture);

    /// <summary>In UTC and cut to the millisecond, as <see cref="HotlineClock"/> does: PostgreSQL would keep more, SQL Server would round.</summary>
    internal static DateTimeOffset Cut(DateTimeOffset instant)
    {
        var utc = instant.ToUniversalTime();
        return utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerMillisecond));
    }

    internal static void Register()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset));
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset?));
        SqlMapper.RemoveTypeMap(typeof(DateOnly));
        SqlMapper.RemoveTypeMap(typeof(DateOnly?));
        SqlMapper.AddTypeHandler(new InstantHandler());
        SqlMapper.AddTypeHandler(new DayHandler());
    }

    private sealed class InstantHandler : SqlMapper.TypeHandler<DateTimeOffset>
    {
        public override void SetValue(IDbDataParameter parameter, DateTimeOffset value)
        {
            var instant = Cut(value);
            parameter.Value = parameter is SqliteParameter ? Text(instant) : instant;
        }

        public override DateTimeOffset Parse(object value) => value switch
        {
            DateTimeOffset instant => instant.ToUniversalTime(),
            DateTime utc => new DateTimeOffset(DateTime.SpecifyKind(utc, DateTimeKind.Utc)),
            string text => DateTimeOffset.ParseExact(text, SqliteInstant, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
            _ => throw new FormatException($"an instant cannot be read from a {value.GetType().Name}"),
        };
    }

    /// <summary>Days are text (2020-02-07) in every engine: the same order, no time zone can touch them.</summary>
    private sealed class DayHandler : SqlMapper.TypeHandler<DateOnly>
    {
        public override void SetValue(IDbDataParameter parameter, DateOnly value)
        {
            parameter.DbType = DbType.String;
            parameter.Value = Days.Write(value);
        }

        public override DateOnly Parse(object value) => Days.Parse((string)value) ?? throw new FormatException($"'{value}' is no day");
    }
}
