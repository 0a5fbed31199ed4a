using Hotline.Contracts;

namespace Hotline.Data.Tests;

public sealed class SpeakingWords
{
    [Fact]
    public void An_enum_is_a_kebab_case_word_in_json_and_in_the_database()
    {
        Assert.Equal("walk-in", Channel.WalkIn.Word());
        Assert.Equal("open311", Channel.Open311.Word());
        Assert.Equal("basically-satisfied", CallbackOutcome.BasicallySatisfied.Word());
        Assert.Equal("\"basically-satisfied\"", Json.Write(CallbackOutcome.BasicallySatisfied));
    }

    [Fact]
    public void Every_value_has_the_same_word_everywhere_and_comes_back()
    {
        Same<Channel>();
        Same<TicketKind>();
        Same<Urgency>();
        Same<TicketStatus>();
        Same<Closing>();
        Same<CallbackOutcome>();
        Same<DeadlineClass>();
        Same<WorkOrderState>();
        Same<ReplyResult>();
        Same<Role>();
    }

    [Theory, InlineData("WalkIn"), InlineData("Walk-in"), InlineData("walkin"), InlineData("6"), InlineData(""), InlineData(" phone"), InlineData(null)]
    public void Another_spelling_is_no_word(string? word) => Assert.False(Words.TryParse<Channel>(word, out _));

    [Fact]
    public void An_unknown_word_is_answered_with_those_that_are_known()
    {
        var thrown = Assert.Throws<FormatException>(() => Words.Parse<Urgency>("soon"));

        Assert.Equal("'soon' is not one of: normal, urgent, emergency", thrown.Message);
    }

    [Fact]
    public void Every_message_names_the_roles_that_hear_it_and_survives_its_journey()
    {
        Assert.All(MessageTypes.All, t => Assert.NotEmpty(MessageTypes.To(t)));
        Assert.All(MessageTypes.All, t => Assert.Same(t, MessageTypes.Find(t.Name)));
        Assert.Null(MessageTypes.Find("FromTheFuture"));

        var reviewed = new ReturnReviewed("20200207-000001", "w1", true, "属实", DateTimeOffset.UnixEpoch, "an operator");
        Assert.Equal(reviewed, Json.Read<ReturnReviewed>(Json.Write(reviewed)));
    }

    private static void Same<T>() where T : struct, Enum => Assert.All(Enum.GetValues<T>(), value =>
    {
        Assert.Equal(value, Words.Parse<T>(value.Word()));
        Assert.Equal($"\"{value.Word()}\"", Json.Write(value));
        Assert.Equal(value, Json.Read<T>($"\"{value.Word()}\""));
    });
}
