using Hotline.Data;
using Hotline.Dispatcher.Matters;

namespace Hotline.Dispatcher.Tests.Matters;

public sealed class TheCategoryModel
{
    private static readonly (string Label, string[] Words)[] Subjects =
    [
        ("供水", ["自来水", "停水", "水压", "水管", "爆管", "水质"]),
        ("噪音", ["噪音", "施工", "夜间", "扰民", "喇叭", "广场舞"]),
        ("公交", ["公交车", "站台", "班次", "司机", "线路", "候车"]),
    ];

    private static readonly string[] Fillers = ["小区", "我们", "希望", "领导", "最近", "一直", "请问", "处理", "门口", "附近"];

    private static readonly List<LabelledText> Toy = Sentences(seed: 1, 60);

    private static readonly Lazy<(CategoryModel Model, Tested Tested)> Trained = new(() => CategoryTraining.Train(Toy));

    private static List<LabelledText> Sentences(int seed, int each)
    {
        var random = new Random(seed);
        return
        [
            .. Subjects.SelectMany(s => Enumerable.Range(0, each).Select(_ => new LabelledText(
                LabelledText.Join(Pick(Fillers) + Pick(s.Words), string.Join("，", Enumerable.Range(0, 6).Select(n => Pick(n % 2 == 0 ? Fillers : s.Words)))), s.Label))),
        ];

        string Pick(string[] from) => from[random.Next(from.Length)];
    }

    [Fact]
    public void It_learns_what_can_be_told_apart()
    {
        Assert.True(CategoryTraining.Test(Trained.Value.Model, Sentences(seed: 2, 40)) is { Accuracy: > 0.98, MacroF1: > 0.98 });
        Assert.True(CategoryTraining.CrossValidate(Toy, 5, seed: 1, together: false).Accuracy > 0.98);
    }

    [Fact]
    public void A_rare_label_that_looks_like_a_frequent_one_is_suggested_as_often_as_it_is_there()
    {
        var model = CategoryTraining.Train(Mixed(seed: 1)).Model;
        var fresh = Mixed(seed: 2);
        var suggested = fresh.Sum(t => model.Predict(t.Text, 2).Single(g => g.Label == "公交").Confidence);
        Assert.InRange(suggested / fresh.Count(t => t.Label == "公交"), 0.8, 1.2);

        // Of the 300 about 供水 one in ten has a word of 公交; of the 60 about 公交 three in ten have none.
        static List<LabelledText> Mixed(int seed)
        {
            var random = new Random(seed);
            return [.. Enumerable.Range(0, 360).Select(i => Text(i < 300 ? "供水" : "公交", i < 300 ? 0.1 : 0.7))];

            LabelledText Text(string label, double share) => new(
                string.Join("，", Enumerable.Range(0, 5).Select(_ => Fillers[random.Next(Fillers.Length)]).Append(Subjects[random.NextDouble() < share ? 2 : 0].Words[random.Next(6)])), label);
        }
    }

    [Fact]
    public void The_same_texts_give_the_same_file() => Assert.Equal(Trained.Value.Model.Save(), CategoryTraining.Train(Toy).Model.Save());

    [Fact]
    public void On_one_thread_that_takes_turns_it_gives_the_same_file_and_can_be_given_up()
    {
        using var given = new CancellationTokenSource();
        var (rests, most) = (0, int.MaxValue);
        var pace = new Pace(TimeSpan.Zero, 0.5, () => 1, TimeProvider.System, _ => { if (++rests == most) given.Cancel(); }, given.Token);
        Assert.Equal(Trained.Value.Model.Save(), CategoryTraining.Train(Toy, pace).Model.Save());
        Assert.True(rests > Toy.Count, "it can rest at every text of every round");

        most = rests + 100;
        Assert.ThrowsAny<OperationCanceledException>(() => CategoryTraining.Train(Toy, pace));
        Assert.Equal(most, rests);
    }

    [Fact]
    public void A_file_read_again_answers_the_same()
    {
        var file = Trained.Value.Model.Save();
        var again = CategoryModel.Load(file);
        Assert.Equal(file, again.Save());
        foreach (var text in Sentences(seed: 3, 5))
        {
            var (before, after) = (Trained.Value.Model.Predict(text.Text, 3), again.Predict(text.Text, 3));
            Assert.Equal(before.Select(g => (g.Label, g.Confidence)), after.Select(g => (g.Label, g.Confidence)));
            Assert.Equal(1, after.Sum(g => g.Confidence), 6);
        }
    }

