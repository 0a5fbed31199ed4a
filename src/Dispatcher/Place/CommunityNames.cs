namespace Hotline.Dispatcher.Place;

/// <summary>
/// A community that a text names. <paramref name="Sure"/>: by its full name or with a word such as 社区 or 村, not by its bare stem.
/// </summary>
internal readonly record struct NamedCommunity(int Community, int Street, int Start, int End, bool Sure);

/// <summary>
/// Finds the communities of one county in a text: an open-addressing table from a rolling hash of each name's stem to the community, behind a
/// bitmap of their first two characters; the names themselves are compared in the city's block.
/// </summary>
internal sealed class CommunityNames
{
    private readonly CityCommunities _city;
    private readonly int[] _slots;
    private readonly byte[] _stems;
    private readonly int _first, _longest;
    private readonly ulong[] _pairs = new ulong[64];

    public CommunityNames(CityCommunities city, int firstStreet, int endStreet)
    {
        _city = city;
        (_first, var to) = city.Between(firstStreet, endStreet);
        var size = 16;
        while (size < (to - _first) * 2) size *= 2;
        _slots = new int[size];
        _stems = new byte[to - _first];
        for (var i = _first; i < to; i++)
        {
            var name = city.Name(i);
            var stem = DivisionNames.CommunityStem(name);
            _stems[i - _first] = (byte)stem;
            _longest = Math.Max(_longest, stem);
            var hash = 0u;
            foreach (var c in name[..stem]) hash = Next(hash, c);
            if (stem >= 2)
            {
                var pair = Pair(name[0], name[1]);
                _pairs[pair >> 6] |= 1UL << (pair & 63);
            }

            var slot = Slot(hash);
            while (_slots[slot] != 0) slot = (slot + 1) & (size - 1);
            _slots[slot] = i - _first + 1;
        }
    }

    public void Find(ReadOnlySpan<char> text, List<NamedCommunity> found)
    {
        for (var start = 0; start < text.Length - 1; start++)
        {
            var pair = Pair(text[start], text[start + 1]);
            if ((_pairs[pair >> 6] & (1UL << (pair & 63))) == 0) continue;
            var hash = 0u;
            var last = Math.Min(text.Length, start + _longest);
            for (var end = start; end < last;)
            {
                hash = Next(hash, text[end++]);
                if (end - start < 2) continue;
                for (var slot = Slot(hash); _slots[slot] != 0; slot = (slot + 1) & (_slots.Length - 1))
                {
                    var local = _slots[slot] - 1;
                    var name = _city.Name(_first + local);
                    if (_stems[local] != end - start || !name[.._stems[local]].SequenceEqual(text[start..end])) continue;
                    var rest = text[end..];
                    var word = rest.StartsWith(name[_stems[local]..]) ? name.Length - _stems[local] : DivisionNames.CommunityWord(rest);
                    var sure = word > 0 || _stems[local] == name.Length || text[end - 1] == '村' && end - start > 2;
                    if (!sure && (end - start < 3 || text[end - 1] is '路' or '街' or '道' or '巷' or '桥' || DivisionNames.SwallowedBy(rest) != Swallowed.No)) continue;
                    found.Add(new NamedCommunity(_first + local, _city.StreetOf(_first + local), start, end + word, sure));
                }
            }
        }
    }

    private static int Pair(char a, char b) => (int)((a * 0x9E3779B1u ^ b * 0x85EBCA6Bu) >> 20);

    private static uint Next(uint hash, char c) => (hash ^ c) * 0x01000193 + 0x9E37;

    private int Slot(uint hash) => (int)((hash * 0x9E3779B1u) >> 8) & (_slots.Length - 1);
}
