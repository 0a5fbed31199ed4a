using Hotline.Contracts;
using Hotline.Dispatcher.Decisions;
using Hotline.Dispatcher.Matters;
using Hotline.Dispatcher.Place;
using Hotline.Dispatcher.Rules;

namespace Hotline.Dispatcher.Tests.Decisions;

/// <summary><see cref="Simulation"/> and <see cref="SimulationSummary"/>.</summary>
public sealed class SimulatingTheDispatch
{
    private static readonly Router Router = new(Lexicon.Instance, CategoryCatalogue.Instance, AddressResolver.Instance, new DispatchSettings());

    [Fact]
    public void It_agrees_differs_or_asks_and_says_how_often()
    {
        var summary = Run(null,
            ("药店口罩涨价", "崇川区和平桥街道", Chongchuan.Market), // the code,
            ("药店口罩涨价", "崇川区和平桥街道", "market"), // the word of a department,
            ("药店口罩涨价", "崇川区和平桥街道", "崇川区市场监督管理局"), // or the name
            ("药店口罩涨价", "崇川区和平桥街道", Chongchuan.Health),
            ("药店口罩涨价", "崇川区和平桥街道", null),
            ("药店口罩涨价", "崇川区和平桥街道", "a unit of another city"),
            ("请问", "", Chongchuan.Health));

        Assert.Equal((7, 6, 5, 3, 1, 0), (summary.Tickets, summary.Dispatched, summary.Known, summary.Same, summary.KnownInTriage, summary.Changed));
        Assert.Equal([(TriageReason.CategoryUnclear, 1)], summary.Triage);
        Assert.Equal([(Chongchuan.Health, Chongchuan.Market, 1), (Chongchuan.Health, "category-unclear", 1)], summary.Confusion);
        Assert.Empty(summary.Changes);
    }

    [Fact]
    public void A_catalogue_is_tried_beside_the_one_in_force()
    {
        var tried = Chongchuan.With("id,category,mode,lead,class\nall,*,duty,police,normal\nprices,100201,duty,market,normal").Rules;
        var summary = Run(tried, ("药店口罩涨价", "崇川区和平桥街道", null), ("小区垃圾没人收", "崇川区和平桥街道", null), ("小区垃圾没人收", "崇川区和平桥街道", Chongchuan.Police));

        Assert.Equal((3, 2, 1), (summary.Tickets, summary.Changed, summary.Same));
        Assert.Equal([(Chongchuan.Hepingqiao.Code, Chongchuan.Police, 2)], summary.Changes);
    }

    private static SimulationSummary Run(RuleBook? tried, params (string Title, string Address, string? Lead)[] tickets)
    {
        var simulation = new Simulation(Router, Chongchuan.Basis, tried);
        var summary = new SimulationSummary();
        foreach (var (title, address, lead) in tickets)
        {
            var question = new RoutingQuestion(new Matter(title, "", address, null), TicketKind.Complaint, null, null, new DateOnly(2020, 5, 7), RoutingQuestion.Nobody);
            summary.Add(simulation.Run(new PastTicket(question, lead)));
        }
        return summary;
    }
}
