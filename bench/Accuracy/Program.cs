using Hotline.Accuracy;

// How often the machine is right, wrong or silent on labelled addresses and texts, and how fast. Neither are part of the repository (no licence to ship them).
var data = args.FirstOrDefault(a => !a.StartsWith('-')) ?? ".";
if (args.Contains("--boundaries")) return MapSpeed.Measure();
if (!args.Contains("--addresses") && !args.Contains("--categories")) Kinds.Measure(Path.Combine(data, "complaints"), Path.Combine(AppContext.BaseDirectory, "kinds-labels.csv"));
if (args.Contains("--kinds")) return 0;
var categories = args.Contains("--addresses") || Categories.Measure(Path.Combine(data, "complaints"), args.Contains("--quick"));
if (args.Contains("--categories")) return categories ? 0 : 2;
Console.WriteLine();
var home = args.FirstOrDefault(a => a.StartsWith("--home=", StringComparison.Ordinal))?["--home=".Length..];
return Addresses.Measure(Path.Combine(data, "addresses"), home, args.Contains("--errors"), args.Contains("--fit")) && categories ? 0 : 2;
