using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace Hotline.Dispatcher.Matters;

/// <summary>One class that a trained model suggests.</summary>
/// <param name="Confidence">0..1: of the answers given with 0.9, nine in ten are right.</param>
/// <param name="Words">The words of the text that spoke for it, strongest first.</param>
public sealed record ModelGuess(string Label, double Confidence, IReadOnlyList<string> Words);

/// <summary>
/// A trained model of what texts are about (分类模型): one weight for each character n-gram and class. A text is the vector of its n-grams, by sublinear
/// frequency and rarity, of length one; the class with the largest sum of weights wins, and a softmax of the sums, corrected by what was right
/// of texts that were kept aside, is the confidence. Safe for any number of threads. See docs/adr/0013.
/// </summary>
public sealed class CategoryModel
{
    /// <summary>The version of the file's format that this program writes; it reads no other.</summary>
    public const ushort Format = 1;

    /// <summary>Bytes of the largest file that is read or written.</summary>
    public const int LargestFile = 20_000_000;

    internal const int Head = 24;
    internal const int MostLabels = 2000, LongestLabel = 200;

    private const int MostWords = 6, LongestWord = 10;
    private const double StandsOut = 1.3;

    private static ReadOnlySpan<byte> Magic => "HLCM"u8;

    private readonly string[] _labels;
    private readonly float[] _bias;
    private readonly Trust _trust;
    private readonly GramTable _grams;
    private readonly Half[] _rarity;
    private readonly Half[] _weights;

    /// <summary>
    /// The weights once more, unpacked, each above the average of its n-gram, which changes no share; each n-gram's labels fill whole vectors. Turning them into floats would be most of a
    /// prediction's time.
    /// </summary>
    private readonly float[] _quick;

    /// <summary>Floats from one n-gram to the next.</summary>
    private readonly int _stride;

    [ThreadStatic] private static Scratch? _scratch;

    private readonly record struct Occurrence(int Gram, int Start, int Length);

    private sealed class Scratch
    {
        public readonly char[] Letters = new char[Grams.LongestText];
        public readonly int[] At = new int[Grams.LongestText];
        public ushort[] Counts = [];
        public float[] Sums = [];
        public readonly List<int> Found = new(4096);

        /// <summary>Every n-gram that the model knows, wherever it stands in the text.</summary>
        public readonly Occurrence[] Occurrences = new Occurrence[Grams.Most];
        public int Known;
    }

    /// <param name="keys">The n-grams, in the order of <paramref name="rarity"/> and <paramref name="weights"/>.</param>
    /// <param name="weights">By n-gram, then by label.</param>
    internal CategoryModel(string[] labels, float[] bias, Trust trust, ulong[] keys, Half[] rarity, Half[] weights)
    {
        (_labels, _bias, _trust, _rarity, _weights) = (labels, bias, trust, rarity, weights);
        _stride = (labels.Length + Vector<float>.Count - 1) / Vector<float>.Count * Vector<float>.Count;
        _quick = new float[keys.Length * _stride];
        for (var f = 0; f < keys.Length; f++)
        {
            var row = _quick.AsSpan(f * _stride, labels.Length);
            var sum = 0f;
            for (var k = 0; k < row.Length; k++) sum += row[k] = (float)weights[f * labels.Length + k];
            foreach (ref var weight in row) weight -= sum / row.Length;
        }
        _grams = new GramTable(keys);
    }

    /// <summary>The classes that it tells apart.</summary>
    public IReadOnlyList<string> Labels => _labels;

    /// <summary>N-grams that have weights.</summary>
    public int Count => _rarity.Length;

    /// <summary>The most bytes that one n-gram takes with so many labels, which says how many fit into a file.</summary>
    internal static int BytesPerGram(int labels) => sizeof(ulong) + 2 + 2 * labels;

    /// <summary>The likeliest classes first, with the words that decided; at least one.</summary>
    public IReadOnlyList<ModelGuess> Predict(string text, int most = 1)
    {
        var s = _scratch ??= new Scratch();
        if (s.Counts.Length < Count) s.Counts = new ushort[Count];
        var letters = s.Letters.AsSpan(0, Grams.Fold(text, s.Letters, s.At));
        Span<double> shares = _labels.Length <= 128 ? stackalloc double[_labels.Length] : new double[_labels.Length];
        var length = Score(letters, s, shares);
        _trust.Apply(shares);

        var order = new int[_labels.Length];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        var copy = shares.ToArray();
        Array.Sort(order, (a, b) => copy[a] != copy[b] ? copy[b].CompareTo(copy[a]) : a.CompareTo(b));
        var guesses = new ModelGuess[Math.Min(most, order.Length)];
        for (var i = 0; i < guesses.Length; i++) guesses[i] = new ModelGuess(_labels[order[i]], copy[order[i]], Words(text, letters, s, order[i], length));

        foreach (var f in s.Found) s.Counts[f] = 0;
        s.Found.Clear();
        return guesses;
    }

