namespace Hotline.Dispatcher.Matters;

/// <summary>Words by their characters; one look-up a step, the first of which nearly always ends it.</summary>
internal sealed class WordTrie
{
    private readonly bool[] _begins = new bool[char.MaxValue + 1];
    private readonly Dictionary<long, int> _next = [];
    private readonly List<int> _wordAt = [-1];

    public void Add(string word, int term)
    {
        var node = 0;
        _begins[word[0]] = true;
        foreach (var c in word)
        {
            var key = Key(node, c);
            if (!_next.TryGetValue(key, out var next))
            {
                _next.Add(key, next = _wordAt.Count);
                _wordAt.Add(-1);
            }
            node = next;
        }
        _wordAt[node] = term;
    }

    /// <returns>The node reached, or -1.</returns>
    public int Step(int node, char c) => (node > 0 || _begins[c]) && _next.TryGetValue(Key(node, c), out var next) ? next : -1;

    public int WordAt(int node) => _wordAt[node];

    private static long Key(int node, char c) => ((long)node << 16) | c;
}
