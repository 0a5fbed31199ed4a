using System.Diagnostics;
using System.Globalization;
using Hotline.Dispatcher.Matters;

namespace Hotline.Accuracy;

/// <summary>How a model of categories does on labelled texts that it has not seen: words of texts taken apart (tokens), and texts as written (raw).</summary>
internal static class Categories
{
    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    public static bool Measure(string folder, bool quick)
    {
        string[] parts = ["tokens", "raw"];
        if (parts.FirstOrDefault(p => !File.Exists(Path.Combine(folder, $"train_{p}.jsonl"))) is { } missing)
        {
            Console.Error.WriteLine($"No {Path.Combine(folder, $"train_{missing}.jsonl")}: categories were not measured. Give the folder that holds complaints/train_tokens.jsonl and complaints/train_raw.jsonl as the first argument.");
            return false;
        }
        var texts = parts.SelectMany(p => File.ReadLines(Path.Combine(folder, $"train_{p}.jsonl")).Select(LabelledText.Parse)).ToList();
        var tokens = File.ReadLines(Path.Combine(folder, "train_tokens.jsonl")).Count();

        Console.WriteLine("categories, trained on both files:");
        foreach (var (name, together) in new[] { ("near duplicates kept together", true), ("split at random", false) })
        {
            foreach (var folds in quick ? new[] { 5 } : [5, 10])
            {
                var runs = Enumerable.Range(1, quick ? 1 : 2).Select(seed => CategoryTraining.CrossValidate(texts, folds, seed, together)).ToList();
                foreach (var (part, take) in new (string, Func<Tested, Tested>)[] { ("tokens", r => new Tested([.. r.Answers.Take(tokens)])), ("raw", r => new Tested([.. r.Answers.Skip(tokens)])) })
                    Console.WriteLine($"{name,-30} {folds,2} folds  {part,-6}  accuracy {Figure(runs.Average(r => take(r).Accuracy))}  macro-F1 {Figure(runs.Average(r => take(r).MacroF1))}");
                if (folds == 5 && together) Calibration(runs[0]);
            }
        }

        var watch = Stopwatch.StartNew();
        var before = Environment.CpuUsage.TotalTime;
        var (model, _) = CategoryTraining.Train(texts);
        Console.WriteLine($"training with its cross-validation: {(Environment.CpuUsage.TotalTime - before).TotalSeconds.ToString("0.0", Plain)} s of processor time, {watch.Elapsed.TotalSeconds.ToString("0.0", Plain)} s on the clock");
        Console.WriteLine($"model: {model.Count:#,0} n-grams, {(model.Save().Length / 1e6).ToString("0.0", Plain)} MB");
        foreach (var text in texts.Take(2000)) model.Predict(text.Text);
        before = Environment.CpuUsage.TotalTime;
        foreach (var text in texts) model.Predict(text.Text);
        Console.WriteLine($"prediction with its words: {((Environment.CpuUsage.TotalTime - before).TotalMilliseconds / texts.Count).ToString("0.000", Plain)} ms of processor time");
        return true;
    }

    private static void Calibration(Tested tested)
    {
        Console.WriteLine("  confidence given    answers   mean   share right");
        foreach (var bin in tested.Calibration())
            Console.WriteLine($"  {bin.From.ToString("0.00", Plain)}-{bin.To.ToString("0.00", Plain)}          {bin.Count,7}  {Figure(bin.Stated)}  {Figure(bin.Right)}");
    }

    private static string Figure(double share) => share.ToString("0.0000", Plain);
}
