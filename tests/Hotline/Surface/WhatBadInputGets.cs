using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hotline.Tests.Surface;

[Collection(OneServiceCollection.Name)]
public sealed class WhatBadInputGets(OneService one)
{
    private static readonly string Megabyte = new('a', 1 << 20);

    public static TheoryData<string, string> BadTickets() => new()
    {
        { "{", "body" },
        { "[]", "body" },
        { "null", "body" },
        { Ticket("title", "5"), "title" },
        { Ticket("title", "\"\""), "title" },
        { Ticket("title", $"\"{new string('长', 201)}\""), "title" },
        { Ticket("title", "\"a\\u0000b\""), "title" },
        { Ticket("channel", "\"pigeon\""), "channel" },
        { Ticket("channel", "1"), "channel" },
        { Ticket("channel", null), "channel" },
        { Ticket("kind", "\"\""), "kind" },
        { Ticket("description", $"\"{Megabyte}\""), "description" },
        { Ticket("description", "\"bell \\u0007\""), "description" },
        { Ticket("caller", """{"name":"张某","phone":"12"}"""), "caller.phone" },
        { Ticket("caller", "\"张某\""), "caller" },
        { Ticket("location", """{"lat":91,"lng":0}"""), "location.lat" },
        { Ticket("location", """{"lat":"x","lng":0}"""), "location.lat" },
        { Ticket("location", """{"lat":32.0}"""), "location.lng" },
        { Ticket("category", "\"999999\""), "category" },
        { Ticket("urgency", "\"now\""), "urgency" },
        { Ticket("confidential", "\"yes\""), "confidential" },
        { Ticket("repeatOf", "\"20200101-000001\""), "repeatOf" },
        { Ticket("attributes", """{"a":"\u0001"}"""), "attributes" },
    };

    [Theory]
    [MemberData(nameof(BadTickets), DisableDiscoveryEnumeration = true)]
    public async Task A_ticket_that_is_not_valid_names_its_field_and_stores_nothing(string body, string field)
    {
        var before = await StoredAsync();
        var (status, problem) = await one.Api.SendAsync(HttpMethod.Post, "/api/tickets", Json(body));
        AssertInvalid(status, problem, field);
        Assert.Equal(before, await StoredAsync());
    }

    [Theory]
    [InlineData("/api/tickets?status=open", "status")]
    [InlineData("/api/tickets?unit=nobody", "unit")]
    [InlineData("/api/tickets?category=999999", "category")]
    [InlineData("/api/tickets?phone=12", "phone")]
    [InlineData("/api/tickets?from=2020-02-30", "from")]
    [InlineData("/api/tickets?from=2999-01-01", "from")]
    [InlineData("/api/tickets?from=0001-01-01", "from")]
    [InlineData("/api/tickets?q=%00", "q")]
    [InlineData("/api/tickets?limit=201", "limit")]
    [InlineData("/api/tickets?limit=x", "limit")]
    [InlineData("/api/tickets?cursor=x", "cursor")]
    [InlineData("/api/units?limit=0", "limit")]
    [InlineData("/api/units?cursor=%00", "cursor")]
    [InlineData("/api/units/320613001/work-orders?state=lost", "state")]
    [InlineData("/api/units/320613001/work-orders?overdue=perhaps", "overdue")]
    [InlineData("/api/units/320613001/work-orders?cursor=x", "cursor")]
    [InlineData("/api/triage?limit=-1", "limit")]
    [InlineData("/api/returns?cursor=x", "cursor")]
    [InlineData("/api/reports/daily?date=yesterday", "date")]
    [InlineData("/api/reports/daily?date=2999-01-01", "date")]
    [InlineData("/api/reports/daily?date=2020-02-07&by=moon", "by")]
    [InlineData("/api/reports/daily?date=2020-02-07&unit=nobody", "unit")]
    [InlineData("/api/dispatch/preview?address=a&text=b&at=soon", "at")]
    public async Task A_query_that_is_not_valid_names_its_field(string path, string field)
    {
        var (status, problem) = await one.Api.SendAsync(HttpMethod.Get, path);
        AssertInvalid(status, problem, field);
    }

