using Hotline.Data;

namespace Hotline.Dispatcher.Matters;

/// <summary>What a model that had not seen a text said of it.</summary>
/// <param name="Chance">What it gave the label that is right.</param>
public sealed record TestedAnswer(string Label, string Predicted, double Confidence, double Chance)
{
    public bool Right => Label == Predicted;
}

/// <summary>Answers given with about the same confidence.</summary>
/// <param name="Stated">Their mean confidence.</param>
/// <param name="Right">The share of them that was right.</param>
public sealed record ConfidenceBin(double From, double To, int Count, double Stated, double Right);

/// <summary>How a model did on texts that it had not seen.</summary>
/// <param name="Answers">In the order of the texts.</param>
public sealed record Tested(IReadOnlyList<TestedAnswer> Answers)
{
    private static readonly double[] Steps = [0, 0.5, 0.7, 0.8, 0.9, 0.95, 1];

    public double Accuracy => Answers.Count == 0 ? 0 : (double)Answers.Count(a => a.Right) / Answers.Count;

    /// <summary>The mean over the labels of the harmonic mean of precision and recall: a rare label counts as much as a frequent one.</summary>
    public double MacroF1 => Answers.Count == 0 ? 0 : Answers.Select(a => a.Label).Distinct().Average(label =>
        2.0 * Answers.Count(a => a.Right && a.Label == label) / (Answers.Count(a => a.Label == label) + Answers.Count(a => a.Predicted == label)));

    public IReadOnlyList<ConfidenceBin> Calibration() =>
    [
        .. Steps.Zip(Steps.Skip(1))
            .Select(step => (step.First, step.Second, In: Answers.Where(a => a.Confidence >= step.First && (a.Confidence < step.Second || step.Second == 1)).ToList()))
            .Where(bin => bin.In.Count > 0)
            .Select(bin => new ConfidenceBin(bin.First, bin.Second, bin.In.Count, bin.In.Average(a => a.Confidence), (double)bin.In.Count(a => a.Right) / bin.In.Count)),
    ];
}

/// <summary>
/// Trains a <see cref="CategoryModel"/> (训练): for each label against the rest the mean of two linear support vector machines with L2 regularisation and squared hinge
/// loss, found by dual coordinate descent (Hsieh, Chang, Lin, Keerthi, Sundararajan: A Dual Coordinate Descent Method for Large-scale Linear SVM, ICML
/// 2008, algorithm 1). One sees the n-grams by sublinear frequency and rarity (tf-idf); the other sees them weighed besides by their
/// log-count ratio between the label and the rest (Wang, Manning: Baselines and Bigrams, ACL 2012), which carries over better to texts unlike those seen. Both are
/// linear in the same n-grams, so they add up to one weight each. An offset for each label then makes the labels as frequent among the answers of a cross-validation as they are
/// (<see cref="Offsets"/>). Confidence is temperature scaling (Guo et al.: On Calibration of Modern Neural Networks,
/// ICML 2017) and Platt's logistic curve (Probabilistic Outputs for Support Vector Machines, 1999) over the first share, on answers of five-fold cross-validation. The same texts in the same order give the same model.
/// </summary>
public static class CategoryTraining
{
    public const int Folds = 5;

    /// <summary>The fewest texts a label needs: one for training at least in every fold.</summary>
    public const int FewestOfALabel = 2;

    private const double Plain = 2, Weighed = 0.5;
    private const int Rounds = 8, ScalingRounds = 20, FewestTexts = 2, RareIn = 60, FewestShared = 8;
    private const double Alike = 0.3, Settled = 0.1;

    private sealed record Corpus(string[] Labels, int[] LabelOf, ulong[] Keys, int[][] Grams, float[][] Frequencies);

    private sealed record Fitted(float[] Rarity, float[][] Weights, float[] Bias);

