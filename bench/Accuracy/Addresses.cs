using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Hotline.Dispatcher.Place;

namespace Hotline.Accuracy;

/// <summary>How often the place of an address is right, wrong or open, whether its confidence says so, and how fast it is found.</summary>
internal static class Addresses
{
    private static readonly double[] Bounds = [0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.01];

    private sealed record Labelled(string Text, string Street, string District, string Via, Dictionary<string, string> Spans);

    /// <summary>An answer, or below the threshold the first candidate. <paramref name="Confidence"/> is 0 where there is neither.</summary>
    private readonly record struct Answer(double Confidence, bool Right, bool Given);

    /// <summary>What is taken out of an address, to see whether the confidence falls as the accuracy does.</summary>
    private sealed record Loss(string Name, Func<Labelled, string?> Text)
    {
        /// <summary>Nothing is left that names the street office.</summary>
        public bool NoStreet => Name.StartsWith("no street", StringComparison.Ordinal);

        /// <summary>When weights are fitted: the two losses that leave no street count as much as the seven that leave one. Callers often name none, and too sure is worse than not sure enough.</summary>
        public double Weight => NoStreet ? 3.5 : 1;
    }

    private static readonly Loss[] Losses =
    [
        new("as written", l => l.Text),
        new("no province, no city", l => Without(l, "prov", "city", "redundant")),
        new("no county", l => Without(l, "district", "redundant")),
        new("no word 街道, 镇, 乡", l => WithoutWord(l, l.Text)),
        new("no county, no word", l => Without(l, "district", "redundant") is { } text ? WithoutWord(l, text) : null),
        new("no province, city, county", l => Without(l, "prov", "city", "district", "redundant")),
        new("… and no word", l => Without(l, "prov", "city", "district", "redundant") is { } text ? WithoutWord(l, text) : null),
        new("no street", l => Without(l, "town")),
        new("no street, no county", l => Without(l, "town", "district", "redundant")),
    ];

    /// <summary>The same place as people type and say it.</summary>
    private static readonly (string Name, Func<Labelled, string?> Text)[] Said =
    [
        ("full-width, with blanks", l => string.Join('\u3000', l.Text.Chunk(6).Select(c => new string([.. c.Select(x => x is > ' ' and <= '~' ? (char)(x + 0xFEE0) : x)])))),
        ("numbers in characters", l => l.Text.Any(char.IsAsciiDigit) ? string.Concat(l.Text.Select(c => char.IsAsciiDigit(c) ? "〇一二三四五六七八九"[c - '0'] : c)) : null),
        ("levels said twice", l => Levels(l) is { Length: > 0 } levels ? levels + l.Text : null),
        ("house first, levels last", l => Levels(l) is { Length: > 0 } levels && Without(l, "prov", "city", "district", "town", "redundant") is { Length: > 0 } rest ? rest + "，" + levels : null),
        ("levels from the smallest", l => l.Spans.ContainsKey("town") && Without(l, "prov", "city", "district", "town", "redundant") is { } rest
            ? string.Concat(Of(l, "town"), Of(l, "district"), Of(l, "city"), Of(l, "prov")) + rest : null),
        ("among words", l => $"喂你好，我要反映一下，我们这边是{l.Text}这里啊，就在那个旁边，麻烦你们来看看"),
        ("with pauses", l => Of(l, "town") is { Length: > 0 } town ? l.Text.Replace(town, $"，嗯，那个{town}，", StringComparison.Ordinal) : null),
        ("the street, over there", l => Of(l, "town") is { Length: > 0 } town ? $"{Of(l, "district")}{town}那边的{Without(l, "prov", "city", "district", "town", "redundant")}附近" : null),
    ];

    /// <summary>The hotline that asks, and how much it counts when weights are fitted: that of a neighbouring county is asked for one address in twenty, by assumption.</summary>
    private static readonly (string Name, Func<string, string?> Code, double Weight)[] Homes =
    [
        ("no hotline", _ => null, 1), ("its city", s => s[..4], 1), ("its county", s => s[..6], 1), ("a neighbour", Neighbour, 0.05),
    ];