    /// <summary>Counts the n-grams into the scratch and adds up what each says.</summary>
    /// <returns>The length of the vector before it is made one.</returns>
    private double Score(ReadOnlySpan<char> letters, Scratch s, Span<double> scores)
    {
        s.Known = 0;
        var grams = Grams.Of(letters);
        while (grams.MoveNext())
        {
            var f = _grams.IndexOf(grams.Key);
            if (f < 0)
            {
                // What no two texts share at its beginning they do not share as a whole: most looks would be for n-grams that are not there.
                grams.SkipLonger();
                continue;
            }
            s.Occurrences[s.Known++] = new Occurrence(f, grams.Start, grams.Length);
            if (s.Counts[f]++ == 0) s.Found.Add(f);
        }
        if (s.Sums.Length < _stride) s.Sums = new float[_stride];
        var sums = s.Sums.AsSpan(0, _stride);
        sums.Clear();
        var squares = 0.0;
        foreach (var found in s.Found)
        {
            var value = Frequency(s.Counts[found]) * (float)_rarity[found];
            squares += value * value;
            var weights = MemoryMarshal.Cast<float, Vector<float>>(_quick.AsSpan(found * _stride, _stride));
            var into = MemoryMarshal.Cast<float, Vector<float>>(sums);
            for (var v = 0; v < weights.Length; v++) into[v] += weights[v] * value;
        }
        var length = Math.Sqrt(squares);
        for (var k = 0; k < scores.Length; k++) scores[k] = (length == 0 ? 0 : sums[k] / length) + _bias[k];
        return length;
    }

    /// <summary>A word that comes twice says more than once, but not twice as much.</summary>
    internal static float Frequency(int count) => count == 1 ? 1 : 1 + MathF.Log(count);

    /// <summary>
    /// What each n-gram says for the class above the average class, laid evenly on the letters of its occurrences; letters that stand out and stand together make a word.
    /// </summary>
    private List<string> Words(string text, ReadOnlySpan<char> letters, Scratch s, int label, double length)
    {
        if (length == 0) return [];
        var evidence = new float[letters.Length];
        foreach (var (f, start, count) in s.Occurrences.AsSpan(0, s.Known))
        {
            var said = Frequency(s.Counts[f]) * (float)_rarity[f] * _quick[f * _stride + label] / (s.Counts[f] * count);
            foreach (ref var e in evidence.AsSpan(start, count)) e += said;
        }
        float sum = 0, positive = 0;
        foreach (var e in evidence)
        {
            if (e <= 0) continue;
            sum += e;
            positive++;
        }
        if (positive == 0) return [];
        // Where all say about the same, nothing stands out: then what says at least half of it.
        var words = Together(text, s, evidence, (float)(StandsOut * sum / positive));
        if (words.Count == 0) words = Together(text, s, evidence, sum / positive / 2);
        return [.. words.OrderByDescending(w => w.Value).ThenBy(w => w.Key, StringComparer.Ordinal).Take(MostWords).Select(w => w.Key)];
    }

    /// <summary>Letters that stand together, each with enough evidence, by all that they say.</summary>
    private static Dictionary<string, float> Together(string text, Scratch s, float[] evidence, float enough)
    {
        var words = new Dictionary<string, float>(StringComparer.Ordinal);
        for (var start = 0; start < evidence.Length; start++)
        {
            if (evidence[start] < enough) continue;
            var end = start;
            var said = 0f;
            for (; end < evidence.Length && end - start < LongestWord && evidence[end] >= enough; end++) said += evidence[end];
            if (end - start >= 2)
            {
                var word = text[s.At[start]..(s.At[end - 1] + 1)];
                words[word] = words.GetValueOrDefault(word) + said;
            }
            start = end - 1;
        }
        return words;
    }

