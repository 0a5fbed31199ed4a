using System.Text;
using RabbitMQ.Client;

namespace Hotline.Tests.Faults;

/// <summary>
/// Somebody on the broker takes parcels out of the roles' queues, keeps them, and puts each back twice, the last first: duplicates that come late
/// and out of order, beside those that the relay sends when nothing is settled in time.
/// </summary>
internal sealed class MessagesTwiceLateAndShuffled : Fault
{
    public override string Name => "messages-twice-late-shuffled";

    public override string? Unfit(Site site) => site.Embedded ? "the in-memory bus lets nobody in" : null;

    public override async Task StrikeAsync(Target target)
    {
        await using var connection = await target.Site.Cluster!.ConnectAsync();
        var until = TimeProvider.System.GetTimestamp();
        var taken = new List<(string Queue, BasicGetResult Parcel)>();
        await using var channel = await connection.CreateChannelAsync();
        while (TimeProvider.System.GetElapsedTime(until) < target.Pace.Hold(4, 150))
        {
            foreach (var role in new[] { "intake", "dispatcher", "handlers", "reporting" })
            {
                var queue = $"{target.Site.Prefix}-{role}";
                if (await channel.BasicGetAsync(queue, autoAck: false) is { } parcel) taken.Add((queue, parcel));
            }
            if (taken.Count > 0 && target.Random.Next(20) == 0) await PutBackAsync();
            await Task.Delay(5);
        }
        await PutBackAsync();

        async Task PutBackAsync()
        {
            taken.Reverse();
            foreach (var (queue, parcel) in taken.Concat(taken))
                await channel.BasicPublishAsync("", queue, mandatory: false, new BasicProperties(parcel.BasicProperties), parcel.Body);
            // Half of them for good; the others the broker delivers a third time, as after an acknowledgement that was lost.
            foreach (var (_, parcel) in taken)
            {
                if (target.Random.Next(2) == 0) await channel.BasicAckAsync(parcel.DeliveryTag, multiple: false);
                else await channel.BasicNackAsync(parcel.DeliveryTag, multiple: false, requeue: true);
            }
            taken.Clear();
        }
    }
}

/// <summary>What is no message of ours lies in every role's queue: it holds up nobody.</summary>
internal sealed class Garbage : Fault
{
    public override string Name => "garbage";

    public override string? Unfit(Site site) => site.Embedded ? "the in-memory bus lets nobody in" : null;

    public override async Task StrikeAsync(Target target)
    {
        await using var connection = await target.Site.Cluster!.ConnectAsync();
        await using var channel = await connection.CreateChannelAsync();
        foreach (var role in new[] { "intake", "dispatcher", "handlers", "reporting" })
        {
            foreach (var body in new[] { "not json", "", "{}", "[]", "\0\u0001\ufffd", """{"messageType":["urn:message:Nobody:Knows"],"message":{}}""", $"{{\"message\":{new string('[', 5000)}" })
                await channel.BasicPublishAsync("", $"{target.Site.Prefix}-{role}", Encoding.UTF8.GetBytes(body));
        }
        await target.Traffic.FlowsAsync(20, Pace.Patience);
    }
}

/// <summary>
/// A consumer fails for some tickets and no others, as when one row cannot be written: what they owe is set aside with its reason, nobody waits for it,
/// and put back once the cause is gone it is done.
/// </summary>
internal sealed class PoisonedTicket : Fault
{
    /// <summary>Every ticket whose number ends so.</summary>
    private const string Ending = "7";

    public override string Name => "poisoned-ticket";

    /// <summary>What is in the error list is its own.</summary>
    public override bool Pairs => false;

    /// <summary>What was being tried when the cause went away is set aside a moment later.</summary>
    public override bool PutsBack => true;

    public override async Task StrikeAsync(Target target)
    {
        var site = target.Site;
        using var calls = new Calls(site);
        await site.ExecuteAsync(site.Embedded
            ? $"create trigger poison before insert on handling_work_order when new.ticket like '%{Ending}' begin select raise(abort, 'poisoned on purpose'); end"
            : $"""
              create function poison() returns trigger language plpgsql as 'begin raise exception ''poisoned on purpose''; end';
              create trigger poison before insert on handling_work_order for each row when (new.ticket like '%{Ending}') execute function poison()
              """);
        try
        {
            var items = Array.Empty<string>();
            var started = TimeProvider.System.GetTimestamp();
            while (items.Length < 3)
            {
                if (TimeProvider.System.GetElapsedTime(started) > Pace.Patience) throw new BrokenPromiseException("what cannot be done does not come into the error list");
                await Task.Delay(200);
                items = [.. (await calls.GetAsync("/api/errors", CancellationToken.None))["items"]!.AsArray().Select(i => $"{i!["ticket"]} {i["role"]} {i["reason"]}")];
            }
            if (items.FirstOrDefault(i => !i.Split(' ')[0].EndsWith(Ending, StringComparison.Ordinal) || !i.Contains("poisoned on purpose", StringComparison.Ordinal)) is { } innocent)
                throw new BrokenPromiseException($"set aside beside the poisoned tickets: {innocent}");
            // The others do not wait.
            var sound = target.Site.Ledger.All.Where(e => !e.Number.EndsWith(Ending, StringComparison.Ordinal)).MaxBy(e => e.At)!;
            await WaitUntilIssuedAsync(calls, sound.Number);
        }
        finally
        {
            await site.ExecuteAsync(site.Embedded ? "drop trigger poison" : "drop trigger poison on handling_work_order; drop function poison()");
        }
        await site.Hotline.RunAsync("errors", "put-back");
    }

    private static async Task WaitUntilIssuedAsync(Calls calls, string number)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var ticket = await calls.GetAsync($"/api/tickets/{number}", CancellationToken.None);
            if (ticket["status"]!.GetValue<string>() != "filed") return;
            if (TimeProvider.System.GetElapsedTime(started) > Pace.Patience) throw new BrokenPromiseException($"{number} waits for others that cannot be done");
            await Task.Delay(100);
        }
    }
}
