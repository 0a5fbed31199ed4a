using FluentValidation;
using Hotline.Data.Web;

namespace Hotline.Data.Tests.Web;

public sealed class ValidatingText
{
    private static readonly Validator Rules = new();

    [Theory]
    [InlineData("")]
    [InlineData("两行\r\n有\t制表")]
    [InlineData("😷")]
    [InlineData("1234567890")]
    public void Text_that_can_be_read_is_accepted(string note) => Assert.Null(Rules.Errors(new Body(note, new Inner("x"))));

    [Theory]
    [InlineData("12345678901")]
    [InlineData("a\0b")]
    [InlineData("a\u0007b")]
    [InlineData("a\u0085b")]
    public void Text_that_is_too_long_or_cannot_be_seen_is_refused(string note) =>
        Assert.Equal("note", Assert.Single(Rules.Errors(new Body(note, new Inner("x")))!).Key);

    [Fact]
    public void Half_a_character_is_refused() => Assert.All(
        (string[])["a\ud83d", "\ude37a", "\ude37\ud83d"],
        note => Assert.Equal("note", Assert.Single(Rules.Errors(new Body(note, new Inner("x")))!).Key));

    [Fact]
    public void Fields_are_named_as_they_stand_in_the_json() =>
        Assert.Equal("caller.fullName", Assert.Single(Rules.Errors(new Body("", new Inner("")))!).Key);

    [Fact]
    public void A_field_that_breaks_two_rules_tells_both() =>
        Assert.Equal(2, Rules.Errors(new Body("a\0bcdefghijk", new Inner("x")))!["note"].Length);

    private sealed record Body(string? Note, Inner Caller);

    private sealed record Inner(string FullName);

    private sealed class Validator : AbstractValidator<Body>
    {
        public Validator()
        {
            RuleFor(b => b.Note).Text(10);
            RuleFor(b => b.Caller.FullName).NotEmpty();
        }
    }
}
