using System.Buffers.Text;
using System.IO.Pipelines;
using System.Text;
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

    /// <summary>What stands before the first number of each.</summary>
    private static readonly (string Key, byte[] Head)[]
        OfTotals = [.. Total.All.Select((t, i) => (t.Key, Encoding.UTF8.GetBytes($"{(i > 0 ? "," : "")}\"{t.Key}\":{{\"value\":")))],
        OfFigures = [.. Figure.All.Select((f, i) => (f.Key, Encoding.UTF8.GetBytes($"{(i > 0 ? "," : "")}\"{f.Key}\":{{\"numerator\":")))];

    /// <summary>Rates from 0 to 1 in ten thousandths: writing a floating-point number takes ten times as long as one that is written already.</summary>
    private static readonly byte[][] Rates = [.. Enumerable.Range(0, 10_001).Select(n => JsonSerializer.SerializeToUtf8Bytes(n / 10_000.0))];

    /// <summary>Rows after which what is written may go out.</summary>
    private const int RowsAtOnce = 32;

    /// <summary>A row without its code and name has 2 kB; 5.5 with numbers of 20 digits.</summary>
    private const int LongestNumbers = 8192;

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
            var writer = new RowWriter();
            foreach (var rows in report.Rows.Chunk(RowsAtOnce))
            {
                foreach (var row in rows) json.WriteRawValue(writer.Write(row), skipInputValidation: true);
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

    /// <summary>A row of the report, put together from what stands between its numbers.</summary>
    private sealed class RowWriter
    {
        private byte[] _bytes = [];
        private int _length;

        /// <returns>Valid until the next row.</returns>
        public ReadOnlySpan<byte> Write(Section section)
        {
            var (code, name) = (JsonEncodedText.Encode(section.Code, Json.Options.Encoder), section.Name is { } n ? JsonEncodedText.Encode(n, Json.Options.Encoder) : default);
            _length = 0;
            if (_bytes.Length < LongestNumbers + code.EncodedUtf8Bytes.Length + name.EncodedUtf8Bytes.Length) _bytes = new byte[LongestNumbers + (2 * (code.EncodedUtf8Bytes.Length + name.EncodedUtf8Bytes.Length))];

            Add("{\"code\":\""u8);
            Add(code.EncodedUtf8Bytes);
            if (section.Name is not null)
            {
                Add("\",\"name\":\""u8);
                Add(name.EncodedUtf8Bytes);
            }
            Add("\",\"totals\":{"u8);
            foreach (var (key, head) in OfTotals)
            {
                var total = section.Totals[key];
                Add(head);
                Add(total.Value);
                Add(",\"dayBefore\":"u8);
                Add(total.DayBefore);
                Add(",\"weekBefore\":"u8);
                Add(total.WeekBefore);
                Add("}"u8);
            }
            Add("},\"figures\":{"u8);
            foreach (var (key, head) in OfFigures)
            {
                var figure = section.Figures[key];
                Add(head);
                Add(figure.Numerator);
                Add(",\"denominator\":"u8);
                Add(figure.Denominator);
                Add(",\"dayBefore\":{\"numerator\":"u8);
                Add(figure.DayBefore);
                Add("},\"weekBefore\":{\"numerator\":"u8);
                Add(figure.WeekBefore);
                Add("}"u8);
                Add(figure.Rate);
                Add("}"u8);
            }
            Add("}}"u8);
            return _bytes.AsSpan(0, _length);
        }

        private void Add(ReadOnlySpan<byte> piece)
        {
            piece.CopyTo(_bytes.AsSpan(_length));
            _length += piece.Length;
        }

        private void Add(long number)
        {
            Utf8Formatter.TryFormat(number, _bytes.AsSpan(_length), out var written);
            _length += written;
        }

        private void Add(Ratio ratio)
        {
            Add(ratio.Numerator);
            Add(",\"denominator\":"u8);
            Add(ratio.Denominator);
            Add(ratio.Rate);
        }

        private void Add(double? rate)
        {
            Add(",\"rate\":"u8);
            if (rate is not { } number) Add("null"u8);
            else if (number is >= 0 and <= 1) Add(Rates[(int)Math.Round(number * 10_000)]);
            else
            {
                Utf8Formatter.TryFormat(number, _bytes.AsSpan(_length), out var written);
                _length += written;
            }
        }
    }
}
