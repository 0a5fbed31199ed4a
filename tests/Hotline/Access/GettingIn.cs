using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Hotline.App.Access;
using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.Tests.Access;

/// <summary>Who gets through the doors, on every engine.</summary>
public abstract class GettingIn(Engine engine) : IAsyncLifetime
{
    private const string Password = "a long enough password";

    private TestDatabase _db = null!;
    private Office _office = null!;

    public async ValueTask InitializeAsync()
    {
        TestDatabase.SkipUnlessAvailable(engine);
        _db = await TestDatabase.CreateAsync(engine);
        _office = await Office.OpenAsync(_db.Database);
    }

    public async ValueTask DisposeAsync()
    {
        if (_office is not null) await _office.DisposeAsync();
        if (_db is not null) await _db.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_key_opens_what_its_roles_allow_and_nothing_else()
    {
        var created = await _office.Keys.CreateAsync("front desk", [Roles.Operator], null, CancellationToken.None);
        var manager = await _office.Keys.CreateAsync("leaders", [Roles.Manager], null, CancellationToken.None);

        Assert.Equal("front desk", await _office.Client(created.Key).GetStringAsync("/api/who"));
        Assert.Equal("filed", await (await PostTicketAsync(created.Key)).Content.ReadAsStringAsync());
        await AssertProblemAsync(await PostTicketAsync(manager.Key), HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task Without_a_key_nothing_is_answered_and_the_answer_says_what_is_needed()
    {
        var refused = await PostTicketAsync(null);
        await AssertProblemAsync(refused, HttpStatusCode.Unauthorized, "unauthenticated");
        Assert.Equal("Bearer", refused.Headers.WwwAuthenticate.Single().Scheme);

        await AssertProblemAsync(await _office.Client().GetAsync("/api/who"), HttpStatusCode.Unauthorized, "unauthenticated");
        await AssertProblemAsync(await _office.Client().GetAsync("/api/no-such-call"), HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Theory]
    [InlineData("hk_0000000000_00000000000000000000000000000000")]
    [InlineData("hk_")]
    [InlineData("键")]
    [InlineData("' or 1 = 1 --")]
    public async Task An_invented_key_is_refused(string key) =>
        await AssertProblemAsync(
            await _office.Client().SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/who") { Headers = { { "Authorization", $"Bearer {Uri.EscapeDataString(key)}" } } }),
            HttpStatusCode.Unauthorized, "unauthenticated");

    [Fact]
    public async Task A_key_with_another_secret_is_refused()
    {
        var key = (await _office.Keys.CreateAsync("front desk", [Roles.Operator], null, CancellationToken.None)).Key!;
        var other = key[..^1] + (key[^1] == 'a' ? 'b' : 'a');
        await AssertProblemAsync(await PostTicketAsync(other), HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Fact]
    public async Task A_revoked_key_stops_working_in_other_processes_within_seconds()
    {
        await using var elsewhere = _db.Reopen();
        await using var other = await Office.OpenAsync(elsewhere);
        var created = await _office.Keys.CreateAsync("front desk", [Roles.Operator], null, CancellationToken.None);
        Assert.Equal("front desk", await other.Client(created.Key).GetStringAsync("/api/who"));

        Assert.True(await _office.Keys.RevokeAsync(created.Id!, CancellationToken.None));
        Assert.False(await _office.Keys.RevokeAsync(created.Id!, CancellationToken.None));
        await AssertProblemAsync(await PostTicketAsync(created.Key), HttpStatusCode.Unauthorized, "unauthenticated");

        _db.Time.Advance(TimeSpan.FromSeconds(5));
        await AssertProblemAsync(await other.Client(created.Key).GetAsync("/api/who"), HttpStatusCode.Unauthorized, "unauthenticated");
        Assert.NotNull(Assert.Single(await _office.Keys.ListAsync(CancellationToken.None)).RevokedAt);
    }

    [Fact]
    public async Task The_key_itself_is_nowhere_in_the_database()
    {
        var created = await _office.Keys.CreateAsync("front desk", [Roles.Operator], null, CancellationToken.None);
        var secret = created.Key!.Split('_')[2];
        var stored = await _db.Database.ReadAsync(db => db.QueryAsync<string>("select hash from access_key"), CancellationToken.None);
        Assert.DoesNotContain(secret, Assert.Single(stored), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_handlers_key_acts_for_a_unit_that_exists()
    {
        var key = await _office.Keys.CreateAsync("health office", [Roles.Handler], Office.Unit, CancellationToken.None);
        Assert.Equal($"health office {Office.Unit}", await _office.Client(key.Key).GetStringAsync("/api/who"));

        Assert.NotNull((await _office.Keys.CreateAsync("nobody", [Roles.Handler], null, CancellationToken.None)).Refusal);
        Assert.NotNull((await _office.Keys.CreateAsync("nobody", [Roles.Handler], "no-such-unit", CancellationToken.None)).Refusal);
        Assert.NotNull((await _office.Keys.CreateAsync("nobody", [Roles.Operator], Office.Unit, CancellationToken.None)).Refusal);
        Assert.NotNull((await _office.Keys.CreateAsync("nobody", ["king"], null, CancellationToken.None)).Refusal);
        Assert.NotNull((await _office.Keys.CreateAsync("nobody", [], null, CancellationToken.None)).Refusal);
        Assert.Single(await _office.Keys.ListAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_person_is_sent_to_the_sign_in_and_back_to_where_they_wanted_to_go()
    {
        await CreateAccountAsync();
        var browser = _office.Browse();

        var sent = await browser.GetAsync("/tickets?status=triage");
        Assert.Equal(HttpStatusCode.Redirect, sent.StatusCode);
        Assert.Equal("/sign-in?returnUrl=%2Ftickets%3Fstatus%3Dtriage", Where(sent));

        var signedIn = await browser.SignInAsync("Zhang", Password, "/tickets?status=triage");
        Assert.Equal("/tickets?status=triage", Where(signedIn));
        Assert.Equal("zhang", await (await browser.GetAsync("/api/who")).Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("https://elsewhere.example/")]
    [InlineData("//elsewhere.example/")]
    [InlineData("/\\elsewhere.example/")]
    public async Task After_the_sign_in_nobody_is_sent_to_another_site(string returnUrl)
    {
        await CreateAccountAsync();
        var signedIn = await _office.Browse().SignInAsync("zhang", Password, returnUrl);
        Assert.Equal("/", Where(signedIn));
    }

    [Fact]
    public async Task The_session_cookie_keeps_to_this_site_and_out_of_scripts()
    {
        await CreateAccountAsync();
        var signedIn = await _office.Browse().SignInAsync("zhang", Password);
        var cookie = signedIn.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("hotline=", StringComparison.Ordinal));
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_sign_in_in_one_process_is_good_in_another()
    {
        await CreateAccountAsync();
        await using var elsewhere = _db.Reopen();
        await using var other = await Office.OpenAsync(elsewhere);
        var browser = _office.Browse();
        await browser.SignInAsync("zhang", Password);

        var there = other.Browse(browser.Cookies);
        Assert.Equal("zhang", await (await there.GetAsync("/api/who")).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Another_installation_does_not_take_the_cookie()
    {
        await CreateAccountAsync();
        await using var other = await Office.OpenAsync(_db.Database, dataKey: new DataKey([.. Enumerable.Repeat((byte)7, DataKey.Bytes)]));
        var browser = _office.Browse();
        await browser.SignInAsync("zhang", Password);

        var there = other.Browse(browser.Cookies);
        Assert.Equal(HttpStatusCode.Unauthorized, (await there.GetAsync("/api/who")).StatusCode);
    }

    [Fact]
    public async Task An_unknown_name_and_a_wrong_password_read_the_same()
    {
        await CreateAccountAsync();
        var wrong = await _office.Browse().SignInAsync("zhang", "not the password");
        var unknown = await _office.Browse().SignInAsync("zhong", "not the password");

        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, unknown.StatusCode);
        Assert.Equal(Alert(await wrong.Content.ReadAsStringAsync()), Alert(await unknown.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task A_refusal_takes_the_same_time_whatever_was_wrong()
    {
        var settings = new AccessSettings { RefusalTakes = TimeSpan.FromMilliseconds(400) };
        await using var office = await Office.OpenAsync(_db.Database, settings);
        await CreateAccountAsync();
        foreach (var user in (string[])["zhang", "zhong", new string('x', 1000)])
        {
            var start = TimeProvider.System.GetTimestamp();
            Assert.Null(await office.Accounts.SignInAsync(user, "not the password", CancellationToken.None));
            // A timer may fire a few milliseconds early.
            Assert.InRange(TimeProvider.System.GetElapsedTime(start), settings.RefusalTakes - TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(30));
        }
    }

    [Fact]
    public async Task Guesses_lock_the_account_even_for_the_right_password_until_some_time_has_passed()
    {
        await CreateAccountAsync();
        // Side by side, so that no guess sees the others' failures before its own is counted.
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => _office.Accounts.SignInAsync("zhang", "a guess of many", CancellationToken.None)));

        Assert.Null(await _office.Accounts.SignInAsync("zhang", Password, CancellationToken.None));
        Assert.NotNull(Assert.Single(await _office.Accounts.ListAsync(CancellationToken.None)).LockedUntil);

        _db.Time.Advance(TimeSpan.FromMinutes(15));
        Assert.NotNull(await _office.Accounts.SignInAsync("zhang", Password, CancellationToken.None));
        Assert.Null(Assert.Single(await _office.Accounts.ListAsync(CancellationToken.None)).LockedUntil);
    }

    [Fact]
    public async Task A_slip_of_the_finger_is_forgotten_with_the_next_success()
    {
        await CreateAccountAsync();
        for (var day = 0; day < 4; day++)
        {
            for (var slip = 0; slip < 4; slip++) Assert.Null(await _office.Accounts.SignInAsync("zhang", "not the password", CancellationToken.None));
            Assert.NotNull(await _office.Accounts.SignInAsync("zhang", Password, CancellationToken.None));
        }
    }

    [Fact]
    public async Task A_new_password_unlocks_and_signs_out_whoever_came_in_with_the_old_one()
    {
        await CreateAccountAsync();
        var browser = _office.Browse();
        await browser.SignInAsync("zhang", Password);
        for (var i = 0; i < 5; i++) await _office.Accounts.SignInAsync("zhang", "not the password", CancellationToken.None);

        Assert.Null(await _office.Accounts.SetPasswordAsync("zhang", "another long password", CancellationToken.None));

        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/api/who")).StatusCode);
        Assert.Null(await _office.Accounts.SignInAsync("zhang", Password, CancellationToken.None));
        Assert.NotNull(await _office.Accounts.SignInAsync("zhang", "another long password", CancellationToken.None));
    }

    [Fact]
    public async Task A_disabled_account_is_out_at_once_here_and_within_seconds_elsewhere()
    {
        await CreateAccountAsync();
        await using var elsewhere = _db.Reopen();
        await using var other = await Office.OpenAsync(elsewhere);
        var browser = _office.Browse();
        await browser.SignInAsync("zhang", Password);
        var there = other.Browse(browser.Cookies);
        Assert.Equal(HttpStatusCode.OK, (await there.GetAsync("/api/who")).StatusCode);

        Assert.True(await _office.Accounts.DisableAsync("zhang", CancellationToken.None));

        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/api/who")).StatusCode);
        _db.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(HttpStatusCode.Unauthorized, (await there.GetAsync("/api/who")).StatusCode);
        Assert.Null(await _office.Accounts.SignInAsync("zhang", Password, CancellationToken.None));
    }

    [Fact]
    public async Task An_account_is_made_once_and_with_a_password_worth_the_name()
    {
        await CreateAccountAsync();
        Assert.NotNull((await _office.Accounts.CreateAsync("ZHANG", "张某", [Roles.Operator], null, Password, CancellationToken.None)).Refusal);
        Assert.NotNull((await _office.Accounts.CreateAsync("li", "李某", [Roles.Operator], null, "short", CancellationToken.None)).Refusal);
        Assert.NotNull((await _office.Accounts.CreateAsync("l i", "李某", [Roles.Operator], null, Password, CancellationToken.None)).Refusal);

        var made = await _office.Accounts.CreateAsync("李", "李某", [Roles.Operator], null, null, CancellationToken.None);
        Assert.NotNull(await _office.Accounts.SignInAsync("李", made.Password!, CancellationToken.None));
    }

    [Theory]
    [InlineData("dispatcher")]
    [InlineData("Handlers")]
    public async Task Nobody_goes_by_the_name_that_the_service_signs_its_own_decisions_with(string name)
    {
        Assert.NotNull((await _office.Keys.CreateAsync(name, [Roles.Dispatcher], null, CancellationToken.None)).Refusal);
        Assert.NotNull((await _office.Accounts.CreateAsync(name, "张某", [Roles.Dispatcher], null, null, CancellationToken.None)).Refusal);
    }

    [Fact]
    public async Task Signing_out_takes_a_form_of_this_site()
    {
        await CreateAccountAsync();
        var browser = _office.Browse();
        await browser.SignInAsync("zhang", Password);

        var forged = await browser.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/sign-out"));
        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/api/who")).StatusCode);
    }

    [Fact]
    public async Task A_neighbouring_site_cannot_use_a_signed_in_browser()
    {
        await CreateAccountAsync();
        var browser = _office.Browse();
        await browser.SignInAsync("zhang", Password);

        Assert.Equal(HttpStatusCode.Forbidden, (await browser.SendAsync(From("same-site"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.SendAsync(From("same-origin"))).StatusCode);

        static HttpRequestMessage From(string site) => new(HttpMethod.Post, "/api/tickets") { Headers = { { "Sec-Fetch-Site", site } } };
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused_before_it_is_read()
    {
        await using var office = await Office.OpenAsync(_db.Database, new AccessSettings { MaxBody = 1000 });
        var key = (await _office.Keys.CreateAsync("front desk", [Roles.Operator], null, CancellationToken.None)).Key;
        using var body = new StringContent(new string('x', 1001));
        await AssertProblemAsync(await office.Client(key).PostAsync("/api/tickets", body), HttpStatusCode.RequestEntityTooLarge, "too-large");
    }

    private async Task CreateAccountAsync() =>
        Assert.Null((await _office.Accounts.CreateAsync("zhang", "张某", [Roles.Operator], null, Password, CancellationToken.None)).Refusal);

    private Task<HttpResponseMessage> PostTicketAsync(string? key) => _office.Client(key).PostAsync("/api/tickets", null);

    /// <summary>A redirect's target as seen from this site; another site would show with its name.</summary>
    private static string Where(HttpResponseMessage redirect) => new Uri(new Uri("http://localhost"), redirect.Headers.Location!).ToString().Replace("http://localhost/", "/", StringComparison.Ordinal);

    private static string Alert(string page) => page[page.IndexOf("role=\"alert\"", StringComparison.Ordinal)..].Split("</p>")[0];

    private static async Task AssertProblemAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.Equal(code, (string?)problem["code"]);
        Assert.Equal((int)status, (int?)problem["status"]);
    }
}

public sealed class GettingInOnSqlite() : GettingIn(Engine.Sqlite);

public sealed class GettingInOnPostgreSql() : GettingIn(Engine.PostgreSql);

public sealed class GettingInOnSqlServer() : GettingIn(Engine.SqlServer);
