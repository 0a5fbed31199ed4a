using Hotline.Testing;

namespace Hotline.Data.Tests;

public abstract class ReadingATimeline(Engine engine) : OnAnEngine(engine)
{
    [Fact]
    public async Task Lines_stand_in_the_order_of_their_commits_even_when_the_clock_goes_back()
    {
        await NoteAsync("filed");
        Db.Time.Advance(TimeSpan.FromHours(-2));
        await NoteAsync("dispatched", "accepted");

        var lines = await new Timeline(Database).OfAsync("20200207-000001", None);

        Assert.Equal(["filed", "dispatched", "accepted"], lines.Select(l => l.Action));
        Assert.True(lines[1].At < lines[0].At);
    }

    [Fact]
    public async Task It_holds_the_lines_of_its_own_ticket_only()
    {
        await NoteAsync("filed");

        Assert.Empty(await new Timeline(Database).OfAsync("20200207-00000", None));
        Assert.Empty(await new Timeline(Database).OfAsync("20200207-000002", None));
    }

    private Task NoteAsync(params string[] actions) => Database.WriteAsync(work =>
    {
        foreach (var action in actions) work.Note("20200207-000001", "an operator", action);
        return Task.CompletedTask;
    }, None);
}

public sealed class ReadingATimelineOnSqlite() : ReadingATimeline(Engine.Sqlite);

public sealed class ReadingATimelineOnPostgreSql() : ReadingATimeline(Engine.PostgreSql);

public sealed class ReadingATimelineOnSqlServer() : ReadingATimeline(Engine.SqlServer);
