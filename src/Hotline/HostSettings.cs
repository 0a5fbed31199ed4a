using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using Hotline.Contracts;
using Hotline.Data;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Hotline.App;

/// <summary>A setting is wrong or missing: one line for whoever starts the service.</summary>
public sealed class SettingException(string line) : Exception(line)
{
    public SettingException(string setting, string problem) : this($"{setting}: {problem}")
    {
    }
}

/// <summary>Everything that configuration decides, checked once at the start.</summary>
public sealed record HostSettings
{
    public const string DefaultUrls = "http://127.0.0.1:5080";

    public required Dialect Dialect { get; init; }

    /// <summary>Null for the in-memory bus.</summary>
    public IReadOnlyList<Uri>? RabbitMq { get; init; }

    /// <summary>What the names of the queues begin with: several installations may share a broker.</summary>
    public required string BusPrefix { get; init; }

    public required TimeZoneInfo TimeZone { get; init; }
    public required string? Division { get; init; }
    public required DataKey DataKey { get; init; }
    public required OutboxSettings Outbox { get; init; }
    public required bool MigrateOnStart { get; init; }

    /// <summary>Calls that are answered or wait at once, at most; one more is refused with a time to try again.</summary>
    public required int Requests { get; init; }

    public static HostSettings Read(IConfiguration configuration)
    {
        var memory = Word(configuration, "Bus:Transport", "memory", "memory", "rabbitmq") == "memory";
        var dialect = ReadDialect(configuration, out var folder);
        return new HostSettings
        {
            Dialect = dialect,
            RabbitMq = memory ? null : ReadRabbitMq(configuration),
            BusPrefix = ReadBusPrefix(configuration),
            TimeZone = ReadTimeZone(configuration),
            Division = ReadDivision(configuration),
            DataKey = ReadDataKey(configuration, folder),
            // The in-memory bus loses nothing while the process lives, and its end is made good at the next start; so it may wait longer.
            Outbox = new OutboxSettings
            {
                RetryAfter = Seconds(configuration, "Outbox:RetryAfterSeconds", memory ? 120 : 30),
                Backlog = Number(configuration, "Overload:Backlog", 2000),
            },
            Requests = Number(configuration, "Overload:Requests", 256),
            MigrateOnStart = Word(configuration, "Database:MigrateOnStart", "true", "true", "false") == "true",
        };
    }

    /// <summary>The roles that a process runs, from <c>intake,dispatcher</c>; all of them where nothing is said.</summary>
    public static IReadOnlyList<Role> ReadRoles(string? words)
    {
        if (string.IsNullOrWhiteSpace(words)) return Enum.GetValues<Role>();
        return [.. words.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(w => Words.TryParse<Role>(w.ToLowerInvariant(), out var role) ? role : throw new SettingException("--roles", $"'{w}' is not one of: {Words.List<Role>()}"))
            .Distinct()];
    }

    private static Dialect ReadDialect(IConfiguration configuration, out string? folder)
    {
        const string setting = "Database:ConnectionString";
        folder = null;
        var engine = Word(configuration, "Database:Engine", "sqlite", "sqlite", "postgresql", "sqlserver");
        var text = configuration[setting];
        if (engine == "sqlite")
        {
            text ??= "Data Source=data/hotline.db";
            var file = Parse(setting, () => new SqliteConnectionStringBuilder(text)).DataSource;
            if (string.IsNullOrEmpty(file) || file.Contains(":memory:", StringComparison.Ordinal)) throw new SettingException(setting, "SQLite needs a file: Data Source=data/hotline.db");
            folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
            return new SqliteDialect(text);
        }
        if (string.IsNullOrWhiteSpace(text)) throw new SettingException(setting, $"is missing; {engine} needs one");
        return engine == "postgresql"
            ? new PostgreSqlDialect(Parse(setting, () => new NpgsqlConnectionStringBuilder(text)).ConnectionString)
            : new SqlServerDialect(Parse(setting, () => new SqlConnectionStringBuilder(text)).ConnectionString);
    }

    private static T Parse<T>(string setting, Func<T> parse) where T : DbConnectionStringBuilder
    {
        try
        {
            return parse();
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            throw new SettingException(setting, "is no connection string for this engine");
        }
    }

