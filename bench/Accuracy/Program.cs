using Hotline.Accuracy;

// How often the machine is right, wrong or silent on labelled addresses and texts, and how fast. Neither are part of the repository (no licence to ship them).
var data = args.FirstOrDefault(a => !a.StartsWith('-')) ?? ".";
var complaints = Path.Combine(data, "complaints");
if (args.Contains("--boundaries")) return MapSpeed.Measure();

(string Name, Func<bool> Measure)[] parts =
[
    ("--kinds", () => Kinds.Measure(complaints, Path.Combine(AppContext.BaseDirectory, "kinds-labels.csv"))),
    ("--urgency", () => Urgency.Measure(complaints, args.Contains("--words"))),
    ("--categories", () => Categories.Measure(complaints, args.Contains("--quick"))),
    ("--repeats", () =>
    {
        if (!Repeats.Measure(complaints)) return false;
        Hot.Measure(complaints);
        return true;
    }),
    ("--addresses", () => Addresses.Measure(Path.Combine(data, "addresses"), args.FirstOrDefault(a => a.StartsWith("--home=", StringComparison.Ordinal))?["--home=".Length..], args.Contains("--errors"), args.Contains("--fit"))),
];
// Those that are named, or all of them.
var asked = parts.Where(p => args.Contains(p.Name)).ToArray() is { Length: > 0 } named ? named : parts;
var measured = true;
foreach (var part in asked)
{
    measured &= part.Measure();
    Console.WriteLine();
}
return measured ? 0 : 2;
