using Hotline.Dispatcher.Matters;

namespace Hotline.Accuracy;

/// <summary>How many real messages are read as danger to life and as lost supply: nearly all are letters about what has lasted long, so this counts false alarms. <c>--words</c> names each, to be read.</summary>
internal static class Urgency
{
    public static bool Measure(string folder, bool words)
    {
        if (Letter.Read(folder, "urgency was") is not { } letters) return false;
        var read = letters.Select(l => (Letter: l, Says: Lexicon.Instance.Suggest(l.Title, l.Description))).ToArray();
        Console.WriteLine($"urgency, read from {read.Length} texts: danger to life {read.Count(r => r.Says.Danger.Count > 0)}, lost supply or epidemic {read.Count(r => r.Says.Pressing.Count > 0)}");
        if (words)
            foreach (var (letter, says) in read.Where(r => r.Says.Danger.Count > 0)) Console.WriteLine($"  {letter.File} {letter.Id}: {string.Join(", ", says.Danger)}");
        return true;
    }
}
