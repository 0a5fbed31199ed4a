using System.Numerics;

namespace Hotline.Dispatcher.Matters;

/// <summary>
/// Where the weights of an n-gram stand: a hash table with open addressing in which key and answer lie side by side, so that most looks touch one line of memory. Looking up is most of a
/// prediction's time, since the table is larger than a processor's caches.
/// </summary>
internal sealed class GramTable
{
    private readonly Slot[] _slots;
    private readonly int _shift;

    /// <param name="Key">0 for an empty slot: no n-gram has it.</param>
    private readonly record struct Slot(ulong Key, int Index);

    /// <exception cref="InvalidDataException">A key stands there twice, or is no n-gram's.</exception>
    public GramTable(ReadOnlySpan<ulong> keys)
    {
        // Half full at most: a look ends after one or two slots.
        var size = BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, keys.Length * 2));
        _slots = new Slot[size];
        _shift = 64 - BitOperations.Log2(size);
        for (var i = 0; i < keys.Length; i++)
        {
            if (keys[i] == 0) throw new InvalidDataException("It is damaged: an n-gram is empty.");
            var at = Start(keys[i]);
            for (; _slots[at].Key != 0; at = (at + 1) & (_slots.Length - 1))
                if (_slots[at].Key == keys[i]) throw new InvalidDataException("It is damaged: an n-gram stands in it twice.");
            _slots[at] = new Slot(keys[i], i);
        }
    }

    /// <returns>The place of the key among those that the table was made of, or -1.</returns>
    public int IndexOf(ulong key)
    {
        var slots = _slots;
        for (var at = Start(key); ; at = (at + 1) & (slots.Length - 1))
        {
            ref readonly var slot = ref slots[at];
            if (slot.Key == key) return slot.Index;
            if (slot.Key == 0) return -1;
        }
    }

    /// <summary>Every key, in the order that the table was made of.</summary>
    public ulong[] Keys(int count)
    {
        var keys = new ulong[count];
        foreach (var slot in _slots)
            if (slot.Key != 0) keys[slot.Index] = slot.Key;
        return keys;
    }

    /// <summary>Multiplicative hashing (Knuth, The Art of Computer Programming, vol. 3, 6.4) by the golden ratio.</summary>
    private int Start(ulong key) => (int)((key * 0x9E3779B97F4A7C15) >> _shift);
}
