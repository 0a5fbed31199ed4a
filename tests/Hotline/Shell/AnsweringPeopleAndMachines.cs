using System.Net;
using Hotline.Contracts;
using Hotline.Tests.Access;

namespace Hotline.Tests.Shell;

/// <summary>Whatever happens, a person gets a page in plain words, a machine problem details, and nobody a stack trace.</summary>
public sealed class AnsweringPeopleAndMachines : IAsyncLifetime
{
    private TestDatabase _db = null!;
    private Office _office = null!;
    private Office.Browser _browser = null!;

    public async ValueTask InitializeAsync()
    {
        _db = await TestDatabase.CreateAsync(Engine.Sqlite);
        _office = await Office.OpenAsync(_db.Database);
        var made = await _office.Accounts.CreateAsync("zhang", "张某", [Roles.Operator], null, null, CancellationToken.None);
        _browser = _office.Browse();
        await _browser.SignInAsync("zhang", made.Password!);
    }

    public async ValueTask DisposeAsync()
    {
        await _office.DisposeAsync();
        await _db.DisposeAsync();
    }

    [Theory]
    [InlineData("/nowhere", HttpStatusCode.NotFound, "没有找到")]
    [InlineData("/fault", HttpStatusCode.InternalServerError, "系统出错")]
    [InlineData("/managers", HttpStatusCode.Forbidden, "无权查看")]
    public async Task A_person_reads_what_happened(string path, HttpStatusCode status, string heading)
    {
        var answer = await _browser.GetAsync(path);
        var page = await answer.Content.ReadAsStringAsync();

        Assert.Equal(status, answer.StatusCode);
        Assert.Contains($"<h1>{heading}</h1>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", page, StringComparison.Ordinal);
        Assert.DoesNotContain("secret detail", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/nowhere", HttpStatusCode.NotFound, "not-found")]
    [InlineData("/fault", HttpStatusCode.InternalServerError, "fault")]
    [InlineData("/managers", HttpStatusCode.Forbidden, "forbidden")]
    public async Task A_machine_gets_a_code(string path, HttpStatusCode status, string code)
    {
        var key = (await _office.Keys.CreateAsync("front desk", [Roles.Operator], null, CancellationToken.None)).Key;
        var answer = await _office.Client(key).GetAsync(path);
        var body = await answer.Content.ReadAsStringAsync();

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains($"\"code\":\"{code}\"", body, StringComparison.Ordinal);
        Assert.DoesNotContain("secret detail", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/sign-in")]
    [InlineData("/nowhere")]
    [InlineData("/fault")]
    [InlineData("/api/who")]
    public async Task Every_answer_says_what_a_browser_may_do_with_it(string path)
    {
        var answer = await _browser.GetAsync(path);

        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-inline", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.True(answer.Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task Before_the_sign_in_there_is_the_sign_in_and_its_looks_and_nothing_else()
    {
        var stranger = _office.Browse();
        Assert.Equal(HttpStatusCode.OK, (await stranger.GetAsync("/sign-in")).StatusCode);
        var style = await stranger.GetAsync("/hotline.css");
        Assert.Equal("text/css", style.Content.Headers.ContentType?.MediaType);
        Assert.True(style.Headers.CacheControl!.Public);

        foreach (var path in (string[])["/", "/tickets", "/tickets/new", "/desk", "/work-orders", "/reports/daily", "/nowhere", "/fault"])
            Assert.StartsWith("/sign-in", (await stranger.GetAsync(path)).Headers.Location!.PathAndQuery, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_language_is_kept_and_no_other_site_is_gone_to_with_it()
    {
        Assert.Contains("lang=\"zh-CN\"", await (await _browser.GetAsync("/nowhere")).Content.ReadAsStringAsync(), StringComparison.Ordinal);

        var switched = await _browser.GetAsync("/language/en?returnUrl=%2F%2Felsewhere.example%2F");
        Assert.Equal("/", switched.Headers.Location!.OriginalString);
        Assert.Contains("<h1>Not found</h1>", await (await _browser.GetAsync("/nowhere")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await _browser.GetAsync("/language/xx")).StatusCode);
    }
}