    [Theory]
    [InlineData("GET", "/api/tickets/20200101-000001")]
    [InlineData("GET", "/api/tickets/%F0%9F%98%80")]
    [InlineData("POST", "/api/tickets/20200101-000001/urge", """{"note":"a"}""")]
    [InlineData("POST", "/api/tickets/20200101-000001/dispatch", """{"lead":"320613001","reason":"a"}""")]
    [InlineData("GET", "/api/work-orders/none")]
    [InlineData("POST", "/api/work-orders/none/accept")]
    [InlineData("POST", "/api/returns/none/decision", """{"uphold":true,"note":"a"}""")]
    [InlineData("GET", "/api/units/none")]
    [InlineData("GET", "/api/units/none/work-orders")]
    [InlineData("GET", "/api/none")]
    public async Task An_unknown_number_is_not_found(string method, string path, string? body = null)
    {
        var (status, problem) = await one.Api.SendAsync(new HttpMethod(method), path, body is null ? null : Json(body));
        Assert.Equal(404, status);
        Assert.Equal("not-found", problem["code"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("GET", "/api/tickets")]
    [InlineData("POST", "/api/tickets")]
    [InlineData("POST", "/api/work-orders/x/accept")]
    [InlineData("PUT", "/api/dispatch/catalogue")]
    [InlineData("GET", "/api/reports/daily")]
    [InlineData("GET", "/api/errors")]
    [InlineData("GET", "/openapi/v1.json")]
    public async Task Nobody_gets_in_without_a_key(string method, string path)
    {
        foreach (var key in new[] { null, "hk_nobody_nothing" })
        {
            using var stranger = new Api(one.Url, key);
            var (status, problem) = await stranger.SendAsync(new HttpMethod(method), path, method == "GET" ? null : Json("{}"));
            Assert.Equal(401, status);
            Assert.Equal("unauthenticated", problem["code"]!.GetValue<string>());
        }
    }

    [Fact]
    public async Task A_key_opens_only_what_its_role_allows()
    {
        using var manager = new Api(one.Url, await one.Hotline.RunAsync("keys", "create", "--role", "manager"));
        Assert.Equal(403, (await manager.SendAsync(HttpMethod.Post, "/api/tickets", Json(Ticket("title", "\"a\"")))).Status);
        using var handler = new Api(one.Url, await one.Hotline.RunAsync("keys", "create", "--role", "handler", "--unit", "320613001"));
        Assert.Equal(403, (await handler.SendAsync(HttpMethod.Get, "/api/tickets")).Status);
        Assert.Equal(404, (await handler.SendAsync(HttpMethod.Get, "/api/units/320613002/work-orders")).Status);
    }

    [Fact]
    public async Task A_cursor_of_another_list_is_refused()
    {
        for (var i = 0; i < 2; i++) await one.Api.DoAsync("/api/tickets", JsonNode.Parse(Ticket("title", "\"游标\"")));
        var cursor = (await one.Api.GetAsync("/api/tickets?limit=1"))["nextCursor"]!.GetValue<string>();
        Assert.Equal(200, (await one.Api.SendAsync(HttpMethod.Get, $"/api/tickets?limit=1&cursor={cursor}")).Status);
        foreach (var path in new[] { "/api/tickets?q=x", "/api/units?q=x", "/api/triage?limit=1", "/api/units/320613001/work-orders?limit=1" })
        {
            var (status, problem) = await one.Api.SendAsync(HttpMethod.Get, $"{path}&cursor={cursor}");
            AssertInvalid(status, problem, "cursor");
        }
    }

    [Fact]
    public async Task The_same_key_with_another_body_is_422_and_with_the_same_body_the_first_answer()
    {
        var first = await one.Api.SendAsync(HttpMethod.Post, "/api/tickets", Json(Ticket("title", "\"一\"")), "key-1");
        var again = await one.Api.SendAsync(HttpMethod.Post, "/api/tickets", Json(Ticket("title", "\"一\"")), "key-1");
        var other = await one.Api.SendAsync(HttpMethod.Post, "/api/tickets", Json(Ticket("title", "\"二\"")), "key-1");
        Assert.Equal((201, 200, 422), (first.Status, again.Status, other.Status));
        Assert.Equal(first.Body.ToJsonString(), again.Body.ToJsonString());
        Assert.Equal("idempotency-key-reused", other.Body["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_body_that_is_no_json_or_too_large_is_refused_as_such()
    {
        Assert.Equal(415, (await one.Api.SendAsync(HttpMethod.Post, "/api/tickets", new StringContent("a=b", Encoding.UTF8, "text/plain"))).Status);
        var (status, problem) = await one.Api.SendAsync(HttpMethod.Post, "/api/tickets", Json(Ticket("description", $"\"{new string('a', 9 << 20)}\"")));
        Assert.Equal(413, status);
        Assert.Equal("too-large", problem["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task Boundaries_may_be_longer_than_other_bodies()
    {
        var (status, problem) = await one.Api.SendAsync(HttpMethod.Put, "/api/boundaries", Json($"[\"{new string('a', 10_000_000)}\"]"));
        AssertInvalid(status, problem, "file");
        Assert.Equal(413, (await one.Api.SendAsync(HttpMethod.Put, "/api/boundaries", Json($"[\"{new string('a', 17_000_000)}\"]"))).Status);
    }

    [Fact]
    public async Task The_surface_is_described()
    {
        var document = await one.Api.GetAsync("/openapi/v1.json");
        var paths = document["paths"]!.AsObject().Select(p => p.Key).ToHashSet();
        foreach (var path in new[]
        {
            "/api/tickets", "/api/tickets/{number}", "/api/tickets/{number}/answer", "/api/tickets/{number}/dispatch", "/api/tickets/{number}/urge",
            "/api/tickets/{number}/callbacks", "/api/tickets/{number}/withdraw", "/api/units", "/api/units/{code}", "/api/units/{code}/work-orders",
            "/api/work-orders/{id}", "/api/work-orders/{id}/accept", "/api/work-orders/{id}/return", "/api/work-orders/{id}/reply",
            "/api/dispatch/preview", "/api/triage", "/api/returns", "/api/reports/daily",
        })
            Assert.Contains(path, paths);

        // Values that are no objects of their own say what they always have, too.
        foreach (var (value, always) in new[] { ("TotalValue", "value"), ("FigureValue", "dayBefore"), ("Ratio", "denominator") })
            Assert.Contains(always, document["components"]!["schemas"]![value]!["required"]!.AsArray().Select(r => r!.GetValue<string>()));
    }

    private static string Ticket(string field, string? json)
    {
        var ticket = new JsonObject { ["channel"] = "phone", ["kind"] = "request", ["title"] = "药房买不到口罩", ["description"] = "附近没有口罩", ["address"] = "崇川区学田街道" };
        ticket.Remove(field);
        var text = ticket.ToJsonString();
        return json is null ? text : $"{text[..^1]},\"{field}\":{json}}}";
    }

    private static ByteArrayContent Json(string body) => new(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    private async Task<int> StoredAsync() => (await one.Api.GetAsync("/api/tickets?limit=200"))["items"]!.AsArray().Count;

    private static void AssertInvalid(int status, JsonNode problem, string field)
    {
        var text = problem.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        Assert.True(status == 400, $"{status}: {text}");
        Assert.Equal("invalid", problem["code"]!.GetValue<string>());
        Assert.True(problem["errors"]![field] is not null, text);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Hotline.", text, StringComparison.Ordinal);
    }
}
