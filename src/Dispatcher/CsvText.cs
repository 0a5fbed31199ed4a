using System.Text;

namespace Hotline.Dispatcher;

/// <summary>One row of a CSV text: its line number as an editor shows it, and its fields by column name.</summary>
public sealed class CsvRow(int line, IReadOnlyDictionary<string, int> columns, IReadOnlyList<string> fields)
{
    public int Line => line;

    public int Count => fields.Count;

    /// <summary>The field without blanks around it; empty where the row is shorter or has no such column.</summary>
    public string this[string column] => columns.TryGetValue(column, out var i) && i < fields.Count ? fields[i].Trim() : "";
}

/// <summary>CSV as RFC 4180 has it, with a header: commas, quotes doubled inside quotes, line breaks inside quotes.</summary>
public static class CsvText
{
    /// <exception cref="FormatException">A quote is not closed.</exception>
    public static (IReadOnlyList<string> Columns, IReadOnlyList<CsvRow> Rows) Read(string text)
    {
        var records = Records(text.TrimStart('\uFEFF')).Where(r => r.Fields.Count > 1 || r.Fields[0].Trim().Length > 0).ToList();
        if (records.Count == 0) return ([], []);
        var columns = records[0].Fields.Select(f => f.Trim()).ToList();
        var index = columns.Select((c, i) => (c, i)).GroupBy(c => c.c).ToDictionary(g => g.Key, g => g.First().i, StringComparer.Ordinal);
        return (columns, [.. records.Skip(1).Select(r => new CsvRow(r.Line, index, r.Fields))]);
    }

    public static string Write(IEnumerable<IReadOnlyList<string?>> rows)
    {
        var text = new StringBuilder();
        foreach (var row in rows) text.AppendJoin(',', row.Select(Quote)).Append('\n');
        return text.ToString();
    }

    private static string Quote(string? field) =>
        field is null ? "" : field.AsSpan().IndexOfAny("\",\n\r") < 0 ? field : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static IEnumerable<(int Line, List<string> Fields)> Records(string text)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        int line = 1, started = 1;
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\n') line++;
            if (quoted)
            {
                if (c != '"') field.Append(c);
                else if (i + 1 < text.Length && text[i + 1] == '"') field.Append(text[++i]);
                else quoted = false;
            }
            else if (c == '"' && field.Length == 0) quoted = true;
            else if (c == ',')
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else if (c == '\n')
            {
                fields.Add(field.ToString());
                field.Clear();
                yield return (started, fields);
                fields = [];
                started = line;
            }
            else if (c != '\r') field.Append(c);
        }
        if (quoted) throw new FormatException($"Line {started}: a quote is opened and not closed.");
        fields.Add(field.ToString());
        yield return (started, fields);
    }
}
