using System.CommandLine;
using Hotline.Tests.Faults;

// The test host calls with arguments of its own; these are ours.
if (!args.Any(a => a is "--seed" or "--minutes" or "--fault" or "--each" or "--site" or "--short" or "--help" or "-h"))
    return await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);

var seed = new Option<int>("--seed") { Description = "Repeats a run: the same files, lives, faults and moments.", DefaultValueFactory = _ => Random.Shared.Next() };
var minutes = new Option<double>("--minutes") { Description = "For so long; the scenario under way is ended in good order.", DefaultValueFactory = _ => 10 };
var faults = new Option<string[]>("--fault") { Description = $"Only these, together: {string.Join(", ", Fault.All.Select(f => f.Name))}. Default: one or two by lot.", AllowMultipleArgumentsPerToken = true };
var sites = new Option<string[]>("--site") { Description = "embedded, cluster. Default: both in turn.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["embedded", "cluster"] };
var each = new Option<bool>("--each") { Description = "Each fault alone, one after another, once; --minutes then says the most." };
var brief = new Option<bool>("--short") { Description = "Faults of seconds instead of minutes." };
var root = new RootCommand("Files tickets without a pause, injects faults, and accounts for every ticket that was promised.") { seed, minutes, faults, each, sites, brief };
root.SetAction((parsed, ct) => new Session(
    parsed.GetValue(seed), TimeSpan.FromMinutes(parsed.GetValue(minutes)), parsed.GetValue(faults) ?? [], parsed.GetValue(each), parsed.GetValue(sites)!, new Pace(parsed.GetValue(brief))).RunAsync(ct));
// A run that is interrupted stops what it started, which takes a moment.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(2) });
