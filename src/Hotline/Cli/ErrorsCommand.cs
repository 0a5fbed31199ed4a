using System.CommandLine;
using Hotline.Data;
using Spectre.Console;

namespace Hotline.App.Cli;

/// <summary>The error list of the service, and putting back what was set aside.</summary>
internal static class ErrorsCommand
{
    public static Command Create()
    {
        var command = new Command("errors", "Lists messages that a role could not process, with the reason; exit status 1 where there are any.");
        command.SetAction((_, ct) => CommandLine.WithDatabaseAsync(async (services, token) =>
        {
            var faults = await services.GetRequiredService<Faults>().ListAsync(200, token);
            if (faults.Count == 0)
            {
                await Console.Error.WriteLineAsync("Nothing is set aside.");
                return Exit.Done;
            }
            var table = new Table().AddColumns("since", "role", "message", "ticket", "reason");
            foreach (var fault in faults)
                table.AddRow(new[] { fault.FaultedAt.ToString("u"), fault.Role, fault.Kind, fault.Ticket, fault.Reason }.Select(Markup.Escape).ToArray());
            AnsiConsole.Write(table);
            return Exit.BadNews;
        }, ct));

        var ticket = new Option<string?>("--ticket") { Description = "Only those of this ticket." };
        var putBack = new Command("put-back", "Makes what was set aside due again.") { ticket };
        putBack.SetAction((parsed, ct) => CommandLine.WithDatabaseAsync(async (services, token) =>
        {
            var count = await services.GetRequiredService<Faults>().PutBackAsync(parsed.GetValue(ticket), token);
            await Console.Error.WriteLineAsync($"{count} put back.");
            return Exit.Done;
        }, ct));
        command.Add(putBack);
        return command;
    }
}
