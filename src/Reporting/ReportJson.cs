using System.IO.Pipelines;
using System.Text.Json;
using Hotline.Contracts;
using Microsoft.AspNetCore.Http;

namespace Hotline.Reporting;

/// <summary>
/// The daily report as JSON, byte for byte what the serialiser would write. A report by category has a hundred numbers for each of four hundred rows:
/// by way of objects and their properties that took longer than reading them.
/// </summary>
public static class ReportJson
{
    private static readonly string Rows = JsonNamingPolicy.CamelCase.ConvertName(nameof(DailyReport.Rows));

    private static readonly JsonEncodedText
        Value = Name(nameof(TotalValue.Value)), DayBefore = Name(nameof(TotalValue.DayBefore)), WeekBefore = Name(nameof(TotalValue.WeekBefore)),
        Numerator = Name(nameof(Ratio.Numerator)), Denominator = Name(nameof(Ratio.Denominator)), Rate = Name(nameof(Ratio.Rate)),
        Code = Name(nameof(Section.Code)), SectionName = Name(nameof(Section.Name)), Totals = Name(nameof(Section.Totals)), Figures = Name(nameof(Section.Figures));

    private static readonly (string Key, JsonEncodedText Name)[]
        OfTotals = [.. Total.All.Select(t => (t.Key, JsonEncodedText.Encode(t.Key)))],
        OfFigures = [.. Figure.All.Select(f => (f.Key, JsonEncodedText.Encode(f.Key)))];

    /// <summary>Rates from 0 to 1 in ten thousandths: writing a floating-point number takes ten times as long as one that is written already.</summary>
    private static readonly byte[][] Rates = [.. Enumerable.Range(0, 10_001).Select(n => JsonSerializer.SerializeToUtf8Bytes(n / 10_000.0))];

    /// <summary>Rows after which what is written may go out.</summary>
    private const int RowsAtOnce = 32;

    /// <summary>Written as it goes: in one piece it would be an object of a megabyte or more, and each of those brings the next great collection of memory nearer.</summary>
    public static async Task WriteAsync(DailyReport report, PipeWriter to, CancellationToken ct)
    {
        await using var json = new Utf8JsonWriter(to, new JsonWriterOptions { Encoder = Json.Options.Encoder, SkipValidation = true });
        json.WriteStartObject();
        foreach (var property in JsonSerializer.SerializeToElement(report with { Rows = [] }, Json.Options).EnumerateObject())
        {
            json.WritePropertyName(property.Name);
            if (property.Name != Rows)
            {
                json.WriteRawValue(property.Value.GetRawText());
                continue;
            }
            json.WriteStartArray();
            foreach (var rows in report.Rows.Chunk(RowsAtOnce))
            {
                foreach (var row in rows) Write(json, row);
                await json.FlushAsync(ct);
                await to.FlushAsync(ct);
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
        await json.FlushAsync(ct);
        await to.FlushAsync(ct);
    }

    /// <summary>As the answer to a call.</summary>
    public sealed class Result(DailyReport report) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.ContentType = "application/json; charset=utf-8";
            return WriteAsync(report, httpContext.Response.BodyWriter, httpContext.RequestAborted);
        }
    }

    private static void Write(Utf8JsonWriter json, Section section)
    {
        json.WriteStartObject();
        json.WriteString(Code, section.Code);
        if (section.Name is { } name) json.WriteString(SectionName, name);
        json.WriteStartObject(Totals);
        foreach (var (key, written) in OfTotals)
        {
            var total = section.Totals[key];
            json.WriteStartObject(written);
            json.WriteNumber(Value, total.Value);
            json.WriteNumber(DayBefore, total.DayBefore);
            json.WriteNumber(WeekBefore, total.WeekBefore);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteStartObject(Figures);
        foreach (var (key, written) in OfFigures)
        {
            var figure = section.Figures[key];
            json.WriteStartObject(written);
            Write(json, figure.Numerator, figure.Denominator);
            Write(json, DayBefore, figure.DayBefore);
            Write(json, WeekBefore, figure.WeekBefore);
            Write(json, figure.Rate);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, JsonEncodedText name, Ratio ratio)
    {
        json.WriteStartObject(name);
        Write(json, ratio.Numerator, ratio.Denominator);
        Write(json, ratio.Rate);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, long numerator, long denominator)
    {
        json.WriteNumber(Numerator, numerator);
        json.WriteNumber(Denominator, denominator);
    }

    private static void Write(Utf8JsonWriter json, double? rate)
    {
        json.WritePropertyName(Rate);
        if (rate is not { } number) json.WriteNullValue();
        else if (number is >= 0 and <= 1) json.WriteRawValue(Rates[(int)Math.Round(number * 10_000)], skipInputValidation: true);
        else json.WriteNumberValue(number);
    }

    private static JsonEncodedText Name(string property) => JsonEncodedText.Encode(JsonNamingPolicy.CamelCase.ConvertName(property));
}
