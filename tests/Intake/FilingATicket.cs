using System.Text;
using Hotline.Contracts;
using Hotline.Data;
using Hotline.Testing;

namespace Hotline.Intake.Tests;

public abstract class FilingATicket(Engine engine) : OnEngine(engine)
{
    [Fact]
    public async Task It_gets_a_number_of_the_local_day_that_can_be_read_aloud()
    {
        Assert.Equal("20200207-000001", await Desk.FileAsync());
        Assert.Equal("20200207-000002", await Desk.FileAsync());

        Desk.Db.Time.MoveTo(new DateTimeOffset(2020, 2, 7, 16, 0, 0, TimeSpan.Zero)); // midnight in Shanghai
        Assert.Equal("20200208-000001", await Desk.FileAsync());
    }

    [Fact]
    public async Task Many_processes_at_once_never_give_the_same_number()
    {
        var other = new TicketNumbers(Desk.Db.Reopen());
        var now = Desk.Db.Clock.Now;
        var numbers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i =>
            (i % 2 == 0 ? other : Desk.Numbers).NextAsync(now, CancellationToken.None)));
        Assert.Equal(200, numbers.Distinct().Count());
    }

    [Fact]
    public async Task It_is_owed_to_the_dispatcher_and_to_reporting_at_once()
    {
        var number = await Desk.FileAsync();
        Assert.Equal(number, Assert.Single(await Desk.Db.SentAsync<RouteTicket>()).Ticket);
        Assert.Equal(number, Assert.Single(await Desk.Db.SentAsync<TicketChanged>()).Ticket);
    }

    [Fact]
    public async Task A_kind_that_nobody_gave_is_read_from_the_text_and_told_to_the_dispatcher()
    {
        var asked = await Desk.FileAsync(IntakeDesk.NoMasks with { Title = "哪里有口罩？", Kind = null });
        Assert.Equal(TicketKind.Inquiry, (await Desk.ViewAsync(asked)).Kind);
        Assert.Equal(TicketKind.Inquiry, Assert.Single(await Desk.Db.SentAsync<RouteTicket>()).Kind);
        Assert.Equal("phone, inquiry by its text", (await new Timeline(Desk.Db.Database).OfAsync(asked, CancellationToken.None))[0].Reason);
    }

    [Fact]
    public async Task The_citizen_enters_no_message_and_is_stored_sealed_and_shown_masked()
    {
        var number = await Desk.FileAsync();

        var owed = await Desk.Db.Database.ReadAsync(db => db.QueryAsync<byte[]>("select body from outbox"), CancellationToken.None);
        Assert.NotEmpty(owed);
        Assert.All(owed.Select(Encoding.UTF8.GetString), body => Assert.False(body.Contains("王小明", StringComparison.Ordinal) || body.Contains("13800001234", StringComparison.Ordinal), body));
        var stored = await Desk.Db.Database.ReadAsync(db => db.FindAsync<string>(
            "select caller_name || caller_phone || phone_hash from intake_ticket where number = @number", new { number }), CancellationToken.None);
        Assert.DoesNotContain("王小明", stored, StringComparison.Ordinal);
        Assert.DoesNotContain("13800001234", stored, StringComparison.Ordinal);
        Assert.Equal(new TicketView.MaskedCaller("王＊＊", "138****1234"), (await Desk.ViewAsync(number)).Caller);
    }

    [Fact]
    public async Task A_confidential_tip_hides_the_citizen_from_the_unit_altogether()
    {
        var number = await Desk.FileAsync(IntakeDesk.NoMasks with { Kind = TicketKind.Tip, Confidential = true });
        var seen = (await Desk.Query.FindAsync(number, hideCitizen: true, CancellationToken.None))!;
        Assert.Null(seen.Caller);
        Assert.DoesNotContain("王小明", seen.Description, StringComparison.Ordinal);
        Assert.DoesNotContain("13800001234", seen.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_request_with_the_same_key_gets_the_first_answer()
    {
        var first = Assert.IsType<Filing.Outcome.New>(await Desk.Filing.FileAsync(IntakeDesk.NoMasks, "k1", IntakeDesk.Operator, CancellationToken.None));
        await Desk.RoutedAsync(first.Filed.Number, 1, 1);
        var again = Assert.IsType<Filing.Outcome.Again>(await Desk.Filing.FileAsync(IntakeDesk.NoMasks, "k1", IntakeDesk.Operator, CancellationToken.None));
        Assert.Equal(first.Filed, again.Filed);
    }

    [Fact]
    public async Task The_same_key_at_the_same_moment_files_once()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ =>
            Task.Run(() => Desk.Filing.FileAsync(IntakeDesk.NoMasks, "k1", IntakeDesk.Operator, CancellationToken.None))));
        Assert.Single(outcomes.OfType<Filing.Outcome.New>());
        Assert.Equal(15, outcomes.OfType<Filing.Outcome.Again>().Count());
        Assert.Single(await Desk.Db.SentAsync<RouteTicket>());
    }

    [Fact]
    public async Task The_same_key_with_another_body_is_refused_but_another_caller_may_use_it()
    {
        await Desk.FileAsync(key: "k1");
        Assert.IsType<Filing.Outcome.OtherBody>(await Desk.Filing.FileAsync(IntakeDesk.NoMasks with { Title = "其他" }, "k1", IntakeDesk.Operator, CancellationToken.None));
        Assert.IsType<Filing.Outcome.New>(await Desk.Filing.FileAsync(IntakeDesk.NoMasks with { Title = "其他" }, "k1", "operator two", CancellationToken.None));
    }

    [Fact]
    public async Task An_answer_given_with_it_closes_it_and_nothing_is_routed()
    {
        var number = await Desk.FileAsync(IntakeDesk.NoMasks with { Answer = "口罩可在社区登记领取。" });
        Assert.Equal(TicketStatus.Closed, (await Desk.ViewAsync(number)).Status);
        Assert.Empty(await Desk.Db.SentAsync<RouteTicket>());
        Assert.Equal(Closing.Answered, Assert.Single(await Desk.Db.SentAsync<TicketChanged>()).How);
    }

    [Fact]
    public async Task An_unknown_category_or_earlier_ticket_names_its_field_and_stores_nothing()
    {
        var category = await Desk.Filing.FileAsync(IntakeDesk.NoMasks with { Category = "999999" }, null, IntakeDesk.Operator, CancellationToken.None);
        Assert.Equal("category", Assert.IsType<Filing.Outcome.Refused>(category).Field);
        var repeat = await Desk.Filing.FileAsync(IntakeDesk.NoMasks with { RepeatOf = "20200101-000001" }, null, IntakeDesk.Operator, CancellationToken.None);
        Assert.Equal("repeatOf", Assert.IsType<Filing.Outcome.Refused>(repeat).Field);
        Assert.Equal(0, await Desk.Db.Database.ReadAsync(db => db.ScalarAsync<long>("select count(*) from intake_ticket"), CancellationToken.None));
    }
}

public sealed class FilingATicketOnSqlite() : FilingATicket(Engine.Sqlite);

public sealed class FilingATicketOnPostgreSql() : FilingATicket(Engine.PostgreSql);

public sealed class FilingATicketOnSqlServer() : FilingATicket(Engine.SqlServer);
