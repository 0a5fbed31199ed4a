namespace Hotline.Dispatcher.Matters;

/// <summary>
/// The character n-grams (字符 n 元组) of a text: sequences of one to four letters, and once more, as others, those of one to three in its head, where people say what
/// they want. Four UTF-16 units fill 64 bits, so the key of an n-gram is the n-gram itself and two never share one.
/// </summary>
internal static class Grams
{
    public const int Longest = 4, LongestOfHead = 3;

    /// <summary>Letters of the head.</summary>
    public const int Head = 40;

    /// <summary>N-grams of a text, at most.</summary>
    public const int Most = LongestText * Longest + Head * LongestOfHead;

    /// <summary>How much of a text is read: what a citizen wants stands at its beginning, and the cost of a prediction stays bounded.</summary>
    public const int LongestText = 4000;

    private const char Break = '\0', Number = '0', Masked = '§';

    /// <summary>
    /// The letters of a text as they are compared: narrow, lower case, every number as one <c>0</c>, a masked place name (A7县) as one sign whatever its number.
    /// Blanks are left out, since words set apart are the same words; other signs end a sequence.
    /// </summary>
    /// <param name="letters">At least as long as the text that is read.</param>
    /// <param name="at">Where in the text each letter stands.</param>
    /// <returns>How many letters.</returns>
    public static int Fold(ReadOnlySpan<char> text, Span<char> letters, Span<int> at)
    {
        text = text[..Math.Min(text.Length, LongestText)];
        var n = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = Narrow(text[i]);
            if (char.IsWhiteSpace(c)) continue;
            if (!char.IsLetterOrDigit(c)) c = Break;
            else if (char.IsDigit(c)) c = Number;
            at[n] = i;
            if (c is >= 'a' and <= 'z' && MaskedUntil(text, i + 1) is var end and > 0)
            {
                c = Masked;
                i = end - 1;
            }
            if (c is Number or Break && n > 0 && letters[n - 1] == c) continue;
            letters[n++] = c;
        }
        return n;
    }

    /// <returns>The end of the digits of a masked name (up to three, before 市, 县, 区 or 州), or 0 where it is none.</returns>
    private static int MaskedUntil(ReadOnlySpan<char> text, int i)
    {
        for (var digits = 0; digits < 3 && i < text.Length && char.IsDigit(text[i]); digits++) i++;
        return i < text.Length && text[i] is '市' or '县' or '区' or '州' ? i : 0;
    }

    private static char Narrow(char c) => char.ToLowerInvariant(c is >= '！' and <= '～' ? (char)(c - 0xFEE0) : c);

    /// <summary>In front of the n-grams of the head, which are too short to fill the key.</summary>
    private const ulong OfHead = 0xFFFEUL << 48;

    /// <summary>Whether the key is that of an n-gram of the longest kind.</summary>
    public static bool IsLongest(ulong key) => key >> 48 is not (0 or 0xFFFE);

    /// <summary>Every n-gram with its key, its first letter and its length.</summary>
    public static Enumerator Of(ReadOnlySpan<char> letters) => new(letters);

    public ref struct Enumerator(ReadOnlySpan<char> letters)
    {
        private readonly ReadOnlySpan<char> _head = letters[..Math.Min(letters.Length, Head)];
        private ReadOnlySpan<char> _letters = letters;
        private int _longest = Longest;
        private int _start = 0;
        private ulong _key;

        public readonly int Start => _start;
        public int Length { get; private set; }
        public readonly ulong Key => _longest == Longest ? _key : _key | OfHead;

        public readonly Enumerator GetEnumerator() => this;
        public readonly Enumerator Current => this;

        /// <summary>Goes on with the next letter: no longer n-gram begins at this one.</summary>
        public void SkipLonger() => Length = _longest;

        public bool MoveNext()
        {
            while (true)
            {
                while (_start < _letters.Length)
                {
                    var next = _start + Length;
                    if (Length < _longest && next < _letters.Length && _letters[next] != Break)
                    {
                        _key = (_key << 16) | _letters[next];
                        Length++;
                        return true;
                    }
                    _start++;
                    Length = 0;
                    _key = 0;
                }
                if (_longest == LongestOfHead) return false;
                _letters = _head;
                _longest = LongestOfHead;
                _start = 0;
            }
        }
    }
}