    /// <summary>The model of all texts, and how models of four fifths of them did on the rest, near duplicates kept together.</summary>
    /// <param name="pace">Of the one thread that it keeps to; null for all processors at once.</param>
    /// <exception cref="InvalidDataException">The texts are no training set; the message says why.</exception>
    public static (CategoryModel Model, Tested Tested) Train(IReadOnlyList<LabelledText> texts, Pace? pace = null, CancellationToken ct = default)
    {
        var corpus = Read(texts, pace);
        var foldOf = FoldsOf(corpus, seed: 1, Folds, NearDuplicates(corpus, pace));
        var scores = CrossScores(corpus, foldOf, pace, ct);
        var offsets = Offsets(corpus, scores, [.. Enumerable.Range(0, scores.Length)], pace);
        scores = Balanced(corpus, scores, foldOf, pace);
        var trust = TrustIn(corpus, scores, pace);
        var fitted = Fit(corpus, [.. Enumerable.Range(0, corpus.Grams.Length)], pace, ct);
        var k = corpus.Labels.Length;
        var weights = new Half[corpus.Keys.Length * k];
        for (var f = 0; f < corpus.Keys.Length; f++)
            for (var label = 0; label < k; label++) weights[f * k + label] = (Half)fitted.Weights[label][f];
        var model = new CategoryModel(corpus.Labels, [.. fitted.Bias.Zip(offsets, (bias, offset) => (float)(bias + offset))], trust, corpus.Keys, [.. fitted.Rarity.Select(r => (Half)r)], weights);
        return (model, Answers(corpus, scores, trust));
    }

    /// <summary>Cross-validation alone.</summary>
    /// <param name="together">Near duplicates stay in one fold, so that no text is tested on its own copy.</param>
    public static Tested CrossValidate(IReadOnlyList<LabelledText> texts, int folds, int seed, bool together, CancellationToken ct = default)
    {
        var corpus = Read(texts, null);
        var foldOf = FoldsOf(corpus, seed, folds, together ? NearDuplicates(corpus, null) : [.. Enumerable.Range(0, texts.Count)]);
        var scores = Balanced(corpus, CrossScores(corpus, foldOf, null, ct), foldOf, null);
        return Answers(corpus, scores, TrustIn(corpus, scores, null));
    }

    /// <summary>How a model does on labelled texts.</summary>
    public static Tested Test(CategoryModel model, IEnumerable<LabelledText> texts) => new(
    [
        .. texts.Select(t =>
        {
            var guesses = model.Predict(t.Text, model.Labels.Count);
            return new TestedAnswer(t.Label!, guesses[0].Label, guesses[0].Confidence, guesses.FirstOrDefault(g => g.Label == t.Label)?.Confidence ?? 0);
        }),
    ]);

