using Hotline.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Hotline.Data.Tests;

/// <summary>Which class a role has for its messages (<see cref="ConsumerRegistration"/>).</summary>
public sealed class HearingMessages
{
    [Fact]
    public void A_class_that_takes_all_messages_of_a_role_is_its_only_one()
    {
        var all = new ServiceCollection().AddConsumer<IMessage, OfAll>(Role.Intake);
        Assert.Contains(nameof(OfOne), Assert.Throws<InvalidOperationException>(() => all.AddConsumer<TicketUrged, OfOne>(Role.Intake)).Message, StringComparison.Ordinal);
        all.AddConsumer<TicketUrged, OfOne>(Role.Handlers).AddConsumer<TicketClosed, OfAll>(Role.Handlers);
        Assert.Contains(nameof(OfOne), Assert.Throws<InvalidOperationException>(() => all.AddConsumer<IMessage, OfAll>(Role.Handlers)).Message, StringComparison.Ordinal);
    }

    private sealed class OfAll : IConsumer<IMessage>
    {
        public Task ConsumeAsync(IReadOnlyList<IMessage> messages, Work work) => Task.CompletedTask;
    }

    private sealed class OfOne : IConsumer<TicketUrged>
    {
        public Task ConsumeAsync(IReadOnlyList<TicketUrged> messages, Work work) => Task.CompletedTask;
    }
}
