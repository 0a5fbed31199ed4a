using Hotline.Contracts;
using Hotline.Data;
using Hotline.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Hotline.Intake.Tests;

/// <summary>Intake on a fresh database, with what the other roles would report put in by hand.</summary>
public sealed class IntakeDesk : IAsyncDisposable
{
    public const string Operator = "operator one";

    public static FileTicket NoMasks { get; } = new(
        Channel.Phone, "药店买不到口罩", "新城桥街道附近的药店都没有口罩，本人王小明，电话13800001234，请帮忙。",
        "崇川区新城桥街道濠东路1号", Caller: new FileTicket.Person("王小明", "138 0000 1234"), Kind: TicketKind.Request);

    private static readonly Named Street = new("320613001", "城东街道办事处");

    private readonly ServiceProvider _services;

    private IntakeDesk(TestDatabase db)
    {
        Db = db;
        _services = new ServiceCollection()
            .AddSingleton(db.Database)
            .AddSingleton(new DataKey(Enumerable.Range(0, DataKey.Bytes).Select(i => (byte)i).ToArray()))
            .AddSingleton(new Known(code => code is "210103", (code, _) => Task.FromResult(code == Street.Code)) { KindOf = (title, _) => title.Contains('？') ? TicketKind.Inquiry : TicketKind.Complaint })
            .AddSingleton(new RepeatSettings())
            .AddIntake()
            .BuildServiceProvider();
    }

    public TestDatabase Db { get; }
    public Filing Filing => _services.GetRequiredService<Filing>();
    public TicketDesk Desk => _services.GetRequiredService<TicketDesk>();
    public TicketQuery Query => _services.GetRequiredService<TicketQuery>();
    public SearchTickets Search => _services.GetRequiredService<SearchTickets>();
    public Contacts Contacts => _services.GetRequiredService<Contacts>();
    public SimilarTickets Similar => _services.GetRequiredService<SimilarTickets>();
    public TicketNumbers Numbers => _services.GetRequiredService<TicketNumbers>();

    public static async Task<IntakeDesk> OpenAsync(Engine engine)
    {
        TestDatabase.SkipUnlessAvailable(engine);
        return new IntakeDesk(await TestDatabase.CreateAsync(engine));
    }

    public async Task<string> FileAsync(FileTicket? request = null, string? key = null) =>
        Assert.IsType<Filing.Outcome.New>(await Filing.FileAsync(request ?? NoMasks, key, Operator, CancellationToken.None)).Filed.Number;

    public async Task<TicketView> ViewAsync(string number) => (await Query.FindAsync(number, hideCitizen: false, CancellationToken.None))!;

    public Task RoutedAsync(string number, int version, int round, bool triage = false) => HearAsync(Routed(number, version, round, triage));

    public Task OrderAsync(string number, int round, int version, WorkOrderState state) => HearAsync(Order(number, round, version, state));

    /// <summary>Files a ticket and brings it to its reply.</summary>
    public async Task<string> RepliedAsync()
    {
        var number = await FileAsync();
        await RoutedAsync(number, 1, 1);
        await OrderAsync(number, 1, 3, WorkOrderState.Replied);
        return number;
    }

    public async Task HearAsync(params IMessage[] messages)
    {
        await Db.Database.WriteAsync(work =>
        {
            foreach (var message in messages)
            {
                if (message is TicketRouted routed) work.Send(routed);
                else work.Send((WorkOrderChanged)message);
            }
            return Task.CompletedTask;
        }, CancellationToken.None);
        await Db.DeliverAsync(_services, [Role.Intake], shuffle: 11);
        Assert.Empty(await Db.FaultsAsync());
    }

    public TicketRouted Routed(string number, int version, int round, bool triage = false) => new(
        number, version, round, Db.Clock.Now, "dispatcher", triage ? null : Street, [], triage ? null : DeadlineClass.SameDay,
        new Named("210103", "传染病防治"), Street, triage ? "no place" : null);

    public WorkOrderChanged Order(string number, int round, int version, WorkOrderState state) => new(
        number, $"{number}-{round}-{Street.Code}", version, round, Street, true, state, DeadlineClass.SameDay, Db.Clock.Now, Db.Clock.Now.AddMinutes(30),
        null, Db.Clock.EndOf(Db.Clock.Today), null, [], null, null, state == WorkOrderState.Replied ? "口罩明天到货" : null);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Db.DisposeAsync();
    }
}

/// <summary>What every suite on engines needs.</summary>
public abstract class OnEngine(Engine engine) : IAsyncLifetime
{
    protected IntakeDesk Desk { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Desk = await IntakeDesk.OpenAsync(engine);

    public async ValueTask DisposeAsync()
    {
        if (Desk is not null) await Desk.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