    private static Corpus Read(IReadOnlyList<LabelledText> texts, Pace? pace)
    {
        var counted = texts.CountBy(t => t.Label ?? throw new InvalidDataException("A text has no label.")).ToDictionary(StringComparer.Ordinal);
        if (counted.Count < 2) throw new InvalidDataException($"There {(counted.Count == 0 ? "are no texts" : "is one label only")}: at least two labels are needed to tell apart.");
        if (counted.Count > CategoryModel.MostLabels) throw new InvalidDataException($"There are {counted.Count} labels; {CategoryModel.MostLabels} at most.");
        if (counted.Keys.FirstOrDefault(l => l.Length is 0 or > CategoryModel.LongestLabel) is { } odd) throw new InvalidDataException($"A label must have 1 to {CategoryModel.LongestLabel} characters, and one has {odd.Length}.");
        if (counted.FirstOrDefault(l => l.Value < FewestOfALabel).Key is { } lonely) throw new InvalidDataException($"The label '{lonely}' has one text only: {FewestOfALabel} are needed at least.");

        var labels = counted.Keys.Order(StringComparer.Ordinal).ToArray();
        var labelOf = texts.Select(t => Array.BinarySearch(labels, t.Label, StringComparer.Ordinal)).ToArray();
        var letters = new char[Grams.LongestText];
        var at = new int[Grams.LongestText];
        var indexOf = new Dictionary<ulong, int>();
        var keys = new List<ulong>();
        var textsWith = new List<int>();
        var grams = new int[texts.Count][];
        var counts = new int[texts.Count][];
        var found = new Dictionary<int, int>();
        for (var i = 0; i < texts.Count; i++)
        {
            pace?.Step();
            found.Clear();
            foreach (var gram in Grams.Of(letters.AsSpan(0, Grams.Fold(texts[i].Text, letters, at))))
            {
                if (!indexOf.TryGetValue(gram.Key, out var f))
                {
                    indexOf.Add(gram.Key, f = keys.Count);
                    keys.Add(gram.Key);
                    textsWith.Add(0);
                }
                found[f] = found.GetValueOrDefault(f) + 1;
            }
            grams[i] = [.. found.Keys];
            counts[i] = [.. found.Values];
            foreach (var f in grams[i]) textsWith[f]++;
        }

        // What only one text has says nothing of others; beyond that the rarest n-grams go until the file has room for the rest.
        var room = (CategoryModel.LargestFile - labels.Length * (CategoryModel.LongestLabel * 4 + 6) - CategoryModel.Head) / CategoryModel.BytesPerGram(labels.Length);
        var fewest = FewestTexts;
        while (textsWith.Count(n => n >= fewest) > room) fewest++;
        var kept = 0;
        var place = textsWith.Select(n => n >= fewest ? kept++ : -1).ToArray();
        if (kept == 0) throw new InvalidDataException("No two texts have a word in common: nothing can be learned from them.");
        var frequencies = new float[texts.Count][];
        for (var i = 0; i < texts.Count; i++)
        {
            var known = grams[i].Select((f, j) => (Place: place[f], Count: counts[i][j])).Where(g => g.Place >= 0).ToArray();
            grams[i] = [.. known.Select(g => g.Place)];
            frequencies[i] = [.. known.Select(g => CategoryModel.Frequency(g.Count))];
        }
        return new Corpus(labels, labelOf, [.. keys.Where((_, f) => place[f] >= 0)], grams, frequencies);
    }

    private static Fitted Fit(Corpus corpus, int[] rows, Pace? pace, CancellationToken ct)
    {
        var textsWith = new int[corpus.Keys.Length];
        foreach (var i in rows)
            foreach (var f in corpus.Grams[i]) textsWith[f]++;
        // Rounded as the file has it, so that the weights fit what will be multiplied.
        var rarity = textsWith.Select(n => n == 0 ? 0 : (float)(Half)(1 + Math.Log((1.0 + rows.Length) / (1 + n)))).ToArray();
        var values = new float[corpus.Grams.Length][];
        foreach (var i in rows)
        {
            var v = values[i] = [.. corpus.Grams[i].Select((f, j) => corpus.Frequencies[i][j] * rarity[f])];
            var length = MathF.Sqrt(v.Sum(x => x * x));
            for (var j = 0; j < v.Length; j++) v[j] /= length;
        }
        var fitted = new Fitted(rarity, new float[corpus.Labels.Length][], new float[corpus.Labels.Length]);
        if (pace is null) Parallel.For(0, corpus.Labels.Length, new ParallelOptions { CancellationToken = ct }, OfLabel);
        else for (var label = 0; label < corpus.Labels.Length; label++) OfLabel(label);
        return fitted;

        void OfLabel(int label)
        {
            var squares = new float[corpus.Keys.Length];
            Array.Fill(squares, 1);
            var (plain, plainBias) = Descend(corpus, rows, values, label, squares, Plain, pace);
            Ratios(corpus, rows, label, squares);
            var (weighed, weighedBias) = Descend(corpus, rows, values, label, squares, Weighed, pace);
            for (var f = 0; f < plain.Length; f++) plain[f] = (plain[f] + weighed[f]) / 2;
            (fitted.Weights[label], fitted.Bias[label]) = (plain, (plainBias + weighedBias) / 2);
        }
    }

