using FsCheck;
using FsCheck.Fluent;
using Hotline.Data;

namespace Hotline.Intake.Tests;

public sealed class HidingCitizens
{
    [Theory]
    [InlineData("电话13800001234，急", "电话＊＊＊，急")]
    [InlineData("138 0000 1234", "＊＊＊")]
    [InlineData("１３８００００１２３４", "＊＊＊")]
    [InlineData("+86-13800001234", "＊＊＊")]
    [InlineData("座机0513-85001234。", "座机＊＊＊。")]
    [InlineData("身份证32060219900101123X", "身份证＊＊＊")]
    [InlineData("卡号6222020200012345678", "卡号＊＊＊")]
    [InlineData("7-9-1161 12345 2020-02-07 三栋1001室", "7-9-1161 12345 2020-02-07 三栋1001室")]
    public void What_identifies_the_caller_is_blotted_out_and_the_rest_stays(string text, string expected) =>
        Assert.Equal(expected, Contacts.Redact(text, null, null));

    [Theory]
    [InlineData("王小明说请回8500-1234", "0513-85001234", "＊＊＊说请回＊＊＊")]
    [InlineData("请打(0513) 8500 1234", "051385001234", "请打(＊＊＊")]
    [InlineData("138.0000.1234", "13800001234", "＊＊＊")]
    [InlineData("１３８-0000-1234", "+8613800001234", "＊＊＊")]
    [InlineData("门牌85001234号", "13800001234", "门牌85001234号")]
    public void The_callers_own_name_and_phone_are_found_however_they_are_written(string text, string phone, string expected) =>
        Assert.Equal(expected, Contacts.Redact(text, "王小明", phone));

    [Fact]
    public void What_an_office_tells_the_citizen_keeps_the_offices_number() =>
        Assert.Equal("请拨打0513-85001234，不再致电＊＊＊。", Redaction.RedactPersonal("请拨打0513-85001234，不再致电13800001234。"));

    [Theory]
    [InlineData("138 0000 1234", "13800001234")]
    [InlineData("+8613800001234", "13800001234")]
    [InlineData("(0513)8500-1234", "051385001234")]
    [InlineData("85001234", "85001234")]
    [InlineData("400-123-4567", "4001234567")]
    [InlineData("+12025550123", "+12025550123")]
    [InlineData("12800001234", null)]
    [InlineData("1380000123", null)]
    [InlineData("abc", null)]
    [InlineData("", null)]
    public void The_same_phone_is_the_same_however_it_is_written(string written, string? normal) =>
        Assert.Equal(normal, Contacts.Normalize(written));

    [Fact]
    public void No_text_makes_redaction_fail_or_keeps_a_mobile_number() => Prop.ForAll<NonNull<string>, NonNull<string>>((before, after) =>
    {
        if (before.Get.Length > 0 && char.IsDigit(before.Get[^1])) return true;
        if (after.Get.Length > 0 && char.IsDigit(after.Get[0])) return true;
        return !Contacts.Redact($"{before.Get}13912345678{after.Get}", null, null).Contains("13912345678", StringComparison.Ordinal);
    }).QuickCheckThrowOnFailure();
}
