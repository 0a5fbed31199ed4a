using Hotline.Contracts;
using Hotline.Dispatcher.Decisions;
using Hotline.Dispatcher.Matters;
using Hotline.Dispatcher.Tests.Decisions;
using Hotline.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hotline.Dispatcher.Tests.Matters;

/// <summary>The category model learns from what people said of the hotline's own tickets, and is taken only when it proves itself.</summary>
public abstract class LearningFromTickets(Engine engine) : OnRoutedTickets(engine)
{
    /// <summary>停车场管理 and 电梯问题 of the standard, under words that the lexicon does not know.</summary>
    private static readonly (string Category, string Word)[] Matters = [("051105", "蓝鲸桶漏了"), ("070901", "绿鹿架倒了")];

    private int _number;

    private CategoryModels Models => _hotline.Get<CategoryModels>();

    [Fact]
    public async Task What_people_said_of_older_tickets_decides_new_ones_until_the_model_is_put_aside()
    {
        await FileAsync(60, Right);
        _hotline.Db.Time.Advance(TimeSpan.FromDays(20));
        await FileAsync(15, Right);
        Assert.Equal((null, TriageReason.CategoryUnclear), await AskAsync());

        var (model, why) = await Models.RetrainAsync("somebody", default);
        Assert.Null(why);
        Assert.Equal((1, 120, 2, 30, 30, 0, true, true, true), (model!.Version, model.Texts, model.Classes, model.Tested, model.Right, model.RightBefore, model.Taken, model.Kept, model.InUse));
        Assert.True(model.Share > 0.9);
        Assert.Equal((Matters[0].Category, (TriageReason?)null), await AskAsync());
        Assert.Contains((await _hotline.DecisionsAsync(Newest)).Decisions[^1].Explanation, s => s.Zh.Contains("蓝鲸桶", StringComparison.Ordinal) && s.Zh.Contains("分类模型第1版", StringComparison.Ordinal));

        Assert.Null(await Models.UseAsync(0, "somebody", default));
        Assert.Equal((null, TriageReason.CategoryUnclear), await AskAsync());
        Assert.Null(await Models.UseAsync(1, "somebody", default));
        Assert.Equal(Matters[0].Category, (await AskAsync()).Category);
        Assert.Equal("There is no model 7.", await Models.UseAsync(7, "somebody", default));
    }

    [Fact]
    public async Task A_text_without_a_word_that_the_model_knows_is_not_decided_by_what_is_frequent()
    {
        await FileAsync(60, m => Right(0));
        _hotline.Db.Time.Advance(TimeSpan.FromDays(1));
        await FileAsync(10, Right);
        _hotline.Db.Time.Advance(TimeSpan.FromDays(19));
        await FileAsync(15, Right);
        Assert.True((await Models.RetrainAsync("somebody", default)).Model!.Taken);
        foreach (var title in (string[])["？？", "zqxw", "hello world"])
        {
            await _hotline.TellAsync(_hotline.Filed(title, number: Number(++_number)) with { Matter = new Matter(title, "zz", "崇川区新城桥街道", null) });
            Assert.Equal(TriageReason.CategoryUnclear, (await _hotline.DecisionsAsync(Newest)).Triage?.Reason);
        }
    }

    [Fact]
    public async Task Many_newer_tickets_leave_the_older_ones_to_learn_from()
    {
        await FileAsync(60, Right);
        _hotline.Db.Time.Advance(TimeSpan.FromDays(20));
        await FileAsync(60, Right);
        var models = new CategoryModels(_hotline.Database, _hotline.Get<RoutingBasis>(), Lexicon.Instance, CategoryCatalogue.Instance, new DispatchSettings { LearnFrom = 110 });
        var (model, why) = await models.RetrainAsync("somebody", default);
        Assert.Null(why);
        Assert.Equal((110, 110), (model!.Texts, model.Tested));
    }