    /// <summary>The squares of log ((share of the label's texts) / (share of the others)), smoothed by one text.</summary>
    private static void Ratios(Corpus corpus, int[] rows, int label, float[] squares)
    {
        var (with, without) = (new int[squares.Length], new int[squares.Length]);
        foreach (var i in rows)
        {
            var side = corpus.LabelOf[i] == label ? with : without;
            foreach (var f in corpus.Grams[i]) side[f]++;
        }
        double allWith = with.Sum(n => n + 1L), allWithout = without.Sum(n => n + 1L);
        for (var f = 0; f < squares.Length; f++)
        {
            var ratio = Math.Log((with[f] + 1) / allWith / ((without[f] + 1) / allWithout));
            squares[f] = (float)(ratio * ratio);
        }
    }

    /// <summary>
    /// Dual coordinate descent. Weighing n-gram f by s is learning w on s·x; kept as u = s·w only the square of s is needed and x stays shared by all labels.
    /// </summary>
    private static (float[] Weights, float Bias) Descend(Corpus corpus, int[] rows, float[][] values, int label, float[] squares, double cost, Pace? pace)
    {
        var u = new float[squares.Length];
        var bias = 0.0;
        var slack = 0.5 / cost;
        var alpha = new double[rows.Length];
        var curvature = new double[rows.Length];
        for (var r = 0; r < rows.Length; r++)
        {
            var (grams, x) = (corpus.Grams[rows[r]], values[rows[r]]);
            var sum = 1.0;
            for (var j = 0; j < grams.Length; j++) sum += x[j] * x[j] * squares[grams[j]];
            curvature[r] = sum + slack;
        }
        var order = Enumerable.Range(0, rows.Length).ToArray();
        var random = new Random(label + 1);
        for (var round = 0; round < Rounds; round++)
        {
            random.Shuffle(order);
            double most = double.NegativeInfinity, least = double.PositiveInfinity;
            foreach (var r in order)
            {
                pace?.Step();
                var (grams, x) = (corpus.Grams[rows[r]], values[rows[r]]);
                var side = corpus.LabelOf[rows[r]] == label ? 1 : -1;
                var margin = 0f;
                for (var j = 0; j < grams.Length; j++) margin += u[grams[j]] * x[j];
                var gradient = side * (margin + bias) - 1 + slack * alpha[r];
                var projected = alpha[r] == 0 ? Math.Min(gradient, 0) : gradient;
                most = Math.Max(most, projected);
                least = Math.Min(least, projected);
                if (Math.Abs(projected) < 1e-9) continue;
                var before = alpha[r];
                alpha[r] = Math.Max(before - gradient / curvature[r], 0);
                var step = (alpha[r] - before) * side;
                for (var j = 0; j < grams.Length; j++) u[grams[j]] += (float)step * x[j] * squares[grams[j]];
                bias += step;
            }
            if (most - least < Settled) break;
        }
        return (u, (float)bias);
    }

    /// <summary>For every text the scores of a model that has not seen its fold.</summary>
    private static double[][] CrossScores(Corpus corpus, int[] foldOf, Pace? pace, CancellationToken ct)
    {
        var scores = new double[corpus.Grams.Length][];
        foreach (var fold in foldOf.Distinct())
        {
            var fitted = Fit(corpus, [.. Enumerable.Range(0, foldOf.Length).Where(i => foldOf[i] != fold)], pace, ct);
            for (var i = 0; i < foldOf.Length; i++)
            {
                if (foldOf[i] != fold) continue;
                pace?.Step();
                var sums = scores[i] = new double[corpus.Labels.Length];
                var squares = 0.0;
                for (var j = 0; j < corpus.Grams[i].Length; j++)
                {
                    var f = corpus.Grams[i][j];
                    var value = corpus.Frequencies[i][j] * fitted.Rarity[f];
                    squares += value * value;
                    for (var label = 0; label < sums.Length; label++) sums[label] += value * fitted.Weights[label][f];
                }
                for (var label = 0; label < sums.Length; label++) sums[label] = (squares == 0 ? 0 : sums[label] / Math.Sqrt(squares)) + fitted.Bias[label];
            }
        }
        return scores;
    }

