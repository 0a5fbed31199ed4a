using System.Text.Json.Nodes;

namespace Hotline.Tests.Surface;

/// <summary>What the hotline did with its own tickets, and what the catalogue would do with them today.</summary>
public sealed class SimulatingStoredTickets : IAsyncLifetime
{
    private const string Street = "320613004", Police = "320613-police", Market = "320613-market";

    private Installation _hotline = null!;

    public async ValueTask InitializeAsync() => _hotline = await Installation.EmbeddedAsync();

    public ValueTask DisposeAsync() => _hotline.DisposeAsync();

    [Fact]
    public async Task Agreement_confusion_and_triage_are_told_of_the_tickets_that_were_led()
    {
        await using var service = await _hotline.ServeAsync();
        using var api = new Api(service.Url, _hotline.Key);
        // One that stayed where the machine sent it, one that a dispatcher gave to another, one that a dispatcher took out of triage, one that waits there.
        var kept = await FileAsync("小区门口占道经营，菜贩在大门口占道经营", "崇川区城东街道虹桥新村大门口", "dispatched");
        var corrected = await FileAsync("口罩涨价，天价口罩", "崇川区新城桥街道", "dispatched");
        var decided = await FileAsync("流动摊贩扰民，楼下占道经营", "", "triage");
        await FileAsync("流动摊贩扰民，夜里占道经营", "", "triage");
        await api.DoAsync($"/api/tickets/{corrected}/dispatch", new { lead = Police, reason = "涉嫌诈骗" });
        await api.DoAsync($"/api/tickets/{decided}/dispatch", new { lead = Street, reason = "回电核实" });
        await api.SettledAsync();

        var output = Path.Combine(_hotline.Folder, "simulated.jsonl");
        var (status, table, notes) = await _hotline.TryAsync("simulate", "--output", output);
        Assert.True(status == 0, notes);
        var lines = table.Split('\n', StringSplitOptions.TrimEntries);
        Assert.Equal("3 tickets: 2 dispatched (66.7 %), 1 to triage (no-place 1)", lines[0]);
        Assert.Equal("3 with a known lead: 1 to the same unit (33.3 %), 1 to another (33.3 %), 1 to triage (33.3 %)", lines[1]);
        Assert.Contains(lines, l => l.StartsWith(Police, StringComparison.Ordinal) && l.Contains($" {Market} ", StringComparison.Ordinal) && l.EndsWith(" 1", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith(Street, StringComparison.Ordinal) && l.Contains("triage: no-place", StringComparison.Ordinal));
        var told = (await File.ReadAllLinesAsync(output)).Select(l => JsonNode.Parse(l)!).ToDictionary(n => n["number"]!.GetValue<string>(), n => n["agrees"]!.GetValue<bool>());
        Assert.Equal(new() { [kept] = true, [corrected] = false, [decided] = false }, told);

        // Another catalogue, tried on the same tickets; and days without any.
        var catalogue = Path.Combine(_hotline.Folder, "tried.csv");
        await File.WriteAllTextAsync(catalogue, "id,category,mode,lead,class\nall,*,duty,police,normal\n");
        (status, table, notes) = await _hotline.TryAsync("simulate", "--catalogue", catalogue, "--top", "1");
        Assert.True(status == 0, notes);
        Assert.Contains("3 tickets: 3 dispatched (100.0 %), 0 to triage", table, StringComparison.Ordinal);
        Assert.Contains("1 to the same unit (33.3 %), 2 to another (66.7 %), 0 to triage (0.0 %)", table, StringComparison.Ordinal);
        Assert.Contains("3 would go elsewhere than by the catalogue in force (100.0 %)", table, StringComparison.Ordinal);
        Assert.Contains("The first 1 of 2.", table, StringComparison.Ordinal);

        // Long names cost no column; and what saving it would warn of is said.
        await File.WriteAllTextAsync(catalogue, "id,category,mode,lead,class,from\nold,*,duty,police,normal,\nall,*,duty,planning,normal,2020-01-01\n");
        (status, table, notes) = await _hotline.TryAsync("simulate", "--catalogue", catalogue);
        Assert.True(status == 0, notes);
        Assert.StartsWith("tried.csv, row 2, id: 'old' does not win from ", notes, StringComparison.Ordinal);
        await File.WriteAllTextAsync(catalogue, "id,category,mode,lead,class,from\nold,*,duty,police,normal,\nolder,*,duty,police,normal,2019-01-01\nall,*,duty,planning,normal,2020-01-01\n");
        var first = await _hotline.TryAsync("simulate", "--catalogue", catalogue, "--top", "1");
        Assert.EndsWith("tried.csv: the first 1 of 2.", first.Notes.TrimEnd(), StringComparison.Ordinal);
        await File.WriteAllBytesAsync(catalogue, [.. "id,category,mode,lead,class,note\nall,*,duty,planning,normal,"u8, 0xc5, 0xc9, 0xb5, 0xa5]);
        var refused = await _hotline.TryAsync("simulate", "--catalogue", catalogue);
        Assert.Equal(2, refused.Status);
        Assert.Contains("--catalogue: The catalogue must be UTF-8 text", refused.Notes, StringComparison.Ordinal);
        Assert.Contains(table.Split('\n', StringSplitOptions.TrimEntries), l => l.StartsWith(Police, StringComparison.Ordinal) && l.EndsWith(" 1", StringComparison.Ordinal) && l.Contains("320613-planning 南通市自然资源和规划局崇川分局 ", StringComparison.Ordinal));
        (status, table, _) = await _hotline.TryAsync("simulate", "--from", "2001-01-01", "--to", "2001-01-02");
        Assert.Equal((0, true), (status, table.StartsWith("0 tickets", StringComparison.Ordinal)));

        async Task<string> FileAsync(string title, string address, string until)
        {
            var number = (await api.DoAsync("/api/tickets", new { channel = "phone", kind = "complaint", title, description = "请尽快处理。", address }))["number"]!.GetValue<string>();
            await api.UntilAsync($"/api/tickets/{number}", t => t["status"]!.GetValue<string>() == until);
            return number;
        }
    }
}
