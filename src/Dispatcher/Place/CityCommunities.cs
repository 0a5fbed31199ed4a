using System.Globalization;

namespace Hotline.Dispatcher.Place;

/// <summary>
/// The communities of one city: their block of the file as one string, and where each name stands in it. About 45 bytes a community, so that the whole
/// country stays below 30 MB.
/// </summary>
internal sealed class CityCommunities
{
    private readonly Division[] _divisions;
    private readonly string _text;
    private readonly int[] _starts;
    private readonly short[] _lengths;
    private readonly short[] _numbers;
    private readonly int[] _streets;
    private readonly int[] _firsts;

    /// <param name="divisions">The directory in order.</param>
    /// <param name="text">Lines: "=" and five digits open a street, "#" and three digits give a number, a bare name has the next number.</param>
    /// <param name="streetOf">The index of the street with these last five digits.</param>
    public CityCommunities(Division[] divisions, string text, Func<string, int> streetOf)
    {
        _divisions = divisions;
        _text = text;
        List<int> starts = [], streets = [], firsts = [];
        List<short> lengths = [], numbers = [];
        short number = 0;
        for (var at = 0; at < text.Length;)
        {
            var end = text.IndexOf('\n', at);
            if (end < 0) end = text.Length;
            if (text[at] == '=')
            {
                streets.Add(streetOf(text[(at + 1)..end]));
                firsts.Add(starts.Count);
                number = 0;
            }
            else
            {
                var name = at;
                if (text[at] == '#')
                {
                    number = short.Parse(text.AsSpan(at + 1, 3), NumberStyles.None, CultureInfo.InvariantCulture);
                    name += 4;
                }
                else
                {
                    number++;
                }

                starts.Add(name);
                lengths.Add((short)(end - name));
                numbers.Add(number);
            }

            at = end + 1;
        }

        firsts.Add(starts.Count);
        (_starts, _lengths, _numbers, _streets, _firsts) = ([.. starts], [.. lengths], [.. numbers], [.. streets], [.. firsts]);
    }

    public int Count => _starts.Length;

    public ReadOnlySpan<char> Name(int community) => _text.AsSpan(_starts[community], _lengths[community]);

    /// <summary>The index of the street that a community belongs to.</summary>
    public int StreetOf(int community)
    {
        var at = Array.BinarySearch(_firsts, community);
        if (at < 0) at = ~at - 1;
        return _streets[at];
    }

    public Division At(int community)
    {
        var street = _divisions[StreetOf(community)].Code;
        return new Division(string.Create(CultureInfo.InvariantCulture, $"{street}{_numbers[community]:000}"), Name(community).ToString(), DivisionLevel.Community, street);
    }

    /// <summary>The communities of a street in the order of codes.</summary>
    public Division[] Of(int street)
    {
        var (from, to) = Between(street, street + 1);
        var found = new Division[to - from];
        for (var i = from; i < to; i++) found[i - from] = At(i);
        return found;
    }

    /// <summary>The communities of the streets with indexes from <paramref name="first"/> to before <paramref name="end"/>.</summary>
    public (int From, int To) Between(int first, int end) => (_firsts[FirstAt(first)], _firsts[FirstAt(end)]);

    private int FirstAt(int street)
    {
        var at = Array.BinarySearch(_streets, street);
        return at < 0 ? ~at : at;
    }
}
