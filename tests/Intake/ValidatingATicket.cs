using Hotline.Data.Web;

namespace Hotline.Intake.Tests;

public sealed class ValidatingATicket
{
    private static readonly FileTicket.Validator Validator = new();

    [Fact]
    public void The_model_ticket_passes() => Assert.Null(Validator.Errors(IntakeDesk.NoMasks));

    [Fact]
    public void A_description_of_a_megabyte_names_its_field() =>
        Assert.Equal(["description"], Validator.Errors(IntakeDesk.NoMasks with { Description = new string('长', 1 << 20) })!.Keys);

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(0xD800)] // half of a surrogate pair
    public void Control_characters_and_broken_text_are_refused(int character)
    {
        var bad = (char)character;
        Assert.Equal(["title", "description", "address"], Validator.Errors(IntakeDesk.NoMasks with { Title = $"a{bad}", Description = $"b{bad}", Address = $"c{bad}" })!.Keys);
    }

    [Fact]
    public void A_blank_answer_answers_nothing_and_a_code_of_a_megabyte_is_no_code() =>
        Assert.Equal(["answer", "category"], Validator.Errors(IntakeDesk.NoMasks with { Answer = " \n", Category = new string('1', 1 << 20) })!.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Line_breaks_in_a_description_are_fine() =>
        Assert.Null(Validator.Errors(IntakeDesk.NoMasks with { Description = "一\r\n二\t三" }));

    [Fact]
    public void A_wrong_phone_and_a_place_off_the_globe_are_named_as_in_the_body() =>
        Assert.Equal(["caller.phone", "location.lat", "location.lng"], Validator.Errors(IntakeDesk.NoMasks with
        {
            Caller = new FileTicket.Person("王", "12"),
            Location = new(91, double.NaN),
        })!.Keys.Order(StringComparer.Ordinal));
}
