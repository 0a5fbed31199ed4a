using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Hotline.Contracts;
using Hotline.Data;
using Hotline.Dispatcher;
using Hotline.Dispatcher.Decisions;
using Hotline.Dispatcher.Matters;
using Hotline.Dispatcher.Rules;
using Hotline.Dispatcher.Units;

namespace Hotline.App.Cli;

/// <summary>
/// Decides tickets of the past with the configured units and catalogue, or with a catalogue that is to be tried, and says how often that agrees
/// with what was done. Nothing is stored.
/// </summary>
internal static class SimulateCommand
{
    /// <summary>Lines that cannot be read and are named.</summary>
    private const int Shown = 5;

    /// <summary>A ticket to decide, or why there is none.</summary>
    /// <param name="Line">Where it stands in the input; 0 for a stored ticket.</param>
    private sealed record Entry(int Line, string? Number, PastTicket? Ticket, string? Error);

    private sealed record Line(string? Number, string? Title, string? Description, string? Address, Location? Location, string? Kind, string? Category, string? Urgency, DateTimeOffset? FiledAt, string? Lead);

    public static Command Create()
    {
        var input = new Option<FileInfo?>("--input") { Description = "JSONL file: title, description, address, and where known kind, category, urgency, filedAt, and lead: the unit that led it (code or name). Left out, the hotline's own tickets." };
        var from = new Option<string?>("--from") { Description = "First day of the hotline's own tickets, like 2020-02-07; default: 30 days ago." };
        var to = new Option<string?>("--to") { Description = "Last day of the hotline's own tickets; default: today." };
        var catalogue = new Option<FileInfo?>("--catalogue") { Description = "CSV of a dispatch catalogue to try; default: the one in force." };
        var output = new Option<FileInfo?>("--output") { Description = "JSONL file to write: each decision with its reasons." };
        var top = new Option<int>("--top") { Description = "Rows shown of each table (1-1000).", DefaultValueFactory = _ => 20 };
        from.Validators.Add(DayOption.Validate);
        to.Validators.Add(DayOption.Validate);
        input.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<FileInfo?>() is { Exists: false } file) r.AddError($"--input: there is no file '{file.FullName}'.");
        });
        catalogue.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<FileInfo?>() is { Exists: false } file) r.AddError($"--catalogue: there is no file '{file.FullName}'.");
        });
        CommandLine.MustHaveFolder(output);
        top.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 1 or > 1000) r.AddError("--top must be between 1 and 1000.");
        });
        var command = new Command("simulate", "Dry run of the dispatch over a history: agreement, confusion, what goes to triage.") { input, from, to, catalogue, output, top };
        command.Validators.Add(r =>
        {
            if (r.GetValue(input) is not null && (r.GetValue(from) ?? r.GetValue(to)) is not null) r.AddError("--input: give a file, or --from and --to for the hotline's own tickets, not both.");
            if (Days.Parse(r.GetValue(from)) is { } first && Days.Parse(r.GetValue(to)) is { } last && first > last) r.AddError("--from: must not be later than --to.");
        });
        CommandLine.MustNotOverwrite(command, input, output);
        command.SetAction((parsed, ct) => CommandLine.WithDatabaseAsync(
            (services, token) => RunAsync(services, parsed.GetValue(input), Days.Parse(parsed.GetValue(from)), Days.Parse(parsed.GetValue(to)), parsed.GetValue(catalogue), parsed.GetValue(output), parsed.GetValue(top), token), ct));
        return command;
    }

    private static async Task<int> RunAsync(IServiceProvider services, FileInfo? input, DateOnly? from, DateOnly? to, FileInfo? catalogue, FileInfo? output, int top, CancellationToken ct)
    {
        var database = services.GetRequiredService<Database>();
        var basis = await services.GetRequiredService<RoutingBasis>().ReadAsync(database, ct);
        if (basis.Units.Home is null)
        {
            await Console.Error.WriteLineAsync("There are no units yet. First: hotline init --division CODE");
            return Exit.BadNews;
        }
        RuleBook? tried = null;
        if (catalogue is not null)
        {
            await using var file = catalogue.OpenRead();
            if (await SentText.ReadAsync(file, DispatchCatalogue.MostBytes, ct) is not { } csv)
            {
                await Console.Error.WriteLineAsync($"--catalogue: {SentText.Refused("catalogue", DispatchCatalogue.MostBytes)}");
                return Exit.WrongCall;
            }
            var errors = DispatchCatalogue.Check(csv, basis.Units, database.Clock.Today, out tried);
            // Where it can be saved, what saving it would warn of.
            var notes = tried is null ? errors : DispatchCatalogue.Superseded(tried, basis.Units, database.Clock.Today);
            foreach (var error in notes.Take(top))
                await Console.Error.WriteLineAsync($"{catalogue.Name}, {(error.Line == 0 ? "as a whole" : $"row {error.Line}")}{(error.Column.Length == 0 ? "" : $", {error.Column}")}: {error.Message}");
            if (notes.Count > top) await Console.Error.WriteLineAsync($"{catalogue.Name}: the first {top} of {notes.Count}.");
            if (tried is null) return Exit.WrongCall;
        }

        var simulation = new Simulation(services.GetRequiredService<Router>(), basis, tried);
        var summary = new SimulationSummary();
        var (unreadable, unknownLeads) = (0, 0);
        await using var writer = output is null ? null : new StreamWriter(output.FullName);
        var last = to ?? database.Clock.Today;
        if (input is not null)
        {
            foreach (var (entry, done) in Jsonl.Each(input, (text, number) => Decide(Read(number, text, database.Clock)), ct)) await TakeAsync(entry, done);
        }
        else
        {
            await database.ReadAsync(async db =>
            {
                var past = PastTickets.StreamAsync(db, database.Clock, from ?? last.AddDays(-30), last);
                await foreach (var (entry, done) in Jsonl.EachAsync(past, t => Decide(new Entry(0, t.Number, t.Ticket, null)), ct)) await TakeAsync(entry, done);
                return true;
            }, ct);
        }
        Print(summary, basis.Units, tried is not null, top);
        if (summary.Tickets == 0 && input is null) await Console.Error.WriteLineAsync($"No ticket was filed and led from {Days.Write(from ?? last.AddDays(-30))} to {Days.Write(last)}.");
        if (unknownLeads > 0) await Console.Error.WriteLineAsync($"{unknownLeads} tickets name a lead that is no unit of this hotline; they are not compared.");
        if (unreadable > 0) await Console.Error.WriteLineAsync($"{unreadable} lines could not be read.");
        return unreadable > 0 ? Exit.BadNews : Exit.Done;

        (Entry Entry, Simulated? Done) Decide(Entry entry) => (entry, entry.Ticket is null ? null : simulation.Run(entry.Ticket));

        async Task TakeAsync(Entry entry, Simulated? done)
        {
            if (done is null)
            {
                if (unreadable++ < Shown) await Console.Error.WriteLineAsync($"{input!.Name}, line {entry.Line}: {entry.Error}");
                return;
            }
            summary.Add(done);
            if (entry.Ticket!.Lead is not null && done.Past is null) unknownLeads++;
            if (writer is not null) await writer.WriteLineAsync(Json.Write(Written(entry, done)).AsMemory(), ct);
        }
    }

    private static Entry Read(int number, string text, HotlineClock clock)
    {
        Line line;
        try
        {
            line = Json.Read<Line>(text);
        }
        catch (JsonException)
        {
            return Wrong("not a JSON object with the fields of a ticket as text");
        }
        var kind = KindReader.Read(line.Title ?? "", line.Description ?? "").Kind;
        Urgency? urgency = null;
        if (line.Title is null && line.Description is null) return Wrong("'title' and 'description' are missing");
        if (line.Kind is not null && !Words.TryParse(line.Kind, out kind)) return Wrong($"'kind' must be one of: {Words.List<TicketKind>()}");
        if (line.Urgency is not null)
        {
            if (!Words.TryParse<Urgency>(line.Urgency, out var known)) return Wrong($"'urgency' must be one of: {Words.List<Urgency>()}");
            urgency = known;
        }
        if (line.Category is not null && CategoryCatalogue.Instance.Find(line.Category) is null) return Wrong($"there is no category '{line.Category}'");
        var question = new RoutingQuestion(
            new Matter(line.Title ?? "", line.Description ?? "", line.Address ?? "", line.Location), kind, line.Category, urgency,
            line.FiledAt is { } at ? clock.DayOf(at) : clock.Today, RoutingQuestion.Nobody);
        return new Entry(number, line.Number, new PastTicket(question, line.Lead), null);

        Entry Wrong(string error) => new(number, null, null, error);
    }

    private static object Written(Entry entry, Simulated done) => new
    {
        Line = entry.Line == 0 ? (int?)null : entry.Line,
        entry.Number,
        Lead = done.Decision.Lead,
        done.Decision.Support,
        done.Decision.DeadlineClass,
        done.Decision.Category,
        done.Decision.Street,
        done.Decision.Confidence,
        done.Decision.Rule,
        Triage = done.Decision.Triage,
        Past = done.Past?.Named,
        Agrees = done.Past is { } past ? past.Code == done.Decision.Lead?.Code : (bool?)null,
        done.Before,
        Explanation = done.Decision.Why,
    };

    private static void Print(SimulationSummary summary, UnitIndex units, bool tried, int top)
    {
        var triage = string.Join(", ", summary.Triage.Select(t => $"{t.Reason.Word()} {t.Tickets}"));
        Console.WriteLine($"{summary.Tickets} tickets: {summary.Dispatched} dispatched{Share(summary.Dispatched, summary.Tickets)}, {summary.Tickets - summary.Dispatched} to triage{(triage.Length == 0 ? "" : $" ({triage})")}");
        if (summary.Known > 0)
        {
            var other = summary.Known - summary.Same - summary.KnownInTriage;
            Console.WriteLine($"{summary.Known} with a known lead: {summary.Same} to the same unit{Share(summary.Same, summary.Known)}, {other} to another{Share(other, summary.Known)}, {summary.KnownInTriage} to triage{Share(summary.KnownInTriage, summary.Known)}");
            Table("led by", "would go to", summary.Confusion);
        }
        if (!tried) return;
        Console.WriteLine($"{summary.Changed} would go elsewhere than by the catalogue in force{Share(summary.Changed, summary.Tickets)}");
        Table("in force", "tried", summary.Changes);

        void Table(string from, string to, IEnumerable<(string From, string To, int Tickets)> pairs)
        {
            var all = pairs.ToArray();
            if (all.Length == 0) return;
            Terminal.List([from, to, "tickets"], all.Take(top).Select(p => new[] { Name(p.From), Name(p.To), p.Tickets.ToString(CultureInfo.InvariantCulture) }));
            if (all.Length > top) Console.WriteLine($"The first {top} of {all.Length}.");
        }

        string Name(string outcome) => units.Find(outcome) is { } unit ? $"{unit.Code} {unit.Name}" : $"triage: {outcome}";
    }

    private static string Share(int part, int of) => of == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({100.0 * part / of:0.0} %)");
}
