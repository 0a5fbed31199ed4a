using System.Diagnostics;
using System.Text.Json;
using Hotline.Accuracy;
using Hotline.Dispatcher.Place;

// How often the machine is right, wrong or silent on labelled addresses and texts, and how fast. Neither are part of the repository (no licence to ship them).
var data = args.FirstOrDefault(a => !a.StartsWith('-')) ?? ".";
if (args.Contains("--repeats"))
{
    if (!Repeats.Measure(Path.Combine(data, "complaints"))) return 2;
    Hot.Measure(Path.Combine(data, "complaints"));
    return 0;
}
if (!args.Contains("--addresses") && !args.Contains("--categories")) Kinds.Measure(Path.Combine(data, "complaints"), Path.Combine(AppContext.BaseDirectory, "kinds-labels.csv"));
if (args.Contains("--kinds")) return 0;
var categories = args.Contains("--addresses") || Categories.Measure(Path.Combine(data, "complaints"), args.Contains("--quick"));
if (args.Contains("--categories")) return categories ? 0 : 2;
Console.WriteLine();
if (!args.Contains("--addresses") && Repeats.Measure(Path.Combine(data, "complaints"))) Hot.Measure(Path.Combine(data, "complaints"));
var addresses = Path.Combine(data, "addresses");
if (!Directory.Exists(addresses))
{
    Console.Error.WriteLine($"No labelled addresses in {addresses}: nothing was measured. Give the folder that holds addresses/train.jsonl as the first argument.");
    return 2;
}

var started = Stopwatch.StartNew();
var directory = DivisionDirectory.Instance;
var opened = started.ElapsedMilliseconds;
var resolver = AddressResolver.Instance;
Console.WriteLine($"directory {opened} ms, resolver {started.ElapsedMilliseconds - opened} ms, managed memory {GC.GetTotalMemory(true) / 1_000_000.0:0.0} MB");

var home = args.FirstOrDefault(a => a.StartsWith("--home=", StringComparison.Ordinal))?["--home=".Length..];
var showErrors = args.Contains("--errors");
foreach (var part in new[] { "train", "dev" })
{
    var file = Path.Combine(addresses, part + ".jsonl");
    var lines = File.ReadLines(file).Select(l => JsonSerializer.Deserialize<Labelled>(l, JsonSerializerOptions.Web)!).ToList();
    var answers = lines.Select(l => (Label: l, Match: resolver.Resolve(l.Text, home))).ToList();
    Console.WriteLine();
    Console.WriteLine($"{part,-6} {"via",-11} {"n",5}   street right  wrong abstained   district right  wrong abstained");
    foreach (var group in answers.GroupBy(a => a.Label.Via).Select(g => (g.Key, Rows: g.ToList())).Append((Key: "all", Rows: answers)))
    {
        var n = (double)group.Rows.Count;
        string Share(Func<(Labelled Label, PlaceMatch Match), bool> test) => (100 * group.Rows.Count(test) / n).ToString("0.00", System.Globalization.CultureInfo.InvariantCulture);
        Console.WriteLine($"{part,-6} {group.Key,-11} {group.Rows.Count,5}   {Share(r => r.Match.Street == r.Label.Street),12} {Share(r => r.Match.Street is not null && r.Match.Street != r.Label.Street),6} {Share(r => r.Match.Street is null),9}   {Share(r => r.Match.District == r.Label.District),14} {Share(r => r.Match.District is not null && r.Match.District != r.Label.District),6} {Share(r => r.Match.District is null),9}");
    }

    Console.WriteLine($"{part,-6} confidence given → share right:");
    foreach (var bin in answers.Where(a => a.Match.Street is not null).GroupBy(a => Math.Floor(a.Match.Confidence * 20) / 20).OrderByDescending(g => g.Key))
        Console.WriteLine($"         {bin.Key:0.00}–{bin.Key + 0.05:0.00}  {bin.Count(),5}   {(double)bin.Count(b => b.Match.Street == b.Label.Street) / bin.Count():0.000}");

    // Errors can be read on the training part only: the method is judged on the rest.
    if (showErrors && part == "train")
    {
        foreach (var (label, match) in answers.Where(a => a.Match.Street != a.Label.Street))
            Console.WriteLine($"{(match.Street is null ? "OPEN " : "WRONG")} {match.Confidence:0.00} {label.Via} {label.Text} | {label.Street} {directory.FullName(label.Street)} | got {match.Street ?? match.District} {directory.FullName(match.Street ?? match.District ?? "")} | {string.Join("; ", match.Explanation.Select(e => e.Zh))}");
    }

    // On a shared machine only the processor's own time is comparable; the first addresses are left to the JIT.
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

return categories ? 0 : 2;

internal sealed record Labelled(string Text, string Street, string District, string Via);
