using System.Text.Json.Nodes;

namespace Hotline.Tests.Surface;

[Collection(OneServiceCollection.Name)]
public sealed class TheCommandLine(OneService one)
{
    [Theory]
    [InlineData("serve --roles typist", 1, "intake, dispatcher, handlers, reporting")]
    [InlineData("serve --roles intake", 1, "Bus:Transport")]
    [InlineData("serve --Database:Engine=oracle", 1, "Database:Engine")]
    [InlineData("serve --Database:Engine=postgresql", 1, "Database:ConnectionString")]
    [InlineData("serve --Bus:Transport=pigeon", 1, "Bus:Transport")]
    [InlineData("serve --Bus:Transport=rabbitmq", 1, "Bus:Uri")]
    [InlineData("serve --Bus:Transport=rabbitmq --Bus:Uri=http://x", 1, "Bus:Uri")]
    [InlineData("serve --Hotline:TimeZone=Mars/Base", 1, "Hotline:TimeZone")]
    [InlineData("serve --Hotline:Division=32", 1, "Hotline:Division")]
    [InlineData("serve --Hotline:DataKey=short", 1, "Hotline:DataKey")]
    [InlineData("serve --Deadlines:Normal:Reply=soon", 1, "Deadlines:Normal:Reply")]
    [InlineData("serve --Dispatch:PlaceConfidence=2", 1, "Dispatch:PlaceConfidence")]
    [InlineData("migrate --Database:Engine=postgresql --Database:ConnectionString=Host=127.0.0.1;Port=1;Username=x --Hotline:DataKey=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", 1, "Database:ConnectionString")]
    [InlineData("init --division 999999", 2, "--division")]
    [InlineData("init", 2, "--division")]
    [InlineData("report --date tomorrow", 2, "--date")]
    [InlineData("report --format pdf", 2, "--format")]
    [InlineData("recount --date 2020-13-01", 2, "--date")]
    [InlineData("simulate --to 0001-01-01", 2, "--to: give a day from 1949-10-01 to 2999-12-31")]
    [InlineData("simulate --from 9999-12-31", 2, "--from: give a day from 1949-10-01 to 2999-12-31")]
    [InlineData("simulate --from 2020-02-08 --to 2020-02-07", 2, "--from: must not be later than --to")]
    [InlineData("simulate --input nothing.jsonl", 2, "--input: there is no file")]
    [InlineData("simulate --input nothing.jsonl --from 2020-02-07", 2, "--input: give a file, or --from and --to")]
    [InlineData("simulate --catalogue nothing.csv", 2, "--catalogue: there is no file")]
    [InlineData("simulate --output nowhere/out.jsonl", 2, "--output: there is no folder")]
    [InlineData("simulate --top 0", 2, "--top must be between 1 and 1000")]
    [InlineData("categories retrain 3", 2, "'3'")]
    [InlineData("categories retrain --days 3", 2, "'--days'")]
    [InlineData("categories use", 2, "use")]
    [InlineData("categories use latest", 2, "latest")]
    [InlineData("categories train", 2, "See: hotline categories train --help")]
    [InlineData("categories forget 3", 2, "See: hotline categories --help")]
    [InlineData("sing loudly", 2, "See: hotline --help")]
    [InlineData("categories use 1 2", 2, "'2'")]
    [InlineData("categories use -1", 2, "-1")]
    [InlineData("categories forget", 2, "retrain, models, use")]
    [InlineData("file --input nothing.jsonl", 2, "nothing.jsonl")]
    [InlineData("keys create --role king", 2, "king")]
    [InlineData("keys create --role handler", 2, "unit")]
    [InlineData("sing", 2, "sing")]
    [InlineData("", 2, "--help")]
    public async Task A_wrong_call_or_setting_ends_with_its_status_and_one_plain_message(string line, int expected, string named)
    {
        var (status, output, notes) = await HotlineProcess.TryAsync(one.Hotline.Folder, line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.True(status == expected, $"{status}: {notes}");
        Assert.Contains(named, notes, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", notes, StringComparison.Ordinal);
        Assert.Empty(output);
        if (expected == 1) Assert.Single(notes.Trim().Split('\n'));
    }

    [Fact]
    public async Task What_cannot_be_filed_is_written_beside_the_input_with_its_line_and_reason_and_the_rest_goes_on()
    {
        var input = Path.Combine(one.Hotline.Folder, "tickets.jsonl");
        await File.WriteAllLinesAsync(input,
        [
            """{"channel":"phone","kind":"request","title":"一","description":"药房买不到口罩","address":"崇川区学田街道"}""",
            "not json",
            "",
            """{"channel":"phone","kind":"request","title":"","description":"药房买不到口罩"}""",
            """{"channel":"phone","kind":"request","title":"二","description":"药房买不到口罩","address":"崇川区学田街道"}""",
        ]);
        string[] arguments = ["file", "--input", input, "--url", one.Url.ToString(), "--key", one.Hotline.Key];

        var (status, output, _) = await one.Hotline.TryAsync(arguments);
        Assert.Equal(1, status);
        Assert.Equal(2, JsonNode.Parse(output)!["filed"]!.GetValue<int>());
        var refused = (await File.ReadAllLinesAsync($"{input}.refused.jsonl")).Select(l => JsonNode.Parse(l)!).ToList();
        Assert.Equal([2, 4], refused.Select(r => r["line"]!.GetValue<int>()));
        Assert.Contains("title", refused[1]["reason"]!.GetValue<string>(), StringComparison.Ordinal);

        // The same file again files nothing twice.
        Assert.Equal(2, JsonNode.Parse((await one.Hotline.TryAsync(arguments)).Output)!["filedBefore"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_list_in_a_pipe_has_one_line_for_each_row_however_long()
    {
        var name = string.Concat(Enumerable.Repeat("夜班 front desk ", 5)).Trim();
        await one.Hotline.RunAsync("keys", "create", "--role", "operator", "--name", name);
        var (_, output, _) = await one.Hotline.TryAsync("keys", "list");
        Assert.Contains(output.Split('\n', StringSplitOptions.TrimEntries), l => l.EndsWith(name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Addresses_are_resolved_line_by_line()
    {
        var input = Path.Combine(one.Hotline.Folder, "addresses.jsonl");
        var output = Path.Combine(one.Hotline.Folder, "resolved.jsonl");
        await File.WriteAllLinesAsync(input, ["""{"id":1,"text":"南通市港闸区秦灶街道八一新村"}""", "broken"]);
        Assert.Equal(1, (await one.Hotline.TryAsync("resolve", "--input", input, "--output", output)).Status);
        var lines = await File.ReadAllLinesAsync(output);
        var resolved = JsonNode.Parse(lines[0])!;
        Assert.Equal("320613019", resolved["street"]!.GetValue<string>());
        Assert.Equal("320613", resolved["district"]!.GetValue<string>());
        Assert.Equal(1, resolved["id"]!.GetValue<int>());
        Assert.NotNull(JsonNode.Parse(lines[1])!["error"]);
    }

    [Theory]
    [InlineData("simulate")]
    [InlineData("resolve")]
    [InlineData("categories", "predict", "--model", "kept.jsonl")]
    public async Task A_file_that_is_read_is_not_emptied_by_writing_to_it(params string[] command)
    {
        var folder = one.Hotline.Folder;
        var (file, link) = (Path.Combine(folder, "kept.jsonl"), Path.Combine(folder, "link.jsonl"));
        await File.WriteAllTextAsync(file, """{"title":"停水","text":"秦灶街道"}""");
        if (!File.Exists(link)) File.CreateSymbolicLink(link, file);
        foreach (var output in (string[])[file, Path.Combine(folder, ".", "kept.jsonl"), link])
        {
            var (status, _, notes) = await one.Hotline.TryAsync([.. command.Select(c => c == "kept.jsonl" ? file : c), "--input", file, "--output", output]);
            Assert.Equal(2, status);
            Assert.Contains("--output: must be another file than --input", notes, StringComparison.Ordinal);
            Assert.Contains("停水", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Addresses_are_resolved_down_to_grid_and_entrance()
    {
        var folder = one.Hotline.Folder;
        var (input, output, grids, boundaries) = (Path.Combine(folder, "spoken.jsonl"), Path.Combine(folder, "placed.jsonl"), Path.Combine(folder, "grids.csv"), Path.Combine(folder, "boundaries.json"));
        await File.WriteAllLinesAsync(input,
        [
            """{"text":"东方公寓7-9-1161"}""", """{"text":"门口","location":{"lat":32.005,"lng":120.805}}""", """{"text":"门口","location":{"lat":120.8,"lng":32}}""", """{"text":"门口","location":"here"}""",
            """{"text":"门口","location":{}}""", """{"text":"门口","location":{"lat":32.005}}""", """{"text":"门口","location":{"lat":null,"lng":120.805}}""",
        ]);
        await File.WriteAllTextAsync(grids, "grid,name,community,buildings\nG-1,一网格,320613019001,东方公寓1-9幢\n");
        await File.WriteAllTextAsync(boundaries, """{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"G-1"},"geometry":{"type":"Polygon","coordinates":[[[120.8,32],[120.81,32],[120.81,32.01],[120.8,32.01],[120.8,32]]]}}]}""");
        Assert.Equal(1, (await one.Hotline.TryAsync("resolve", "--input", input, "--output", output, "--division", "320613", "--grids", grids, "--boundaries", boundaries)).Status);
        var lines = (await File.ReadAllLinesAsync(output)).Select(l => JsonNode.Parse(l)!).ToArray();
        Assert.Equal(("320613019", "G-1", "东方公寓7幢9单元"), (lines[0]["street"]!.GetValue<string>(), lines[0]["grid"]!.GetValue<string>(), lines[0]["entrance"]!.GetValue<string>()));
        Assert.Equal(("320613019", "G-1"), (lines[1]["street"]!.GetValue<string>(), lines[1]["grid"]!.GetValue<string>()));
        Assert.All(lines[2..], l => Assert.Contains("location", l["error"]!.GetValue<string>(), StringComparison.Ordinal));

        await File.WriteAllTextAsync(boundaries, """{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"\ud800"},"geometry":null}]}""");
        var half = await one.Hotline.TryAsync("resolve", "--input", input, "--output", output, "--boundaries", boundaries);
        Assert.Equal(2, half.Status);
        Assert.Contains("boundaries.json, feature 1:", half.Notes, StringComparison.Ordinal);

        await File.WriteAllTextAsync(grids, "grid,name,community,buildings\nG-1,一网格,320613999999,东方公寓1-9幢\n");
        var refused = await one.Hotline.TryAsync("resolve", "--input", input, "--output", output, "--grids", grids);
        Assert.Equal(2, refused.Status);
        Assert.Contains("row 2, community", refused.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_history_is_simulated_with_a_catalogue_that_is_not_in_force_yet()
    {
        var folder = one.Hotline.Folder;
        var (input, output, good, bad) = (Path.Combine(folder, "history.jsonl"), Path.Combine(folder, "simulated.jsonl"), Path.Combine(folder, "good.csv"), Path.Combine(folder, "bad.csv"));
        await File.WriteAllLinesAsync(input, ["""{"title":"药店口罩涨价","description":"","address":"崇川区和平桥街道","lead":"police"}""", """{"title":"垃圾","kind":"grumble"}"""]);
        await File.WriteAllTextAsync(good, "id,category,mode,lead,class\nall,*,duty,police,normal\n");
        await File.WriteAllTextAsync(bad, "id,category,mode,lead,class\nsome,03,duty,police,normal\n");

        var (status, table, notes) = await one.Hotline.TryAsync("simulate", "--input", input, "--catalogue", good, "--output", output);
        Assert.Equal(1, status);
        Assert.Contains("line 2: 'kind' must be one of", notes, StringComparison.Ordinal);
        Assert.Contains("1 with a known lead: 1 to the same unit (100.0 %)", table, StringComparison.Ordinal);
        Assert.Contains("1 would go elsewhere than by the catalogue in force (100.0 %)", table, StringComparison.Ordinal);
        var decided = JsonNode.Parse(Assert.Single(await File.ReadAllLinesAsync(output)))!;
        Assert.True(decided["agrees"]!.GetValue<bool>());
        Assert.NotEmpty(decided["explanation"]!.AsArray());

        (status, _, notes) = await one.Hotline.TryAsync("simulate", "--input", input, "--catalogue", bad);
        Assert.Equal(2, status);
        Assert.Contains("bad.csv, as a whole: No rule holds for class 01", notes, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_hotline_s_own_tickets_can_be_simulated_and_learned_from_or_it_says_why_not()
    {
        var (status, table, notes) = await one.Hotline.TryAsync("simulate", "--from", "2001-01-01", "--to", "2001-01-02");
        Assert.Equal((0, true), (status, table.StartsWith("0 tickets", StringComparison.Ordinal)));
        Assert.Contains("No ticket was filed and led from 2001-01-01 to 2001-01-02.", notes, StringComparison.Ordinal);
        (status, _, notes) = await one.Hotline.TryAsync("simulate", "--from", "yesterday");
        Assert.Equal(2, status);
        Assert.Contains("'yesterday' is no day", notes, StringComparison.Ordinal);

        (status, _, notes) = await one.Hotline.TryAsync("categories", "retrain");
        Assert.Equal(1, status);
        Assert.Contains("No model was trained.", notes, StringComparison.Ordinal);
        (status, _, notes) = await one.Hotline.TryAsync("categories", "models");
        Assert.Equal(0, status);
        Assert.Contains("None is in use: the lexicon alone", notes, StringComparison.Ordinal);
        (status, _, notes) = await one.Hotline.TryAsync("categories", "use", "3");
        Assert.Equal(2, status);
        Assert.Contains("There is no model 3.", notes, StringComparison.Ordinal);
        (status, _, notes) = await one.Hotline.TryAsync("categories", "use", "0");
        Assert.Equal(0, status);
    }

    [Fact]
    public async Task Categories_are_learned_from_one_file_and_predicted_in_another()
    {
        var (input, model, output) = (Path.Combine(one.Hotline.Folder, "labelled.jsonl"), Path.Combine(one.Hotline.Folder, "categories.model"), Path.Combine(one.Hotline.Folder, "predicted.jsonl"));
        await File.WriteAllLinesAsync(input, Enumerable.Range(0, 40).Select(i => i % 2 == 0
            ? $$"""{"title":"停水","description":"第{{i}}幢自来水停了，水管没有水","label":"供水"}"""
            : $$"""{"tokens":["公交车","{{i}}路","班次","太少"],"label":"公交"}"""));
        var (status, printed, notes) = await one.Hotline.TryAsync("categories", "train", "--input", input, "--model", model);
        Assert.True(status == 0, notes);
        Assert.Contains("accuracy", printed, StringComparison.Ordinal);

        await File.WriteAllLinesAsync(input, ["""{"id":7,"title":"自来水水管坏了","description":""}""", "broken"]);
        (status, _, notes) = await one.Hotline.TryAsync("categories", "predict", "--model", model, "--input", input, "--output", output);
        Assert.Equal(1, status);
        Assert.Contains("line 2: not valid JSON", notes, StringComparison.Ordinal);
        var lines = await File.ReadAllLinesAsync(output);
        var first = JsonNode.Parse(lines[0])!;
        Assert.Equal(("供水", 7), (first["predicted"]!.GetValue<string>(), first["id"]!.GetValue<int>()));
        Assert.InRange(first["confidence"]!.GetValue<double>(), 0.5, 1);
        Assert.NotNull(JsonNode.Parse(lines[1])!["error"]);

        await File.WriteAllTextAsync(input, "{\"title\":\"停水\"}");
        (status, _, notes) = await one.Hotline.TryAsync("categories", "train", "--input", input, "--model", model);
        Assert.Equal(1, status);
        Assert.Contains("line 1: 'label' is missing", notes, StringComparison.Ordinal);
        (status, _, notes) = await one.Hotline.TryAsync("categories", "predict", "--model", input, "--input", input, "--output", output);
        Assert.Equal(1, status);
        Assert.Contains("no category model", notes, StringComparison.Ordinal);
        Assert.Equal(2, (await one.Hotline.TryAsync("categories", "train", "--model", model)).Status);
    }

    [Fact]
    public async Task The_report_comes_as_table_csv_json_and_html()
    {
        foreach (var (format, part) in new[] { ("table", "按时签收率"), ("csv", "satisfaction"), ("json", "\"figures\""), ("html", "<html") })
        {
            var (status, output, notes) = await one.Hotline.TryAsync("report", "--date", "2020-02-07", "--format", format);
            Assert.True(status == 0, notes);
            Assert.Contains(part, output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_list_of_models_fits_into_80_columns()
    {
        var folder = Directory.CreateTempSubdirectory("hotline-models-").FullName;
        try
        {
            await HotlineProcess.RunAsync(folder, "migrate");
            await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(folder, "data", "hotline.db")};Pooling=False"))
            {
                await connection.OpenAsync();
                await using var command = connection.CreateCommand();
                command.CommandText = """
                    insert into dispatch_model (version, trained_at, trained_by, texts, classes, share, newest, tested, correct, correct_before, taken, model)
                    values (41, '2020-02-07T02:00:00.000Z', 'nightly', 10000, 300, 0.25, '2020-01-24T02:00:00.000Z', 10000, 9000, 8999, 1, x'00'),
                           (42, '2020-02-08T02:00:00.000Z', 'nightly', 10000, 300, 0.25, '2020-01-25T02:00:00.000Z', 10000, 8000, 9000, 0, null)
                    """;
                await command.ExecuteNonQueryAsync();
            }
            var (status, table, notes) = await HotlineProcess.TryAsync(folder, "categories", "models");
            Assert.True(status == 0, notes);
            var lines = table.TrimEnd().Split('\n').Select(l => string.Join(' ', l.Split(' ', StringSplitOptions.RemoveEmptyEntries))).ToArray();
            Assert.Equal(["model in use trained texts classes share tested right before state", "42 2020-02-08 10000 300 0.25 10000 8000 9000 unused", "41 2020-02-07 10000 300 0.25 10000 9000 8999 kept"], lines);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_database_of_a_later_version_is_refused()
    {
        var folder = Directory.CreateTempSubdirectory("hotline-newer-").FullName;
        try
        {
            await HotlineProcess.RunAsync(folder, "migrate");
            await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(folder, "data", "hotline.db")};Pooling=False"))
            {
                await connection.OpenAsync();
                await using var command = connection.CreateCommand();
                command.CommandText = "insert into schema_version (version, name, applied_at) values (9999, 'later', '2099-01-01T00:00:00.000Z')";
                await command.ExecuteNonQueryAsync();
            }
            var (status, _, notes) = await HotlineProcess.TryAsync(folder, "serve");
            Assert.Equal(1, status);
            Assert.Contains("9999", notes, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