    /// <summary>The next county of the same city.</summary>
    private static string Neighbour(string street)
    {
        var counties = DivisionDirectory.Instance.Children(street[..4]).Select(c => c.Code).ToList();
        return counties[(counties.IndexOf(street[..6]) + 1) % counties.Count];
    }

    public static bool Measure(string folder, string? home, bool showErrors, bool fit)
    {
        if (!Directory.Exists(folder))
        {
            Console.Error.WriteLine($"No labelled addresses in {folder}: nothing was measured. Give the folder that holds addresses/train.jsonl as the first argument.");
            return false;
        }

        var (managed, resident) = (GC.GetTotalMemory(true), Resident());
        var started = Stopwatch.StartNew();
        var directory = DivisionDirectory.Instance;
        var opened = started.ElapsedMilliseconds;
        var resolver = AddressResolver.Instance;
        Console.WriteLine($"directory {opened} ms, resolver {started.ElapsedMilliseconds - opened} ms");
        Memory("streets of the country, and no community");
        resolver.Resolve("某社区", directory.Find("320613")!.Code);
        Memory("… and the communities of one district");
        foreach (var division in directory.InOrder)
        {
            if (division.Level == DivisionLevel.County) resolver.Resolve("某社区", division.Code);
        }
        Memory("… and those of every county");

        void Memory(string what) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what}: {(GC.GetTotalMemory(true) - managed) / 1e6:0.0} MB managed, {(Resident() - resident) / 1e6:0.0} MB resident"));
        foreach (var part in new[] { "train", "dev" })
        {
            var lines = File.ReadLines(Path.Combine(folder, part + ".jsonl")).Select(l => JsonSerializer.Deserialize<Labelled>(l, JsonSerializerOptions.Web)!).ToList();
            Shares(part, lines, resolver, home);
            Console.WriteLine($"{part}: confidence of every answer, and of the first candidate where none is given");
            Reliability([.. lines.Select(l => Ask(resolver, l, l.Text, home))]);
            AsSaid(part, lines, resolver);
            Degraded(part, lines, resolver);
            ByEvidence(part, lines, resolver);
            if (fit && part == "train") Fit(lines, resolver);

            // Errors can be read on the training part only: the method is judged on the rest.
            if (showErrors && part == "train") ShowErrors(lines, resolver, directory, home);
            Speed(part, lines, resolver, home);
        }
        return true;
    }

    private static void Shares(string part, IReadOnlyList<Labelled> lines, AddressResolver resolver, string? home)
    {
        var answers = lines.Select(l => (Label: l, Match: resolver.Resolve(l.Text, home))).ToList();
        Console.WriteLine();
        Console.WriteLine($"{part,-6} {"via",-11} {"n",5}   street right  wrong abstained   district right  wrong abstained");
        foreach (var group in answers.GroupBy(a => a.Label.Via).Select(g => (g.Key, Rows: g.ToList())).Append((Key: "all", Rows: answers)))
        {
            var n = (double)group.Rows.Count;
            string Share(Func<(Labelled Label, PlaceMatch Match), bool> test) => (100 * group.Rows.Count(test) / n).ToString("0.00", CultureInfo.InvariantCulture);
            Console.WriteLine($"{part,-6} {group.Key,-11} {group.Rows.Count,5}   {Share(r => r.Match.Street == r.Label.Street),12} {Share(r => r.Match.Street is not null && r.Match.Street != r.Label.Street),6} {Share(r => r.Match.Street is null),9}   {Share(r => r.Match.District == r.Label.District),14} {Share(r => r.Match.District is not null && r.Match.District != r.Label.District),6} {Share(r => r.Match.District is null),9}");
        }
    }

    /// <summary>Addresses as people say them, asked by the hotline of their city and of their county.</summary>
    private static void AsSaid(string part, IReadOnlyList<Labelled> lines, AddressResolver resolver)
    {
        Console.WriteLine($"{part}: as people type and say them");
        Console.WriteLine($"  {"how",-28} {"asked by",-11} {"n",5}   right   wrong    open");
        foreach (var (how, said) in Said)
        {
            foreach (var (name, code, _) in Homes[1..3])
            {
                var answers = lines.Select(l => (Line: l, Text: said(l))).Where(l => l.Text is not null).Select(l => Ask(resolver, l.Line, l.Text!, code(l.Line.Street))).ToList();
                var given = answers.Count(a => a.Given);
                var right = answers.Count(a => a is { Given: true, Right: true });
                Console.WriteLine($"  {how,-28} {name,-11} {answers.Count,5} {Percent(right, answers.Count),7} {Percent(given - right, answers.Count),7} {Percent(answers.Count - given, answers.Count),7}");
            }
        }
    }

    /// <summary>What is left of the addresses without their counties, cities, street words: those that really lose something, each asked by three hotlines.</summary>
    private static void Degraded(string part, IReadOnlyList<Labelled> lines, AddressResolver resolver)
    {
        Console.WriteLine($"{part}: addresses that lack something");
        Console.WriteLine($"  {"lacking",-28} {"asked by",-11} {"n",5}  answered   right   wrong   mean confidence of answers   share right   calibration error");
        var (named, unnamed) = (new List<Answer>(), new List<Answer>());
        foreach (var loss in Losses)
        {
            foreach (var (name, code, weight) in Homes)
            {
                var answers = lines.Select(l => (Line: l, Text: loss.Text(l))).Where(l => l.Text is not null)
                    .Select(l => Ask(resolver, l.Line, l.Text!, code(l.Line.Street))).ToList();
                if (weight == 1) (loss.NoStreet ? unnamed : named).AddRange(answers);
                var given = answers.Where(a => a.Given).ToList();
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"  {loss.Name,-28} {name,-11} {answers.Count,5}   {Percent(given.Count, answers.Count),7} {Percent(given.Count(a => a.Right), answers.Count),7} {Percent(given.Count(a => !a.Right), answers.Count),7}   {(given.Count == 0 ? 0 : given.Average(a => a.Confidence)),26:0.000}   {(given.Count == 0 ? 0 : (double)given.Count(a => a.Right) / given.Count),11:0.000}   {Error(answers.Where(a => a.Confidence > 0)),17:0.000}"));
            }
        }
        Console.WriteLine($"{part}: confidence over all of them that name a street, but those that a neighbour asks");
        Reliability(named);
        Console.WriteLine($"{part}: … and of those that name none");
        Reliability(unnamed);
    }

    /// <summary>
    /// Whether each kind of answer is as sure as it is right, weighed as for the fit. An address is there many times, so that the standard error is over addresses.
    /// </summary>
    private static void ByEvidence(string part, IReadOnlyList<Labelled> lines, AddressResolver resolver)
    {
        Console.WriteLine($"{part}: by what decided, every loss and hotline, weighed as for the fit");
        Console.WriteLine($"  {"",-52} {"answers",7} addresses   mean confidence   share right   standard error");
        var answers = lines.SelectMany(l => Asked(resolver, l)).Where(a => a.Match.District is not null)
            .Select(a => (a.Line, Kind: KindOf(a.Match), a.Weight, a.Match.Confidence, Right: IsRight(a.Line, a.Match) ? 1.0 : 0)).ToList();
        foreach (var kind in answers.GroupBy(a => a.Kind).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var total = kind.Sum(a => a.Weight);
            var squares = kind.GroupBy(a => a.Line).Sum(g => Math.Pow(g.Sum(a => a.Weight * (a.Right - a.Confidence)), 2));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {kind.Key,-52} {kind.Count(),7}   {kind.Select(a => a.Line).Distinct().Count(),7}   {kind.Sum(a => a.Weight * a.Confidence) / total,15:0.000}   {kind.Sum(a => a.Weight * a.Right) / total,11:0.000}   {Math.Sqrt(squares) / total,14:0.000}"));
        }
    }

    private static bool IsRight(Labelled line, PlaceMatch match) => match.Street is { } street ? street == line.Street : match.District == line.District;

    private static string KindOf(PlaceMatch match)
    {
        bool Is(PlaceSigns sign) => (match.Signs & sign) != 0;
        if (match.Street is null)
        {
            return Is(PlaceSigns.CountyNamed) ? "county alone, by its full name" : !Is(PlaceSigns.CountyHinted) ? "county alone, the hotline's"
                : Is(PlaceSigns.RegionNamed) ? "county alone, short, its city or province named" : Is(PlaceSigns.AtHome) ? "county alone, short, at home" : "county alone, short, nothing else";
        }
        if (Is(PlaceSigns.ByCommunity)) return Is(PlaceSigns.StemOfCommunity) ? "community, without its word" : "community";
        if (!Is(PlaceSigns.ShortName)) return "street, by its full name";
        return Is(PlaceSigns.AnotherCounty) ? "street, short, and another county is named" : Is(PlaceSigns.Amid) ? "street, short, amid other words" : Is(PlaceSigns.BeforeVillage) ? "street, short, before the word of a community"
            : Is(PlaceSigns.Swallowed | PlaceSigns.MaybeSwallowed) ? "street, short, before a road, a house or a shop" : "street, short, first or behind its region";
    }

    /// <summary>Fits both sets of weights of <see cref="PlaceConfidence"/> on the training addresses with all their losses.</summary>
    private static void Fit(IReadOnlyList<Labelled> lines, AddressResolver resolver)
    {
        var answers = lines.SelectMany(l => Asked(resolver, l)).ToList();
        Fit("streets", answers.Where(a => a.Match.Street is not null));
        Fit("counties", answers.Where(a => a.Match is { Street: null, District: not null }));
    }

    /// <summary>The regression's log-likelihood less half the sum of squared weights, by gradient ascent over the distinct sets of signs.</summary>
    private static void Fit(string what, IEnumerable<(Labelled Line, PlaceMatch Match, double Weight)> answers)
    {
        var seen = new Dictionary<PlaceSigns, (double N, double Right)>();
        foreach (var (line, match, weight) in answers)
        {
            var (n, right) = seen.GetValueOrDefault(match.Signs);
            seen[match.Signs] = (n + weight, right + (IsRight(line, match) ? weight : 0));
        }
        var all = seen.Select(s => (Signs: (int)s.Key, s.Value.N, s.Value.Right)).ToArray();
        var total = all.Sum(s => s.N);
        var weights = new double[PlaceConfidence.SignCount + 1];
        for (var step = 0; step < 200_000; step++)
        {
            var gradient = new double[weights.Length];
            foreach (var (signs, n, right) in all)
            {
                var sum = weights[^1];
                for (var i = 0; i < PlaceConfidence.SignCount; i++) sum += (signs >> i & 1) * weights[i];
                var missing = right - n / (1 + Math.Exp(-sum));
                gradient[^1] += missing;
                for (var i = 0; i < PlaceConfidence.SignCount; i++) gradient[i] += (signs >> i & 1) * missing;
            }
            for (var i = 0; i < weights.Length; i++) weights[i] += 4 * (gradient[i] - (i < PlaceConfidence.SignCount ? weights[i] : 0)) / total;
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"weights for {what}, of {total:#,0} answers, {all.Length} distinct sets of signs; bias {weights[^1]:0.00}"));
        for (var i = 0; i < PlaceConfidence.SignCount; i++)
        {
            var having = all.Where(s => (s.Signs >> i & 1) != 0).ToList();
            if (having.Count > 0)
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {(PlaceSigns)(1 << i),-20} {weights[i],6:0.00}   {having.Sum(s => s.N),8:0.#} answers, {having.Sum(s => s.N - s.Right),7:0.#} wrong"));
        }
    }

    private static IEnumerable<(Labelled Line, PlaceMatch Match, double Weight)> Asked(AddressResolver resolver, Labelled line) =>
        from loss in Losses
        let text = loss.Text(line)
        where text is not null
        from home in Homes
        select (line, resolver.Resolve(text, home.Code(line.Street)), home.Weight * loss.Weight);

    private static void Reliability(IReadOnlyCollection<Answer> all)
    {
        var said = all.Where(a => a.Confidence > 0).ToList();
        for (var i = 0; i + 1 < Bounds.Length; i++)
        {
            var bin = said.Where(a => a.Confidence >= Bounds[i] && a.Confidence < Bounds[i + 1]).ToList();
            if (bin.Count == 0) continue;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {Bounds[i]:0.00}–{Math.Min(1, Bounds[i + 1]):0.00}  {bin.Count,6}   mean {bin.Average(a => a.Confidence):0.000}   right {bin.Count(a => a.Right),6}   share right {(double)bin.Count(a => a.Right) / bin.Count:0.000}"));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  expected calibration error {Error(said):0.0000}; {all.Count - said.Count} without answer or candidate"));
    }

    /// <summary>Expected calibration error: the mean distance between confidence and share right, over the bins, by their size.</summary>
    private static double Error(IEnumerable<Answer> answers)
    {
        var all = answers.ToList();
        return all.Count == 0 ? 0 : all.GroupBy(a => Array.FindLastIndex(Bounds, b => a.Confidence >= b))
            .Sum(g => Math.Abs(g.Average(a => a.Confidence) - g.Average(a => a.Right ? 1 : 0)) * g.Count()) / all.Count;
    }

    /// <summary>What the process holds in memory, in bytes, without what it only has not given back yet.</summary>
    private static long Resident()
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static Answer Ask(AddressResolver resolver, Labelled line, string text, string? home)
    {
        var match = resolver.Resolve(text, home);
        if (match.Street is { } street) return new Answer(match.Confidence, street == line.Street, Given: true);
        return match.Candidates is [var first, ..] && first.Code.Length == 9 ? new Answer(first.Confidence, first.Code == line.Street, Given: false) : default;
    }

    /// <returns>Empty where the address has no such part.</returns>
    private static string Of(Labelled line, string part) => line.Spans.TryGetValue(part, out var words) ? words.Split('|')[0] : "";

    private static string Levels(Labelled line) => string.Concat(Of(line, "prov"), Of(line, "city"), Of(line, "district"), Of(line, "town"));

    /// <returns>Null where the address has none of these parts.</returns>
    private static string? Without(Labelled line, params ReadOnlySpan<string> parts)
    {
        var text = line.Text;
        foreach (var part in parts)
        {
            if (!line.Spans.TryGetValue(part, out var words)) continue;
            foreach (var word in words.Split('|'))
                if (part != "redundant" || word.Length > 1) text = text.Replace(word, "", StringComparison.Ordinal);
        }
        return text == line.Text ? null : text;
    }

    private static string? WithoutWord(Labelled line, string text)
    {
        if (!line.Spans.TryGetValue("town", out var town)) return null;
        foreach (var word in (string[])["街道办事处", "街道", "镇", "乡"])
            if (town.EndsWith(word, StringComparison.Ordinal) && town.Length > word.Length + 1 && text.Contains(town, StringComparison.Ordinal))
                return text.Replace(town, town[..^word.Length], StringComparison.Ordinal);
        return null;
    }

    private static void ShowErrors(IReadOnlyList<Labelled> lines, AddressResolver resolver, DivisionDirectory directory, string? home)
    {
        foreach (var (label, match) in lines.Select(l => (l, resolver.Resolve(l.Text, home))).Where(a => a.Item2.Street != a.l.Street))
            Console.WriteLine($"{(match.Street is null ? "OPEN " : "WRONG")} {match.Confidence:0.00} {label.Via} {label.Text} | {label.Street} {directory.FullName(label.Street)} | got {match.Street ?? match.District} {directory.FullName(match.Street ?? match.District ?? "")} | {string.Join("; ", match.Explanation.Select(e => e.Zh))}");
    }

    /// <summary>On a shared machine only the processor's own time is comparable; the first addresses are left to the JIT.</summary>
    private static void Speed(string part, IReadOnlyList<Labelled> lines, AddressResolver resolver, string? home)
    {
        Repeat(60_000);
        var watch = Stopwatch.StartNew();
        var before = Environment.CpuUsage.TotalTime;
        var done = Repeat(100_000);
        Console.WriteLine($"{part,-6} {done / (Environment.CpuUsage.TotalTime - before).TotalSeconds:#,0} addresses per second of processor time, {done / watch.Elapsed.TotalSeconds:#,0} per second on the clock, one thread");

        int Repeat(int atLeast)
        {
            var count = 0;
            for (; count < atLeast; count += lines.Count)
                foreach (var line in lines) resolver.Resolve(line.Text, home);
            return count;
        }
    }

    private static string Percent(int count, int of) => (of == 0 ? 0 : 100.0 * count / of).ToString("0.0", CultureInfo.InvariantCulture) + " %";
}
