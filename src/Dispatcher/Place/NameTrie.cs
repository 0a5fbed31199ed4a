namespace Hotline.Dispatcher.Place;

/// <summary>How a form of a name stands to the division it means.</summary>
internal enum NameForm : byte
{
    Full,
    Short,
    /// <summary>The full name of a county or city that is gone; the target is a successor.</summary>
    FormerFull,
    FormerShort,
    /// <summary>The name of a county that gave a part to the target.</summary>
    PartFull,
    PartShort,
    /// <summary>A street-level division's earlier name or county; the target is the street of today.</summary>
    FormerTown,
    FormerTownShort,
}

/// <summary><paramref name="Target"/>: a division's index. <paramref name="History"/>: the index of the succession or former town behind it, or -1.</summary>
internal readonly record struct NameEntry(int Target, NameForm Form, int History);

/// <summary>
/// Names as a trie in one open-addressing table keyed by (node, character): about a quarter of a million edges for the whole country, filled in
/// some 20 ms, one probe a character when read. Each node's entries stand in the order they were added, in three runs: provinces to
/// counties, streets by index, former towns.
/// </summary>
internal sealed class NameTrie
{
    private const long Empty = -1;

    private long[] _keys;
    private int[] _next;
    private int _edges, _nodes = 1;
    private readonly List<(int Node, NameEntry Entry)>[] _added = [[], [], []];
    private NameEntry[] _entries = [];
    private int[] _runs = [];
    private byte[] _kinds = [];
    private readonly int[] _first = new int[char.MaxValue + 1];

    public NameTrie(int expectedEdges)
    {
        var size = 16;
        while (size < expectedEdges * 2) size *= 2;
        _keys = new long[size];
        _next = new int[size];
        Array.Fill(_keys, Empty);
    }

    /// <summary>Adds a form in run 0 (provinces to counties), 1 (streets, to be added by ascending target) or 2 (former towns).</summary>
    public void Add(string form, int run, NameEntry entry)
    {
        var node = 0;
        foreach (var c in form) node = StepOrAdd(node, HalfWidth(c));
        _added[run].Add((node, entry));
    }

    /// <summary>Lays the entries out; nothing can be added afterwards.</summary>
    public void Freeze()
    {
        var starts = new int[_nodes * 3 + 1];
        for (var run = 0; run < 3; run++)
            foreach (var (node, _) in _added[run]) starts[node * 3 + run + 1]++;
        for (var i = 1; i < starts.Length; i++) starts[i] += starts[i - 1];
        _entries = new NameEntry[starts[^1]];
        _runs = (int[])starts.Clone();
        for (var run = 0; run < 3; run++)
        {
            foreach (var (node, entry) in _added[run]) _entries[starts[node * 3 + run]++] = entry;
            _added[run].Clear();
            _added[run].TrimExcess();
        }

        _kinds = new byte[_nodes];
        for (var node = 0; node < _nodes; node++)
        {
            for (var run = 0; run < 3; run++)
            {
                foreach (var entry in Run(node, run))
                    _kinds[node] |= (byte)(1 << run | (entry.Form == NameForm.Full ? 8 : 0));
            }
        }

        for (var c = 0; c <= char.MaxValue; c++) _first[c] = Probe(0, (char)c);
    }

    /// <summary>ASCII for its full-width form, anything else as it is: texts and names are compared so.</summary>
    public static char HalfWidth(char c) => c is >= '！' and <= '～' ? (char)(c - 0xFEE0) : c;

    /// <summary>The node one character on, or -1.</summary>
    public int Step(int node, char c) => node == 0 ? _first[c] : Probe(node, c);

    private int Probe(int node, char c)
    {
        var key = ((long)node << 16) | c;
        for (var slot = Slot(key); ; slot = (slot + 1) & (_keys.Length - 1))
        {
            if (_keys[slot] == key) return _next[slot];
            if (_keys[slot] == Empty) return -1;
        }
    }

    public bool IsName(int node) => _kinds[node] != 0;

    /// <summary>True where the form names a province, city or county, whatever else it names.</summary>
    public bool NamesRegion(int node) => (_kinds[node] & 1) != 0;

    /// <summary>True where the form is some division's full name of today.</summary>
    public bool IsFullName(int node) => (_kinds[node] & 8) != 0;

    public ReadOnlySpan<NameEntry> Run(int node, int run) => _entries.AsSpan(_runs[node * 3 + run].._runs[node * 3 + run + 1]);

    private int StepOrAdd(int node, char c)
    {
        var key = ((long)node << 16) | c;
        var slot = Slot(key);
        for (; _keys[slot] != Empty; slot = (slot + 1) & (_keys.Length - 1))
            if (_keys[slot] == key) return _next[slot];
        if (++_edges * 2 > _keys.Length)
        {
            Grow();
            slot = FreeSlot(key);
        }

        _keys[slot] = key;
        return _next[slot] = _nodes++;
    }

    private void Grow()
    {
        var (keys, next) = (_keys, _next);
        _keys = new long[keys.Length * 2];
        _next = new int[keys.Length * 2];
        Array.Fill(_keys, Empty);
        for (var i = 0; i < keys.Length; i++)
        {
            if (keys[i] == Empty) continue;
            var slot = FreeSlot(keys[i]);
            _keys[slot] = keys[i];
            _next[slot] = next[i];
        }
    }

    private int FreeSlot(long key)
    {
        var slot = Slot(key);
        while (_keys[slot] != Empty) slot = (slot + 1) & (_keys.Length - 1);
        return slot;
    }

    private int Slot(long key) => (int)((ulong)(key * unchecked((long)0x9E3779B97F4A7C15)) >> 32) & (_keys.Length - 1);
}
