using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hotline.Contracts;
using Hotline.Dispatcher.Matters;

namespace Hotline.App.Cli;

/// <summary>
/// Trains a model of categories from labelled texts and uses it on others. A line carries <c>title</c> and <c>description</c>, or <c>tokens</c>, and for
/// training <c>label</c>; predicting, it comes out again with <c>predicted</c>, <c>confidence</c> and <c>words</c>, or with <c>error</c>.
/// </summary>
internal static class CategoriesCommand
{
    /// <summary>Texts kept in memory for training; a longer history teaches little more and costs memory.</summary>
    private const int MostTexts = 200_000;

    public static Command Create() => new("categories", "Learns what texts are about from labelled texts, and from the hotline's own tickets.") { Train(), Predict(), Retrain(), Models(), Use() };

    private static Command Train()
    {
        var input = new Option<FileInfo[]>("--input") { Description = "JSONL file, {\"title\": …, \"description\": …, \"label\": …} per line; may be given more than once.", Required = true };
        var model = new Option<FileInfo>("--model") { Description = "Model file to write.", Required = true };
        input.AcceptExistingOnly();
        CommandLine.MustHaveFolder(model);
        var command = new Command("train", "Trains a model and says how models like it did on texts they had not seen.") { input, model };
        command.SetAction((parsed, ct) => TrainAsync(parsed.GetValue(input)!, parsed.GetValue(model)!, ct));
        return command;
    }

    private static Command Predict()
    {
        var model = new Option<FileInfo>("--model") { Description = "Model file that 'hotline categories train' wrote.", Required = true };
        var input = new Option<FileInfo>("--input") { Description = "JSONL file, {\"title\": …, \"description\": …} per line.", Required = true };
        var output = new Option<FileInfo>("--output") { Description = "JSONL file to write.", Required = true };
        model.AcceptExistingOnly();
        input.AcceptExistingOnly();
        CommandLine.MustHaveFolder(output);
        var command = new Command("predict", "Adds the likeliest label, its confidence and the words that decided to every line.") { model, input, output };
        CommandLine.MustNotOverwrite(command, input, output);
        command.SetAction((parsed, ct) => PredictAsync(parsed.GetValue(model)!, parsed.GetValue(input)!, parsed.GetValue(output)!, ct));
        return command;
    }

    private static Command Retrain()
    {
        var command = new Command("retrain", "Trains on the hotline's own tickets whose class a person gave, and takes the model where it is at least as good on the newest days; exit status 1 where not. The service does it every night.");
        command.SetAction((_, ct) => CommandLine.WithDatabaseAsync(async (services, token) =>
        {
            var (model, why) = await services.GetRequiredService<CategoryModels>().RetrainAsync("hotline categories retrain", token);
            if (model is null)
            {
                await Console.Error.WriteLineAsync($"No model was trained. {why}");
                return Exit.BadNews;
            }
            List([model]);
            await Console.Error.WriteLineAsync(model.Taken
                ? $"Model {model.Version} is in use. Back: hotline categories use VERSION, or 0 for none."
                : $"Model {model.Version} is not taken: of {model.Tested} newer tickets it gets {model.Right} right, and what is in use {model.RightBefore}.");
            return model.Taken ? Exit.Done : Exit.BadNews;
        }, ct));
        return command;
    }

    private static Command Models()
    {
        var command = new Command("models", "Lists the models that were trained on the hotline's own tickets, newest first.");
        command.SetAction((_, ct) => CommandLine.WithDatabaseAsync(async (services, token) =>
        {
            var models = await services.GetRequiredService<CategoryModels>().ListAsync(token);
            List(models);
            if (!models.Any(m => m.InUse)) await Console.Error.WriteLineAsync("None is in use: the lexicon alone says what a ticket is about.");
            return Exit.Done;
        }, ct));
        return command;
    }

    private static Command Use()
    {
        var version = new Argument<long>("version") { Description = "A version that 'hotline categories models' lists as kept; 0 for none." };
        var command = new Command("use", "Uses another model from now on, or none.") { version };
        command.SetAction((parsed, ct) => CommandLine.WithDatabaseAsync(async (services, token) =>
        {
            var asked = parsed.GetValue(version);
            if (await services.GetRequiredService<CategoryModels>().UseAsync(asked, "hotline categories use", token) is { } wrong)
            {
                await Console.Error.WriteLineAsync($"{wrong} See: hotline categories models");
                return Exit.WrongCall;
            }
            await Console.Error.WriteLineAsync(asked == 0 ? "No model is in use: the lexicon alone." : $"Model {asked} is in use.");
            return Exit.Done;
        }, ct));
        return command;
    }

