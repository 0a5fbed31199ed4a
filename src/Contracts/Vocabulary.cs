using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hotline.Contracts;

/// <summary>How a ticket came in (渠道).</summary>
public enum Channel { Phone, Web, Wechat, App, Email, Open311, WalkIn }

/// <summary>What the citizen wants (诉求类型): 咨询, 求助, 投诉, 举报, 建议, 表扬.</summary>
public enum TicketKind { Inquiry, Request, Complaint, Tip, Suggestion, Praise }

/// <summary>How pressing the matter is (紧急程度). Routing may raise it, never lower it.</summary>
public enum Urgency { Normal, Urgent, Emergency }

/// <summary>Where a ticket stands (工单状态), as Intake knows it.</summary>
public enum TicketStatus
{
    Filed,
    /// <summary>A person has to decide where it goes (人工研判).</summary>
    Triage,
    Dispatched,
    Accepted,
    Replied,
    /// <summary>Sent back for another round after a callback (重办).</summary>
    Reissued,
    Closed,
}

/// <summary>Why a ticket is closed.</summary>
public enum Closing
{
    /// <summary>The operator answered at once.</summary>
    Answered,
    /// <summary>Called back, or the callback came to its end (回访办结).</summary>
    CalledBack,
    /// <summary>The citizen took it back.</summary>
    Withdrawn,
}

/// <summary>What the citizen said when called back (回访结果).</summary>
public enum CallbackOutcome { Satisfied, BasicallySatisfied, Dissatisfied, NotReached }

/// <summary>Limits for accepting and replying (时限等级); the limits themselves are configuration.</summary>
public enum DeadlineClass { Emergency, SameDay, Urgent, Normal, Complex }

/// <summary>Where a work order stands (承办单状态).</summary>
public enum WorkOrderState
{
    Issued,
    Accepted,
    /// <summary>Returned and waiting for review.</summary>
    Returned,
    Replied,
    /// <summary>Taken back: its return was upheld, the dispatch corrected, or the ticket closed.</summary>
    Cancelled,
}

/// <summary>What a unit reports back (办理结果).</summary>
public enum ReplyResult { Resolved, Explained, CannotResolve, OutOfScope }

/// <summary>Who may do what. A person or a key carries one or several.</summary>
public static class Roles
{
    public const string Operator = "operator";
    public const string Dispatcher = "dispatcher";
    public const string Handler = "handler";
    public const string Manager = "manager";
    public const string Administrator = "administrator";

    public static IReadOnlyList<string> All { get; } = [Operator, Dispatcher, Handler, Manager, Administrator];
}

/// <summary>The one spelling of an enum word: <c>walk-in</c>, <c>basically-satisfied</c>; in JSON, in the database, in CSV.</summary>
public static class Words
{
    public static string Word<T>(this T value) where T : struct, Enum => Cache<T>.ToWord[value];

    public static T Parse<T>(string word) where T : struct, Enum =>
        TryParse<T>(word, out var value) ? value : throw new FormatException($"'{word}' is not one of: {List<T>()}");

    public static bool TryParse<T>([NotNullWhen(true)] string? word, out T value) where T : struct, Enum
    {
        value = default;
        return word is not null && Cache<T>.FromWord.TryGetValue(word, out value);
    }

    /// <summary>All words of an enum, for messages: <c>phone, web, wechat</c>.</summary>
    public static string List<T>() where T : struct, Enum => string.Join(", ", Cache<T>.FromWord.Keys);

    private static class Cache<T> where T : struct, Enum
    {
        public static readonly Dictionary<T, string> ToWord =
            Enum.GetValues<T>().ToDictionary(v => v, v => JsonNamingPolicy.KebabCaseLower.ConvertName(v.ToString()));
        public static readonly Dictionary<string, T> FromWord = ToWord.ToDictionary(p => p.Value, p => p.Key);
    }
}

/// <summary>The one spelling of a day, <c>2020-02-07</c>: in queries, in the database, in CSV.</summary>
public static class Days
{
    private const string Form = "yyyy-MM-dd";

    public static string Write(DateOnly day) => day.ToString(Form, CultureInfo.InvariantCulture);

    /// <returns>Null where the text is no day, or spelled otherwise.</returns>
    public static DateOnly? Parse(string? text) =>
        DateOnly.TryParseExact(text, Form, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;
}

/// <summary>JSON as it is spoken everywhere: camelCase, enum words, nulls left out.</summary>
public static class Json
{
    public static JsonSerializerOptions Options { get; } = Configure(new JsonSerializerOptions());

    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = true;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.Encoder = System.Text.Encodings.Web.JavaScriptEncoder.Create(System.Text.Unicode.UnicodeRanges.All);
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false));
        return options;
    }

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Options);

    public static byte[] Bytes<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Options);

    public static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Options) ?? throw Null<T>();

    public static T Read<T>(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize<T>(json, Options) ?? throw Null<T>();

    private static JsonException Null<T>() => new($"null where a {typeof(T).Name} was expected");
}
