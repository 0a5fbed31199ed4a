namespace Hotline.Dispatcher.Matters;

/// <summary>
/// Words by their characters. Nodes are numbered level by level, so those below one node stand side by side and what nearly every step reads, the first two levels, fits into a cache: a text
/// asks for a node at every character, and finds one that ends a word at few.
/// </summary>
internal sealed class WordTrie
{
    /// <summary>By character the node of the words that begin with it; 0 for none.</summary>
    private readonly ushort[] _first = new ushort[char.MaxValue + 1];

    /// <summary>By node the first one below it, and the word that ends there or -1; one more stands at the end.</summary>
    private readonly (int Below, int Word)[] _nodes;

    /// <summary>By node the character that leads to it.</summary>
    private readonly char[] _leads;

    /// <param name="words">No word twice.</param>
    public WordTrie(IEnumerable<(string Word, int Number)> words)
    {
        var sorted = words.OrderBy(w => w.Word, StringComparer.Ordinal).ToArray();
        List<(int From, int To, int Length)> open = [(0, sorted.Length, 0)];
        List<(int, int)> nodes = [];
        List<char> leads = ['\0'];
        for (var node = 0; node < open.Count; node++)
        {
            var (from, to, length) = open[node];
            var word = from < to && sorted[from].Word.Length == length ? sorted[from++].Number : -1;
            nodes.Add((open.Count, word));
            while (from < to)
            {
                var c = sorted[from].Word[length];
                if (node == 0) _first[c] = (ushort)open.Count;
                var start = from;
                while (from < to && sorted[from].Word[length] == c) from++;
                open.Add((start, from, length + 1));
                leads.Add(c);
            }
        }
        nodes.Add((open.Count, -1));
        (_nodes, _leads) = ([.. nodes], [.. leads]);
    }

    /// <param name="node">0 at the beginning of a word.</param>
    /// <returns>The node reached, or 0.</returns>
    public int Step(int node, char c) => node == 0 ? _first[c] : Below(node, c);

    private int Below(int node, char c)
    {
        var end = _nodes[node + 1].Below;
        for (var below = _nodes[node].Below; below < end; below++)
            if (_leads[below] == c) return below;
        return 0;
    }

    /// <returns>The number of the word that ends at the node, or -1.</returns>
    public int WordAt(int node) => _nodes[node].Word;
}
