using System.Text.Json;
using Hotline.Contracts;

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

    public static void Write(Utf8JsonWriter json, DailyReport report)
    {
        json.WriteStartObject();
        foreach (var property in JsonSerializer.SerializeToElement(report with { Rows = [] }, Json.Options).EnumerateObject())
        {
            json.WritePropertyName(property.Name);
            if (property.Name != Rows) json.WriteRawValue(property.Value.GetRawText());
            else
            {
                json.WriteStartArray();
                foreach (var row in report.Rows) Write(json, row);
                json.WriteEndArray();
            }
        }
        json.WriteEndObject();
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
        if (rate is { } number) json.WriteNumber(Rate, number);
        else json.WriteNull(Rate);
    }

    private static JsonEncodedText Name(string property) => JsonEncodedText.Encode(JsonNamingPolicy.CamelCase.ConvertName(property));
}