    /// <summary>Every fold's scores with the offsets that the other folds ask for, so that no text tests what was fitted on it.</summary>
    private static double[][] Balanced(Corpus corpus, double[][] scores, int[] foldOf, Pace? pace)
    {
        var offsetsOf = foldOf.Distinct().ToDictionary(fold => fold, fold => Offsets(corpus, scores, [.. Enumerable.Range(0, foldOf.Length).Where(i => foldOf[i] != fold)], pace));
        return [.. scores.Select((s, i) => s.Zip(offsetsOf[foldOf[i]], (score, offset) => score + offset).ToArray())];
    }

    /// <summary>
    /// What to add to each label's score so that the shares of a softmax sum to the number of its texts: the likeliest offsets (iterative scaling; Guo et al., 2017, call it bias in vector
    /// scaling). Each label is learned against all others, which leaves the rarer ones chosen too seldom.
    /// </summary>
    private static double[] Offsets(Corpus corpus, double[][] scores, int[] rows, Pace? pace)
    {
        var k = corpus.Labels.Length;
        var offsets = new double[k];
        var textsOf = new double[k];
        foreach (var i in rows) textsOf[corpus.LabelOf[i]]++;
        var (shares, sums) = (new double[k], new double[k]);
        for (var sharpening = 0; sharpening < 2; sharpening++)
        {
            var sharpness = Sharpness(corpus, [.. scores.Select(s => s.Zip(offsets, (score, offset) => score + offset).ToArray())], rows, pace);
            for (var round = 0; round < ScalingRounds; round++)
            {
                Array.Clear(sums);
                foreach (var i in rows)
                {
                    pace?.Step();
                    for (var label = 0; label < k; label++) shares[label] = scores[i][label] + offsets[label];
                    Trust.Softmax(shares, sharpness);
                    for (var label = 0; label < k; label++) sums[label] += shares[label];
                }
                // One text more on both sides: a label with few texts moves less.
                for (var label = 0; label < k; label++) offsets[label] += Math.Log((textsOf[label] + 1) / (sums[label] + 1)) / sharpness;
            }
        }
        return offsets;
    }

    private static Tested Answers(Corpus corpus, double[][] scores, Trust trust) => new(
    [
        .. scores.Select((s, i) =>
        {
            var shares = (double[])s.Clone();
            trust.Apply(shares);
            var best = Array.IndexOf(shares, shares.Max());
            return new TestedAnswer(corpus.Labels[corpus.LabelOf[i]], corpus.Labels[best], shares[best], shares[corpus.LabelOf[i]]);
        }),
    ]);

    /// <summary>The curve over the first share is a logistic regression with one variable, by Newton's method; its targets are Platt's, which never are quite 0 or 1.</summary>
    private static Trust TrustIn(Corpus corpus, double[][] scores, Pace? pace)
    {
        var sharpness = Sharpness(corpus, scores, [.. Enumerable.Range(0, scores.Length)], pace);
        var answers = scores.Select((s, i) =>
        {
            var shares = (double[])s.Clone();
            Trust.Softmax(shares, sharpness);
            var first = shares.Max();
            return (Odds: Trust.LogOdds(first), Right: Array.IndexOf(shares, first) == corpus.LabelOf[i]);
        }).ToArray();
        double right = answers.Count(a => a.Right), wrong = answers.Length - right;
        double high = (right + 1) / (right + 2), low = 1 / (wrong + 2);
        double slope = 1, offset = 0;
        for (var round = 0; round < 50; round++)
        {
            // The small second derivative keeps the step finite where all answers are alike.
            double slopeBy = 0, offsetBy = 0, slopes = 1e-3, offsets = 1e-3, both = 0;
            foreach (var (odds, isRight) in answers)
            {
                var p = 1 / (1 + Math.Exp(-(slope * odds + offset)));
                var off = p - (isRight ? high : low);
                var flat = p * (1 - p);
                (slopeBy, offsetBy) = (slopeBy + off * odds, offsetBy + off);
                (slopes, offsets, both) = (slopes + flat * odds * odds, offsets + flat, both + flat * odds);
            }
            var determinant = slopes * offsets - both * both;
            var (slopeStep, offsetStep) = ((offsets * slopeBy - both * offsetBy) / determinant, (slopes * offsetBy - both * slopeBy) / determinant);
            (slope, offset) = (slope - Math.Clamp(slopeStep, -1, 1), offset - Math.Clamp(offsetStep, -1, 1));
            if (Math.Abs(slopeStep) + Math.Abs(offsetStep) < 1e-6) break;
        }
        // Few texts, or texts told apart by chance, may give a curve that falls: then the shares stand as they are.
        return slope > 0.05 ? new Trust((float)sharpness, (float)slope, (float)offset) : new Trust((float)sharpness, 1, 0);
    }