    /// <summary>In 80 columns. Of a model that was in use the file is kept or gone by now; one that was not taken is unused.</summary>
    private static void List(IReadOnlyList<TrainedModel> models) => Terminal.List(
        ["model", "in use", "trained", "texts", "classes", "share", "tested", "right", "before", "state"],
        models.Select(m => new[]
        {
            $"{m.Version}", m.InUse ? "yes" : "", m.TrainedAt.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), $"{m.Texts}", $"{m.Classes}", Figure("0.00", m.Share), $"{m.Tested}", $"{m.Right}", $"{m.RightBefore}",
            m.Kept ? "kept" : m.Taken ? "gone" : "unused",
        }));

    private static async Task<int> TrainAsync(FileInfo[] inputs, FileInfo output, CancellationToken ct)
    {
        var texts = new List<LabelledText>();
        foreach (var input in inputs)
        {
            var number = 0;
            foreach (var line in File.ReadLines(input.FullName))
            {
                number++;
                if (string.IsNullOrWhiteSpace(line)) continue;
                try
                {
                    var text = LabelledText.Parse(line);
                    texts.Add(text.Label is { Length: > 0 } ? text : throw new FormatException("'label' is missing"));
                }
                catch (FormatException e)
                {
                    await Console.Error.WriteLineAsync($"{input.FullName}, line {number}: {e.Message}.");
                    return Exit.BadNews;
                }
                if (texts.Count > MostTexts)
                {
                    await Console.Error.WriteLineAsync($"{input.FullName}, line {number}: more than {MostTexts} texts; give the newest.");
                    return Exit.BadNews;
                }
            }
        }
        var started = Stopwatch.GetTimestamp();
        CategoryModel model;
        Tested tested;
        try
        {
            (model, tested) = CategoryTraining.Train(texts, ct: ct);
        }
        catch (InvalidDataException e)
        {
            await Console.Error.WriteLineAsync($"{string.Join(", ", inputs.Select(i => i.FullName))}: {e.Message}");
            return Exit.BadNews;
        }
        var file = model.Save();
        // Beside it first, so that a model in use is never half written.
        var beside = output.FullName + ".new";
        await File.WriteAllBytesAsync(beside, file, ct);
        File.Move(beside, output.FullName, overwrite: true);

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"texts {texts.Count}, labels {model.Labels.Count}, n-grams {model.Count}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"on texts not seen ({CategoryTraining.Folds}-fold, near duplicates together): accuracy {tested.Accuracy:0.000}, macro-F1 {tested.MacroF1:0.000}"));
        Terminal.List(["confidence", "answers", "mean", "right"],
            tested.Calibration().Select(b => new[] { Figure("0.00", b.From) + "-" + Figure("0.00", b.To), Figure("0", b.Count), Figure("0.000", b.Stated), Figure("0.000", b.Right) }));
        await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{output.FullName}: {file.Length / 1e6:0.0} MB in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s"));
        return Exit.Done;
    }

    private static string Figure(string format, double number) => number.ToString(format, CultureInfo.InvariantCulture);

    private static async Task<int> PredictAsync(FileInfo file, FileInfo input, FileInfo output, CancellationToken ct)
    {
        CategoryModel model;
        try
        {
            if (file.Length > CategoryModel.LargestFile) throw new InvalidDataException($"It is larger than {CategoryModel.LargestFile / 1_000_000} MB.");
            model = CategoryModel.Load(await File.ReadAllBytesAsync(file.FullName, ct));
        }
        catch (InvalidDataException e)
        {
            await Console.Error.WriteLineAsync($"{file.FullName}: {e.Message}");
            return Exit.BadNews;
        }
        var started = Stopwatch.GetTimestamp();
        int total = 0, unreadable = 0;
        await using var writer = new StreamWriter(output.FullName);
        foreach (var (line, error) in Jsonl.Each(input, (text, number) => Answer(model, text, number), ct))
        {
            total++;
            if (error is not null && unreadable++ < 5) await Console.Error.WriteLineAsync($"{input.FullName}, {error}");
            await writer.WriteLineAsync(line.ToJsonString(Json.Options).AsMemory(), ct);
        }
        await Console.Error.WriteLineAsync($"{total} lines, {unreadable} unreadable, in {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s: {output.FullName}");
        return unreadable > 0 ? Exit.BadNews : Exit.Done;
    }

    private static (JsonObject Line, string? Error) Answer(CategoryModel model, string line, int number)
    {
        try
        {
            var guess = model.Predict(LabelledText.Parse(line).Text)[0];
            var node = JsonNode.Parse(line)!.AsObject();
            node["predicted"] = guess.Label;
            node["confidence"] = Math.Round(guess.Confidence, 4);
            node["words"] = JsonSerializer.SerializeToNode(guess.Words, Json.Options);
            return (node, null);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            var error = $"line {number}: {e.Message}.";
            return (new JsonObject { ["error"] = error }, error);
        }
    }
}
