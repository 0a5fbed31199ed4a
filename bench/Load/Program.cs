// Measures the service under load. Every command prints one JSON line on stdout; notes go to stderr.
//
//   ./test.sh --engines dotnet run -c Release --project bench/Load -- service --mode servers --concurrency 64 --seconds 20
//   ./test.sh --engines dotnet run -c Release --project bench/Load -- service --mode servers --rate 100 --seconds 60
//   dotnet run -c Release --project bench/Load -- service --mode embedded --concurrency 64 --seconds 20
//
//   ./test.sh --engines dotnet run -c Release --project bench/Load -- service --mode servers --lives --concurrency 64 --seconds 20
//   ./test.sh --engines dotnet run -c Release --project bench/Load -- bare --seconds 20
//   ./test.sh --engines dotnet run -c Release --project bench/Load -- compare --seconds 20 --rounds 3
//
// Everything but embedded needs HOTLINE_TEST_POSTGRESQL and HOTLINE_TEST_RABBITMQ, which ./test.sh --engines sets.

using Hotline.Load;

// History is written into a database that 'hotline init' has made, and every list and search call of a service on it is measured:
//
//   dotnet run -c Release --project bench/Load -- history --engine postgresql --connection "Host=…" --data-key BASE64 --tickets 10000000 --days 1000
//   dotnet run -c Release --project bench/Load -- calls --url http://127.0.0.1:5080 --key KEY --times 200
//
// Ten million tickets take some 65 GB; with --counted 150 facts, rollups and timelines are written for the last 150 days alone, which makes 40 of it.
//
// Likely repeats among a million recent tickets, on a history of --tickets 1000000 --days 90:
//
//   dotnet run -c Release --project bench/Load -- similar --url http://127.0.0.1:5080 --key KEY --times 1000

const string usage = """
    load service --mode embedded|servers (--rate R | --concurrency C) --seconds S [--warm S] [--rest S] [--sample N] [--seed N]
        The whole service, started for it: tickets filed at a rate on a fixed schedule, or by C callers at once. Of them, --sample a second are
        followed until their work order stands in the unit's list; 0 where lists are long already. --rest: seconds between warming up,
        which is filing as fast as it goes, and measuring, for the index of words and the hot issues to catch up.
    load service --mode embedded|servers --lives --concurrency C --seconds S [--warm S]
        C whole lives at once: filed, found in the unit's list, accepted, replied over a signature, called back.
    load service --callers-url URL --key K (--rate R | --concurrency C) --seconds S …
        The same for a service that already runs; K is an operator's key.
    load bare --seconds S [--warm S] [--concurrency LANES] [--packed] [--seed N]
        The yardstick: the same tickets through the same servers with no framework and no HTTP. --packed: 200 tickets in a message.
    load compare --seconds S [--rounds N] [--concurrency C] [--lanes LANES] [--warm S]
        bare and service (servers, closed loop) in turn; medians, and the ratio service/bare.

    """;

if (args is ["history", .. var ofHistory]) return await History.RunAsync(ofHistory);
if (args is ["calls", .. var ofCalls]) return await Calls.RunAsync(ofCalls);
if (args is ["similar", .. var ofSimilar]) return await Similar.RunAsync(ofSimilar);

try
{
    var rest = args.AsMemory(Math.Min(1, args.Length));
    var result = args.FirstOrDefault() switch
    {
        "bare" => await Bare.RunAsync(rest),
        "compare" => await Compare.RunAsync(rest),
        "service" => await ServiceLoad.RunAsync(rest),
        { } other => throw new UsageException($"There is no command '{other}'."),
        null => throw new UsageException("Say what to measure."),
    };
    Console.WriteLine(result.ToJsonString());
    return result["sound"]?.GetValue<bool>() == false ? 1 : 0;
}
catch (UsageException e)
{
    await Console.Error.WriteLineAsync($"{e.Message}\n\n{usage}");
    return 2;
}
