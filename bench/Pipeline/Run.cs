using System.Diagnostics;
using System.Text.Json.Nodes;
using Hotline.Bench;

namespace Hotline.Pipeline;

/// <summary>One run of the whole service over the input.</summary>
internal sealed record Run(
    string Name, long Filed, double FilingSeconds, double SettledSeconds, Figures Figures, bool RecountAgrees, IReadOnlyList<long> PeakMegabytes, long Lines)
{
    public bool Sound => Filed == Lines && Figures.Tickets == Filed && Figures.Dispatched + Figures.Triage == Filed
        && Figures.Decided == Figures.WorkOrders && Figures.SetAside == 0 && RecountAgrees;

    public static async Task<Run> MeasureAsync(string name, string folder, string input, Mode mode)
    {
        await using var service = await Service.StartAsync(mode, folder);
        var key = await service.KeyAsync("operator");
        var started = Stopwatch.GetTimestamp();
        var filing = await service.HotlineAsync("file", "--input", input, "--url", service.Processes[0].Url.ToString(), "--key", key);
        var filingSeconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        await service.SettledAsync();
        var settledSeconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var peaks = service.Processes.Select(p => Proc.PeakMegabytes(p.Process.Id)).ToArray();
        var recount = await service.HotlineAsync("recount");
        return new Run(
            name, JsonNode.Parse(filing.Output)!["filed"]!.GetValue<long>(), filingSeconds, settledSeconds, await service.FiguresAsync(), recount.Status == 0, peaks,
            File.ReadLines(input).LongCount());
    }
}