    /// <summary>
    /// The file, little-endian: <c>HLCM</c>, format (u16), labels (u16), n-grams (i32), sharpness, slope and offset of the confidence (3 × f32), per label length in bytes (u16), UTF-8 and bias (f32), then all keys (u64),
    /// all rarities (f16), all weights (f16).
    /// </summary>
    public byte[] Save()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Magic);
        writer.Write(Format);
        writer.Write((ushort)_labels.Length);
        writer.Write(Count);
        writer.Write(_trust.Sharpness);
        writer.Write(_trust.Slope);
        writer.Write(_trust.Offset);
        for (var k = 0; k < _labels.Length; k++)
        {
            var name = Encoding.UTF8.GetBytes(_labels[k]);
            writer.Write((ushort)name.Length);
            writer.Write(name);
            writer.Write(_bias[k]);
        }
        foreach (var key in _grams.Keys(Count)) writer.Write(key);
        foreach (var rarity in _rarity) writer.Write(rarity);
        foreach (var weight in _weights) writer.Write(weight);
        return stream.ToArray();
    }

    /// <summary>Reads a file that may come from anywhere: every length is held against what is there before anything is allocated.</summary>
    /// <exception cref="InvalidDataException">What is wrong with it, as a sentence about the file.</exception>
    public static CategoryModel Load(ReadOnlySpan<byte> file)
    {
        if (file.Length < Head || !file.StartsWith(Magic)) throw new InvalidDataException("It is no category model.");
        var format = BinaryPrimitives.ReadUInt16LittleEndian(file[4..]);
        if (format != Format) throw new InvalidDataException($"It has format {format} and this program reads {Format}: {(format > Format ? "update the program, or train again." : "train again.")}");
        if (file.Length > LargestFile) throw new InvalidDataException($"It is larger than {LargestFile / 1_000_000} MB.");
        int labels = BinaryPrimitives.ReadUInt16LittleEndian(file[6..]), grams = BinaryPrimitives.ReadInt32LittleEndian(file[8..]);
        var trust = new Trust(Finite(BinaryPrimitives.ReadSingleLittleEndian(file[12..])), Finite(BinaryPrimitives.ReadSingleLittleEndian(file[16..])), Finite(BinaryPrimitives.ReadSingleLittleEndian(file[20..])));
        if (labels is < 2 or > MostLabels || grams < 1 || trust.Sharpness <= 0 || trust.Slope <= 0) throw new InvalidDataException("It is damaged: its head says what cannot be.");
        file = file[Head..];
        var names = new string[labels];
        var bias = new float[labels];
        for (var k = 0; k < labels; k++)
        {
            var bytes = file.Length < 2 ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(file);
            if (bytes is 0 or > LongestLabel * 4 || file.Length < 2 + bytes + 4) throw new InvalidDataException("It is damaged: it ends, or is wrong, among the labels.");
            names[k] = Encoding.UTF8.GetString(file.Slice(2, bytes));
            bias[k] = Finite(BinaryPrimitives.ReadSingleLittleEndian(file[(2 + bytes)..]));
            file = file[(2 + bytes + 4)..];
        }
        if (names.Distinct(StringComparer.Ordinal).Count() != labels) throw new InvalidDataException("It is damaged: a label stands in it twice.");
        var expected = (long)grams * BytesPerGram(labels);
        if (file.Length != expected) throw new InvalidDataException($"It is damaged: {expected} bytes should follow the labels and {file.Length} do.");
        var keys = MemoryMarshal.Cast<byte, ulong>(file[..(grams * 8)]).ToArray();
        var rarity = MemoryMarshal.Cast<byte, Half>(file.Slice(grams * 8, grams * 2)).ToArray();
        var weights = MemoryMarshal.Cast<byte, Half>(file[(grams * 10)..]).ToArray();
        foreach (var number in rarity) Finite((float)number);
        foreach (var number in weights) Finite((float)number);
        return new CategoryModel(names, bias, trust, keys, rarity, weights);

        static float Finite(float number) => float.IsFinite(number) ? number : throw new InvalidDataException("It is damaged: a weight is no number.");
    }
}

/// <summary>
/// From scores to confidence (把握): a softmax of sharpened scores (temperature scaling), whose first share is then moved along a logistic curve (Platt scaling); the others keep their proportion.
/// </summary>
internal readonly record struct Trust(float Sharpness, float Slope, float Offset)
{
    public void Apply(Span<double> scores)
    {
        Softmax(scores, Sharpness);
        var best = 0;
        for (var k = 1; k < scores.Length; k++)
            if (scores[k] > scores[best]) best = k;
        var first = 1 / (1 + Math.Exp(-(Slope * LogOdds(scores[best]) + Offset)));
        // The first stays the first: the curve may not push it below an even share of what the second has.
        // Summed, since of a first share that rounds to 1 the difference is 0.
        var rest = 0.0;
        for (var k = 0; k < scores.Length; k++)
            if (k != best) rest += scores[k];
        for (var k = 0; k < scores.Length; k++)
            if (k != best) first = Math.Max(first, rest == 0 ? 0 : scores[k] / (rest + scores[k]));
        for (var k = 0; k < scores.Length; k++)
            if (k != best) scores[k] = rest > 0 ? scores[k] * ((1 - first) / rest) : (1 - first) / (scores.Length - 1);
        scores[best] = first;
    }

    public static double LogOdds(double share) => Math.Log(Math.Max(share, 1e-9) / Math.Max(1 - share, 1e-9));

    public static void Softmax(Span<double> scores, double sharpness)
    {
        var most = double.NegativeInfinity;
        foreach (var score in scores) most = Math.Max(most, score);
        var sum = 0.0;
        for (var k = 0; k < scores.Length; k++) sum += scores[k] = Math.Exp(sharpness * (scores[k] - most));
        for (var k = 0; k < scores.Length; k++) scores[k] /= sum;
    }
}