    /// <summary>The one number that makes the softmax of the scores likeliest to give what is true; golden section, since the likelihood has one peak.</summary>
    private static double Sharpness(Corpus corpus, double[][] scores, int[] rows, Pace? pace)
    {
        var shares = new double[corpus.Labels.Length];
        var golden = (Math.Sqrt(5) - 1) / 2;
        double low = Math.Log(0.1), high = Math.Log(50);
        while (high - low > 1e-3)
        {
            var (left, right) = (high - golden * (high - low), low + golden * (high - low));
            if (Loss(Math.Exp(left)) < Loss(Math.Exp(right))) high = right;
            else low = left;
        }
        return Math.Exp((low + high) / 2);

        double Loss(double sharpness)
        {
            var loss = 0.0;
            foreach (var i in rows)
            {
                pace?.Step();
                scores[i].CopyTo(shares, 0);
                Trust.Softmax(shares, sharpness);
                loss -= Math.Log(Math.Max(shares[corpus.LabelOf[i]], 1e-12));
            }
            return loss;
        }
    }

    /// <summary>Every label's texts dealt evenly to the folds, in an order of the seed; a group goes to one fold.</summary>
    private static int[] FoldsOf(Corpus corpus, int seed, int folds, int[] groupOf)
    {
        var groups = Enumerable.Range(0, groupOf.Length).GroupBy(i => groupOf[i]).Select(g => g.ToArray()).ToArray();
        new Random(seed).Shuffle(groups);
        var foldOf = new int[groupOf.Length];
        var dealt = new int[corpus.Labels.Length];
        foreach (var group in groups.OrderByDescending(g => g.Length))
        {
            var fold = dealt[corpus.LabelOf[group[0]]]++ % folds;
            foreach (var i in group) foldOf[i] = fold;
        }
        return foldOf;
    }

    /// <summary>Texts that share a third of the shorter one's longest n-grams, those that many texts have apart, belong together: 重复 and copied texts.</summary>
    private static int[] NearDuplicates(Corpus corpus, Pace? pace)
    {
        var longest = corpus.Keys.Select(Grams.IsLongest).ToArray();
        var textsOf = new List<int>?[corpus.Keys.Length];
        var lengthOf = new int[corpus.Grams.Length];
        var parent = Enumerable.Range(0, corpus.Grams.Length).ToArray();
        var shared = new Dictionary<int, int>();
        for (var i = 0; i < corpus.Grams.Length; i++)
        {
            pace?.Step();
            shared.Clear();
            foreach (var f in corpus.Grams[i])
            {
                if (!longest[f]) continue;
                lengthOf[i]++;
                var earlier = textsOf[f] ??= [];
                if (earlier.Count < RareIn)
                    foreach (var other in earlier) shared[other] = shared.GetValueOrDefault(other) + 1;
                earlier.Add(i);
            }
            foreach (var (other, count) in shared)
                if (count >= FewestShared && count >= Alike * Math.Min(lengthOf[i], lengthOf[other])) parent[Root(i)] = Root(other);
        }
        return [.. Enumerable.Range(0, parent.Length).Select(Root)];

        int Root(int i)
        {
            while (parent[i] != i) i = parent[i] = parent[parent[i]];
            return i;
        }
    }
}
