using Hotline.Contracts;
using Hotline.Testing;

namespace Hotline.Handlers.Tests;

/// <summary>The first lead answers for a ticket until another has accepted it (首接负责制): <c>src/Handlers/FirstResponsibility.cs</c>.</summary>
public abstract class AnsweringFirst(Engine engine) : OnUnitDesk(engine)
{
    private static readonly string First = WorkOrder.Id(UnitDesk.Ticket, 1, UnitDesk.Street.Code);

    [Fact]
    public async Task A_lead_whose_return_was_upheld_hands_over_until_the_next_has_accepted()
    {
        await Desk.HearAsync(Desk.Decision());
        Assert.Empty(await ListAsync(UnitDesk.Street));
        await Desk.ReturnAsync(First);
        Assert.False((await Desk.ViewAsync(First)).HandingOver);
        await Desk.HearAsync(Upheld());
        Assert.True((await Desk.ViewAsync(First)).HandingOver);
        Assert.Equal([First], await ListAsync(UnitDesk.Street));

        await Desk.HearAsync(Desk.Decision(round: 2, lead: UnitDesk.Market));
        Assert.Equal([First], await ListAsync(UnitDesk.Street));
        await Desk.HearAsync(new TicketUrged(UnitDesk.Ticket, "u1", "请尽快", Desk.Now, "operator"));
        Assert.Contains("handlers urge-passed-on 320613001 请尽快", await Desk.TimelineAsync());

        await Desk.AcceptAsync(WorkOrder.Id(UnitDesk.Ticket, 2, UnitDesk.Market.Code));
        Assert.False((await Desk.ViewAsync(First)).HandingOver);
        Assert.Empty(await ListAsync(UnitDesk.Street));
    }

    [Fact]
    public async Task Of_several_that_returned_it_the_first_answers_or_else_the_last_that_had_accepted()
    {
        await Desk.HearAsync(Desk.Decision(), Desk.Decision(round: 2, lead: UnitDesk.Market));
        Assert.Equal([First], await ListAsync(UnitDesk.Street));
        var second = WorkOrder.Id(UnitDesk.Ticket, 2, UnitDesk.Market.Code);
        await Desk.AcceptAsync(second);
        await Desk.HearAsync(Desk.Decision(round: 3, lead: UnitDesk.Health));
        Assert.Empty(await ListAsync(UnitDesk.Street));
        Assert.Equal([second], await ListAsync(UnitDesk.Market));
        Assert.True((await Desk.ViewAsync(second)).HandingOver);

        // It was taken back: however long ago its deadline was, nothing of it is overdue.
        Desk.Db.Time.Advance(TimeSpan.FromDays(25));
        Assert.Equal([second], await ListAsync(UnitDesk.Market, "&overdue=false"));
        Assert.Empty(await ListAsync(UnitDesk.Market, "&overdue=true"));
    }

    [Fact]
    public async Task Supporting_units_the_same_unit_again_and_closed_tickets_hand_nothing_over()
    {
        await Desk.HearAsync(Desk.Decision(support: [UnitDesk.Market]));
        await Desk.HearAsync(Desk.Decision(round: 2));
        Assert.Empty(await ListAsync(UnitDesk.Street));
        Assert.Empty(await ListAsync(UnitDesk.Market));
        await Desk.HearAsync(Desk.Decision(round: 3, lead: UnitDesk.Health));
        var again = WorkOrder.Id(UnitDesk.Ticket, 2, UnitDesk.Street.Code);
        Assert.Equal([again], await ListAsync(UnitDesk.Street));
        Assert.True((await Desk.ViewAsync(again)).HandingOver);
        await Desk.HearAsync(new TicketClosed(UnitDesk.Ticket, Closing.Withdrawn, Desk.Now, "operator"));
        Assert.Empty(await ListAsync(UnitDesk.Street));
        Assert.False((await Desk.ViewAsync(again)).HandingOver);
    }

    private ReturnReviewed Upheld() => new(UnitDesk.Ticket, First, Upheld: true, "同意", Desk.Now, "dispatcher");

    /// <summary>What the unit's list shows as handing over, by id.</summary>
    private async Task<string[]> ListAsync(Named unit, string narrowed = "")
    {
        var answer = await Desk.GetAsync($"/api/units/{unit.Code}/work-orders?state=handing-over{narrowed}", unit: unit.Code);
        Assert.Equal(200, answer.Status);
        return [.. answer.Body.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetString()!)];
    }
}

public sealed class AnsweringFirstOnSqlite() : AnsweringFirst(Engine.Sqlite);

public sealed class AnsweringFirstOnPostgreSql() : AnsweringFirst(Engine.PostgreSql);

public sealed class AnsweringFirstOnSqlServer() : AnsweringFirst(Engine.SqlServer);
