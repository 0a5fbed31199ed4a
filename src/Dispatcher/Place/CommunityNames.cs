namespace Hotline.Dispatcher.Place;

/// <summary>The communities of one county by the names that people give them.</summary>
internal sealed class CommunityNames
{
    private readonly NameTrie _names = new(1024);
    private readonly List<Division> _communities = [];

    public CommunityNames(DivisionDirectory directory, string county)
    {
        foreach (var street in directory.Children(county))
        {
            foreach (var community in directory.Communities(street.Code))
            {
                var entry = new NameEntry(_communities.Count, NameForm.Full, -1);
                _communities.Add(community);
                _names.Add(community.Name, 1, entry);
                if (DivisionNames.Stem(community.Name, DivisionLevel.Community) is { } stem) _names.Add(stem, 1, entry with { Form = NameForm.Short });
            }
        }

        _names.Freeze();
    }

    /// <summary>
    /// The communities that a text names. Sure: by its full name, or by its stem with a word such as 社区 or 村; otherwise by a stem of three
    /// characters or more that no road or house name swallows.
    /// </summary>
    public void Find(ReadOnlySpan<char> text, List<(Division Community, int Start, int End, bool Sure)> found)
    {
        for (var start = 0; start < text.Length; start++)
        {
            var node = 0;
            for (var end = start; end < text.Length;)
            {
                if ((node = _names.Step(node, text[end++])) < 0) break;
                foreach (var entry in _names.Run(node, 1))
                {
                    var word = DivisionNames.CommunityWord(text[end..]);
                    var sure = entry.Form == NameForm.Full || word > 0 || text[end - 1] == '村' && end - start > 2;
                    if (!sure && (end - start < 3 || DivisionNames.SwallowedBy(text[end..]) != Swallowed.No)) continue;
                    found.Add((_communities[entry.Target], start, end + word, sure));
                }
            }
        }
    }
}
