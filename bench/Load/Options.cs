using System.Globalization;

namespace Hotline.Load;

/// <summary>The call is wrong: what about it.</summary>
internal sealed class UsageException(string line) : Exception(line);

/// <summary>Arguments of the form <c>--name value</c> or <c>--name</c>.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> _values = [];

    /// <param name="values">Names that take a value.</param>
    /// <param name="flags">Names that take none.</param>
    public Options(ReadOnlySpan<string> arguments, string[] values, params string[] flags)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            var name = arguments[i];
            if (flags.Contains(name)) _values[name] = "";
            else if (!values.Contains(name)) throw new UsageException($"'{name}' is no option of this command.");
            else if (i + 1 == arguments.Length) throw new UsageException($"{name} needs a value.");
            else _values[name] = arguments[++i];
        }
    }

    public bool Has(string name) => _values.ContainsKey(name);

    public string? Text(string name) => _values.GetValueOrDefault(name);

    /// <param name="otherwise">Null where the option must be given.</param>
    /// <param name="least">1; 0 where the option may switch something off.</param>
    public int Number(string name, int? otherwise = null, int least = 1)
    {
        if (Text(name) is not { } text) return otherwise ?? throw new UsageException($"{name} is missing.");
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least
            ? number : throw new UsageException($"{name} must be a whole number from {least}, not '{text}'.");
    }
}
