using System.Buffers.Text;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Hotline.Data.Web;

namespace Hotline.Data.Tests.Web;

public sealed class ReadingPages
{
    [Fact]
    public void A_cursor_gives_back_its_key_whatever_can_be_read_in_it() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string[]>(), ArbMap.Default.ArbFor<string>(), (parts, list) =>
        {
            var key = parts.Take(5).Select(WholeCharacters).ToArray();
            return Paging.TryRead(Paging.Cursor(list ?? "", key), list ?? "", key.Length, out var back) && key.SequenceEqual(back);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_forged_cursor_with_what_no_engine_takes_is_refused() =>
        Assert.False(Paging.TryRead(Paging.Cursor("tickets", "a\0b"), "tickets", 1, out _));

    [Fact]
    public void A_cursor_of_another_list_is_refused()
    {
        var cursor = Paging.Cursor("tickets?q=口罩", "2020-02-07", "20200207-000001");

        Assert.True(Paging.TryRead(cursor, "tickets?q=口罩", 2, out _));
        Assert.False(Paging.TryRead(cursor, "tickets?q=噪音", 2, out _));
        Assert.False(Paging.TryRead(cursor, "work-orders", 2, out _));
        Assert.False(Paging.TryRead(cursor, "tickets?q=口罩", 1, out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("=")]
    [InlineData("a")]
    [InlineData("not a cursor")]
    [InlineData("口罩")]
    [InlineData("bnVsbA")] // null
    [InlineData("W10")] // []
    [InlineData("WzFd")] // [1]
    [InlineData("W251bGwsbnVsbF0")] // [null,null]
    [InlineData("e30")] // {}
    [InlineData("_____w")]
    public void Garbage_is_refused(string cursor) => Assert.False(Paging.TryRead(cursor, "tickets", 1, out _));

    [Fact]
    public void Whatever_a_client_sends_is_refused_without_an_exception()
    {
        Prop.ForAll<string>(ArbMap.Default.ArbFor<string>().Filter(s => s is not null), s => !Paging.TryRead(s, "tickets", 1, out _))
            .QuickCheckThrowOnFailure();
        Prop.ForAll<byte[]>(ArbMap.Default.ArbFor<byte[]>(), b => !Paging.TryRead(Base64Url.EncodeToString(b), "tickets", 1, out _))
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_cursor_stays_short_and_does_not_tell_what_was_searched_for()
    {
        var cursor = Paging.Cursor("tickets?phone=13800000000&q=" + new string('口', 500), "2020-02-07T02:00:00.000Z", "20200207-000001");

        Assert.InRange(cursor.Length, 1, 150);
        Assert.DoesNotContain("13800000000", Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_read_one_row_too_long_has_a_next_page()
    {
        int[] rows = [1, 2, 3];

        var first = rows.ToPage(2, r => $"after {r}");
        Assert.Equal([1, 2], first.Items);
        Assert.Equal("after 2", first.NextCursor);
        Assert.Null(rows.ToPage(3, r => $"after {r}").NextCursor);
        Assert.Null(Array.Empty<int>().ToPage(3, r => $"after {r}").NextCursor);
    }

    [Theory]
    [InlineData(null, true), InlineData("1", true), InlineData("200", true)]
    [InlineData("0", false), InlineData("201", false), InlineData("-1", false), InlineData("+1", false), InlineData("", false), InlineData("ten", false)]
    public void The_limit_is_between_1_and_200(string? limit, bool fine)
    {
        var errors = new Dictionary<string, string[]>();

        var rows = Paging.Limit(limit, errors);

        Assert.Equal(fine, errors.Count == 0);
        if (fine) Assert.Equal(limit ?? "50", $"{rows}");
        else Assert.Equal("'limit' must be between 1 and 200.", Assert.Single(errors["limit"]));
    }

    [Fact]
    public void A_cursor_by_time_gives_back_the_instant_and_the_id()
    {
        var at = new DateTimeOffset(2020, 2, 7, 10, 0, 0, 123, TimeSpan.FromHours(8));

        Assert.True(Paging.TryRead(Paging.Cursor("tickets", at, "20200207-000001"), "tickets", out var back, out var id));
        Assert.Equal((at, "20200207-000001"), (back, id));
        Assert.False(Paging.TryRead(Paging.Cursor("tickets", "yesterday", "20200207-000001"), "tickets", out _, out _));
    }

    /// <summary>Half a surrogate pair is refused before it could reach a cursor.</summary>
    private static string WholeCharacters(string? any) => string.Concat(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(any ?? "")).Where(c => !char.IsControl(c)));
}