    [Fact]
    public async Task A_model_that_is_worse_on_the_newest_days_is_not_taken()
    {
        await FileAsync(60, Right);
        _hotline.Db.Time.Advance(TimeSpan.FromDays(20));
        await FileAsync(15, Right);
        Assert.True((await Models.RetrainAsync("somebody", default)).Model!.Taken);
        // For some days everything was put under the wrong class, and then again as before.
        await FileAsync(300, m => Right(1 - m));
        _hotline.Db.Time.Advance(TimeSpan.FromDays(20));
        await FileAsync(15, Right);

        var (model, _) = await Models.RetrainAsync("somebody", default);
        Assert.Equal((2, 30, 30, false, false, false), (model!.Version, model.Tested, model.RightBefore, model.Taken, model.Kept, model.InUse));
        Assert.True(model.Right < model.RightBefore);
        Assert.Equal([2, 1], (await Models.ListAsync(default)).Select(m => m.Version));
        Assert.True((await Models.ListAsync(default))[1].InUse);
        Assert.Equal(Matters[0].Category, (await AskAsync()).Category);
        Assert.Contains("was not taken", await Models.UseAsync(2, "somebody", default), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_few_tickets_teach_nothing_and_are_named()
    {
        Assert.Equal((null, "0 tickets of the last 14 days have a class that a person gave; 20 are needed to prove a model."), await Models.RetrainAsync("somebody", default));
        await FileAsync(15, Right);
        Assert.Contains("0 tickets have a class", (await Models.RetrainAsync("somebody", default)).Why, StringComparison.Ordinal);
        Assert.Empty(await Models.ListAsync(default));
    }

    [Fact]
    public async Task A_correction_a_review_and_a_returning_unit_teach_the_class_and_it_holds_for_the_next_round()
    {
        await _hotline.TellAsync(_hotline.Filed("药店口罩涨价"));
        Assert.IsType<DispatchOutcome.Done>(await new DispatchTicket(Chongchuan.Urban, Reason: "类别有误", Category: "051105").OnAsync(_hotline.Get<DispatchDesk>(), RoutedTickets.Number, "dispatcher-1", default));
        Assert.Equal("051105", await GivenAsync(RoutedTickets.Number));

        await _hotline.TellAsync(_hotline.Return(Chongchuan.Urban, round: 2) with { Category = "070901" });
        Assert.Equal("070901", (await _hotline.DecisionsAsync()).Returns.Single().Category);
        Assert.IsType<DispatchOutcome.Done>(await _hotline.ReviewAsync($"{RoutedTickets.Number}-2-{Chongchuan.Urban}", uphold: true));
        Assert.Equal("070901", await GivenAsync(RoutedTickets.Number));
        Assert.Equal("070901", (await _hotline.DecisionsAsync()).Decisions[^1].Category?.Code);

        Assert.Contains((await _hotline.DecisionsAsync()).Decisions[^1].Explanation, s => s.Zh.Contains("更正为电梯问题（070901），原为停车场管理（051105）", StringComparison.Ordinal));

        const string other = "20200207-000002";
        await _hotline.TellAsync(_hotline.Filed("药店口罩涨价", number: other));
        await _hotline.TellAsync(_hotline.Return(Chongchuan.Market, number: other) with { Category = "070901" });
        var review = new ReviewReturn(true, "类别应为停车", Category: "051105");
        Assert.IsType<DispatchOutcome.Done>(await review.OnAsync(_hotline.Get<DispatchDesk>(), $"{other}-1-{Chongchuan.Market}", "dispatcher-1", default));
        Assert.Equal("051105", await GivenAsync(other));

        // The reviewer may say that the class is right; and a supporting unit's return says nothing of it.
        const string kept = "20200207-000003";
        await _hotline.TellAsync(_hotline.Filed("药店口罩涨价", number: kept));
        var before = (await _hotline.DecisionsAsync(kept)).Decisions[^1].Category;
        await _hotline.TellAsync(_hotline.Return(Chongchuan.Health, lead: false, number: kept, order: "support") with { Category = "070901" });
        Assert.IsType<DispatchOutcome.Done>(await _hotline.ReviewAsync("support", uphold: true));
        Assert.Null(await GivenAsync(kept));
        await _hotline.TellAsync(_hotline.Return(Chongchuan.Market, number: kept) with { Category = "070901" });
        Assert.IsType<DispatchOutcome.Done>(await (review with { Category = "" }).OnAsync(_hotline.Get<DispatchDesk>(), $"{kept}-1-{Chongchuan.Market}", "dispatcher-1", default));
        Assert.Null(await GivenAsync(kept));
        Assert.Equal(before, (await _hotline.DecisionsAsync(kept)).Decisions[^1].Category);
        Assert.False(new ReviewReturn.Validator().Validate(new ReviewReturn(false, "不同意", Category: "051105")).IsValid);
        Assert.False(new ReviewReturn.Validator().Validate(new ReviewReturn(true, "同意", Category: "000000")).IsValid);
    }

    [Fact]
    public async Task A_night_belongs_to_one_process_and_begins_at_its_time()
    {
        await FileAsync(60, Right);
        _hotline.Db.Time.Advance(TimeSpan.FromDays(20));
        await FileAsync(15, Right);
        _hotline.Db.Time.MoveTo(_hotline.Db.Clock.At(_hotline.Db.Clock.Today.AddDays(1), new TimeOnly(3, 29)));
        var processes = Enumerable.Range(0, 3)
            .Select(_ => new NightlyLearning(_hotline.Database, Models, _hotline.Get<RoutingBasis>(), new DispatchSettings(), NullLogger<NightlyLearning>.Instance)).ToArray();
        Assert.DoesNotContain(true, await Task.WhenAll(processes.Select(p => p.StepAsync(default))));
        _hotline.Db.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Single(await Task.WhenAll(processes.Select(p => p.StepAsync(default))), did => did);
        Assert.Equal("nightly", Assert.Single(await Models.ListAsync(default)).TrainedBy);
        Assert.False(await processes[0].StepAsync(default));

        // What a person chose stays until somebody retrains.
        Assert.Null(await Models.UseAsync(0, "zhang", default));
        await NextNightAsync();
        Assert.Single(await Models.ListAsync(default));
        Assert.True((await Models.RetrainAsync("zhang", default)).Model!.Taken);
        await NextNightAsync();
        Assert.Equal(["nightly", "zhang", "nightly"], (await Models.ListAsync(default)).Select(m => m.TrainedBy));

        async Task NextNightAsync()
        {
            _hotline.Db.Time.Advance(TimeSpan.FromDays(1));
            Assert.True(await processes[0].StepAsync(default));
        }

        foreach (var process in processes) process.Dispose();
    }

    [Fact]
    public async Task Tickets_do_not_wait_for_a_model_whose_file_cannot_be_read()
    {
        await FileAsync(60, Right);
        _hotline.Db.Time.Advance(TimeSpan.FromDays(20));
        await FileAsync(15, Right);
        Assert.True((await Models.RetrainAsync("somebody", default)).Model!.Taken);
        await _hotline.Database.WriteAsync(async work =>
        {
            await work.ExecuteAsync("update dispatch_model set model = @file", new { file = new byte[100] });
            await RoutingBasis.TouchAsync(work, RoutingBasis.ModelPart);
        }, default);
        _hotline.Get<RoutingBasis>().Forget();
        Assert.Equal("Category model 1: It is no category model.", await Models.UseAsync(1, "somebody", default));

        Assert.Equal(TriageReason.CategoryUnclear, (await AskAsync()).Triage);
        Assert.Equal("Category model 1: It is no category model.", (await _hotline.Get<RoutingBasis>().ReadAsync(_hotline.Database, default)).Unreadable);
    }

    [Fact]
    public async Task Only_the_files_of_the_last_models_are_kept()
    {
        await FileAsync(60, Right);
        _hotline.Db.Time.Advance(TimeSpan.FromDays(20));
        await FileAsync(15, Right);
        for (var i = 0; i < 6; i++) Assert.True((await Models.RetrainAsync("somebody", default)).Model!.Taken);
        Assert.Equal([true, true, true, true, true, false], (await Models.ListAsync(default)).Select(m => m.Kept));
        Assert.Equal("Model 1 is not kept any more.", await Models.UseAsync(1, "somebody", default));
    }

    private static string Right(int matter) => Matters[matter].Category;

    private string Newest => Number(_number);

    private static string Number(int running) => $"20200207-{running:000000}";

    /// <summary>So many tickets of each matter, each in words of its own besides.</summary>
    private Task FileAsync(int each, Func<int, string> category) => _hotline.TellAsync(
    [
        .. Enumerable.Range(0, each * 2).Select(i => _hotline.Filed(
            $"{Matters[i % 2].Word}，第{_number + 1}次，{(char)('一' + _number % 500)}{(char)('三' + _number * 7 % 900)}", number: Number(++_number), category: category(i % 2))),
    ]);

    /// <summary>A new ticket about the first matter: the class it gets, or why none.</summary>
    private async Task<(string? Category, TriageReason? Triage)> AskAsync()
    {
        await _hotline.TellAsync(_hotline.Filed($"我家的{Matters[0].Word}", number: Number(++_number)));
        var decisions = await _hotline.DecisionsAsync(Newest);
        return (decisions.Decisions[^1].Category?.Code, decisions.Triage?.Reason);
    }

    private Task<string?> GivenAsync(string number) => _hotline.Database.ReadAsync(
        db => db.FindAsync<string>("select category_hint from dispatch_ticket where number = @number", new { number }), default);
}

public sealed class LearningFromTicketsOnSqlite() : LearningFromTickets(Engine.Sqlite);

public sealed class LearningFromTicketsOnPostgreSql() : LearningFromTickets(Engine.PostgreSql);

public sealed class LearningFromTicketsOnSqlServer() : LearningFromTickets(Engine.SqlServer);