    [Fact]
    public void The_words_that_decided_stand_in_the_text()
    {
        const string Text = "幸福小区停水两天，自来水公司不接电话";
        var guess = Trained.Value.Model.Predict(Text)[0];
        Assert.Equal("供水", guess.Label);
        Assert.Contains(guess.Words, w => w.Contains("停水", StringComparison.Ordinal) || w.Contains("自来水", StringComparison.Ordinal));
        Assert.All(guess.Words, w => Assert.Contains(w, Text, StringComparison.Ordinal));
    }

    [Fact]
    public void Width_and_case_and_numbers_make_no_difference() => Assert.Equal(
        Trained.Value.Model.Predict("Ａ７县１２路公交车 站台")[0].Confidence, Trained.Value.Model.Predict("a21县345路公交车站台")[0].Confidence, 9);

    [Fact]
    public void A_text_without_known_words_gets_an_answer_without_words_and_less_confidence()
    {
        var model = Trained.Value.Model;
        var unknown = model.Predict("")[0];
        Assert.Empty(unknown.Words);
        Assert.True(unknown.Confidence < model.Predict("停水自来水水压水管")[0].Confidence);
    }

    [Fact]
    public void Confidence_grows_with_the_score()
    {
        var trust = new Trust(2, 0.7f, 0.4f);
        var before = 0.0;
        for (var score = 0.0; score < 4; score += 0.1)
        {
            double[] shares = [score, 0, -0.5];
            trust.Apply(shares);
            Assert.True(shares[0] >= before && shares[0] >= shares.Max() - 1e-12, $"{score}: {string.Join(" ", shares)}");
            Assert.Equal(1, shares.Sum(), 9);
            before = shares[0];
        }
    }

    [Fact]
    public void A_file_that_is_cut_damaged_or_newer_is_refused_with_its_reason()
    {
        var file = Trained.Value.Model.Save();
        for (var length = 0; length < file.Length; length += length < 200 ? 1 : 997) Assert.Throws<InvalidDataException>(() => CategoryModel.Load(file.AsSpan(0, length)));
        Assert.Contains("no category model", Refusal("{\"label\":1} and so on, and so on"u8.ToArray()), StringComparison.Ordinal);
        Assert.Contains("update the program", Refusal(Changed(4, 9)), StringComparison.Ordinal);
        Assert.Contains("damaged", Refusal(Changed(9, 255)), StringComparison.Ordinal);
        Assert.Contains("damaged", Refusal([.. file, 0]), StringComparison.Ordinal);
        var random = new Random(5);
        for (var i = 0; i < 300; i++)
        {
            // Garbage either is refused, or is numbers like any others.
            try { CategoryModel.Load(Changed(random.Next(file.Length), (byte)random.Next(256))).Predict("停水"); }
            catch (InvalidDataException) { continue; }
        }

        string Refusal(byte[] bytes) => Assert.Throws<InvalidDataException>(() => CategoryModel.Load(bytes)).Message;
        byte[] Changed(int at, byte to)
        {
            var copy = (byte[])file.Clone();
            copy[at] = to;
            return copy;
        }
    }

    [Theory]
    [InlineData(new string[0], "no texts")]
    [InlineData(new[] { "甲", "甲" }, "one label only")]
    [InlineData(new[] { "甲", "甲", "乙" }, "'乙' has one text only")]
    public void What_is_no_training_set_is_refused(string[] labels, string why) => Assert.Contains(
        why, Assert.Throws<InvalidDataException>(() => CategoryTraining.Train([.. labels.Select(l => new LabelledText("停水了", l))])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{", "not valid JSON")]
    [InlineData("{\"label\":\"甲\"}", "neither")]
    [InlineData("{\"title\":1}", "'title' must be a string")]
    [InlineData("{\"title\":\"\\ud800\"}", "half a character")]
    [InlineData("{\"tokens\":[1]}", "'tokens' must be a list of strings")]
    public void A_line_that_cannot_be_read_says_why(string line, string why) =>
        Assert.Contains(why, Assert.Throws<FormatException>(() => LabelledText.Parse(line)).Message, StringComparison.Ordinal);
}