    private static IReadOnlyList<Uri> ReadRabbitMq(IConfiguration configuration)
    {
        const string setting = "Bus:Uri";
        var text = configuration[setting];
        if (string.IsNullOrWhiteSpace(text)) throw new SettingException(setting, "is missing; rabbitmq needs one, like amqp://user:password@host:5672/vhost (several separated by commas)");
        var nodes = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(part =>
            Uri.TryCreate(part, UriKind.Absolute, out var uri) && uri.Scheme is "amqp" or "amqps" && uri is not null
                ? uri
                : throw new SettingException(setting, "must be one or several addresses like amqp://user:password@host:5672/vhost, separated by commas")).ToArray();
        return nodes.All(n => (n.Scheme, n.UserInfo, n.AbsolutePath) == (nodes[0].Scheme, nodes[0].UserInfo, nodes[0].AbsolutePath))
            ? nodes
            : throw new SettingException(setting, "must name the nodes of one cluster: the same scheme, user, password and virtual host in each address");
    }

    private static string ReadBusPrefix(IConfiguration configuration)
    {
        var prefix = configuration["Bus:Prefix"] is { Length: > 0 } given ? given : "hotline";
        return prefix.Length <= 60 && prefix.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? prefix
            : throw new SettingException("Bus:Prefix", "may have 60 letters, digits, dots, dashes and underscores");
    }

    private static TimeZoneInfo ReadTimeZone(IConfiguration configuration)
    {
        var id = configuration["Hotline:TimeZone"] ?? "Asia/Shanghai";
        return TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone) ? zone : throw new SettingException("Hotline:TimeZone", $"'{id}' is no time zone this system knows; use an IANA name like Asia/Shanghai");
    }

    private static string? ReadDivision(IConfiguration configuration)
    {
        var code = configuration["Hotline:Division"];
        if (string.IsNullOrWhiteSpace(code)) return null;
        return code.Length is 4 or 6 && code.All(char.IsAsciiDigit) ? code : throw new SettingException("Hotline:Division", $"'{code}' must be the code of a city (4 digits) or district (6 digits), like 320613");
    }

    private static DataKey ReadDataKey(IConfiguration configuration, string? folder)
    {
        const string setting = "Hotline:DataKey";
        if (configuration[setting] is { Length: > 0 } text)
        {
            var key = new byte[DataKey.Bytes];
            return Convert.TryFromBase64String(text, key, out var written) && written == DataKey.Bytes
                ? new DataKey(key)
                : throw new SettingException(setting, $"must be {DataKey.Bytes} random bytes in base64 (openssl rand -base64 {DataKey.Bytes})");
        }
        if (folder is null) throw new SettingException(setting, $"is missing; processes that share a server share it: {DataKey.Bytes} random bytes in base64 (openssl rand -base64 {DataKey.Bytes})");
        return FileKey(folder);
    }

    /// <summary>Beside the embedded database a key is made at the first start, readable by its owner only.</summary>
    private static DataKey FileKey(string folder)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, "hotline.key");
        if (!File.Exists(file))
        {
            var draft = $"{file}.{Guid.NewGuid():N}";
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var stream = new FileStream(draft, options))
            {
                stream.Write(RandomNumberGenerator.GetBytes(DataKey.Bytes));
                stream.Flush(flushToDisk: true);
            }
            File.Move(draft, file, overwrite: false);
        }
        var bytes = File.ReadAllBytes(file);
        return bytes.Length == DataKey.Bytes ? new DataKey(bytes) : throw new SettingException("Hotline:DataKey", $"the key file beside the database ({file}) is damaged; restore it from a backup");
    }

    private static string Word(IConfiguration configuration, string setting, string fallback, params string[] words)
    {
        var word = (configuration[setting] is { Length: > 0 } given ? given : fallback).ToLowerInvariant();
        return words.Contains(word) ? word : throw new SettingException(setting, $"'{configuration[setting]}' is not one of: {string.Join(", ", words)}");
    }

    private static int Number(IConfiguration configuration, string setting, int fallback)
    {
        if (configuration[setting] is not { Length: > 0 } text) return fallback;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 1_000_000
            ? number
            : throw new SettingException(setting, "must be a whole number between 1 and 1000000");
    }

    private static TimeSpan Seconds(IConfiguration configuration, string setting, double fallback)
    {
        if (configuration[setting] is not { Length: > 0 } text) return TimeSpan.FromSeconds(fallback);
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 1 and <= 86400
            ? TimeSpan.FromSeconds(seconds)
            : throw new SettingException(setting, "must be a number of seconds between 1 and 86400");
    }
}
