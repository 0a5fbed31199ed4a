using System.CommandLine;
using System.Globalization;
using Hotline.Data;

namespace Hotline.App.Cli;

/// <summary>The error list of the service, and putting back what was set aside.</summary>
internal static class ErrorsCommand
{
    private const int Shown = 200;

    public static Command Create()
    {
        var command = new Command("errors", "Lists messages that a role could not process, with the reason; exit status 1 where there are any.");
        command.SetAction((_, ct) => CommandLine.WithDatabaseAsync(async (services, token) =>
        {
            var faults = await services.GetRequiredService<Faults>().ListAsync(Shown, token);
            if (faults.Count == 0)
            {
                await Console.Error.WriteLineAsync("Nothing is set aside.");
                return Exit.Done;
            }
            var clock = services.GetRequiredService<Database>().Clock;
            foreach (var fault in faults)
            {
                Console.WriteLine($"{clock.Local(fault.FaultedAt).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)}  {fault.Role}  {fault.Kind}  {fault.Ticket}");
                Console.WriteLine($"    {fault.Reason.ReplaceLineEndings(" ")}");
            }
            await Console.Error.WriteLineAsync(
                $"{(faults.Count == Shown ? $"The first {Shown}" : $"{faults.Count}")} set aside. When the cause is gone: hotline errors put-back, or put-back --ticket <number>.");
            return Exit.BadNews;
        }, ct));

        var ticket = new Option<string?>("--ticket") { Description = "Only those of this ticket." };
        var putBack = new Command("put-back", "Makes what was set aside due again.") { ticket };
        putBack.SetAction((parsed, ct) => CommandLine.WithDatabaseAsync(async (services, token) =>
        {
            var count = await services.GetRequiredService<Faults>().PutBackAsync(parsed.GetValue(ticket), token);
            await Console.Error.WriteLineAsync(count == 0 ? "Nothing was set aside." : $"{count} put back; hotline errors shows whether they fail again.");
            return Exit.Done;
        }, ct));
        command.Add(putBack);
        return command;
    }
}
