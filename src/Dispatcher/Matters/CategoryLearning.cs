using Hotline.Data;

namespace Hotline.Dispatcher.Matters;

/// <summary>A model that was learned from the hotline's own tickets, as it is used beside the lexicon.</summary>
/// <param name="Share">0..1: how much the model counts; the lexicon has the rest.</param>
public sealed record Learned(long Version, CategoryModel Model, double Share)
{
    private const int MostGuesses = 5, MostWords = 6, Asked = 8;

    /// <summary>Less than this is no suggestion.</summary>
    private const double Least = 0.001;

    /// <summary>The mixture of what the model and the lexicon say, likeliest class first.</summary>
    /// <param name="lexicon">What the lexicon says of the same text.</param>
    public IReadOnlyList<CategoryGuess> Suggest(string title, string description, IReadOnlyList<CategoryGuess> lexicon, CategoryCatalogue catalogue)
    {
        var learned = Model.Predict(LabelledText.Join(title, description), Asked);
        // Of a text without a word that speaks for what is likeliest, it only tells what is frequent.
        if (learned[0].Words.Count == 0) return lexicon;
        var mixed = new Dictionary<string, CategoryGuess>(StringComparer.Ordinal);
        foreach (var guess in learned)
            if (catalogue.Class(guess.Label) is { } category) mixed[guess.Label] = new CategoryGuess(category, Share * guess.Confidence, guess.Words);
        foreach (var guess in lexicon)
        {
            var own = (1 - Share) * guess.Confidence;
            mixed[guess.Category.Code] = mixed.TryGetValue(guess.Category.Code, out var both)
                ? both with { Confidence = both.Confidence + own, Words = [.. both.Words.Union(guess.Words).Take(MostWords)] }
                : guess with { Confidence = own };
        }
        return
        [
            .. mixed.Values.Where(g => g.Confidence >= Least).OrderByDescending(g => g.Confidence).ThenBy(g => g.Category.Code, StringComparer.Ordinal)
                .Take(MostGuesses).Select(g => g with { Confidence = Math.Floor(g.Confidence * 1000) / 1000 }),
        ];
    }
}

/// <summary>A ticket whose class a person has said: the operator who filed it, or whoever corrected it since.</summary>
/// <param name="Category">Six digits.</param>
public sealed record KnownMatter(string Title, string Description, string Category);

/// <summary>
/// Learns from tickets whose class people have said (从改派中学习). The lexicon knows every class a little, the model knows those that it has seen often: their mixture
/// is as likely as it can be to give what people said of texts that the model had not seen (expectation maximisation over the weight of two fixed parts).
/// </summary>
public static class CategoryLearning
{
    /// <summary>Classes with fewer texts are left to the lexicon.</summary>
    public const int FewestOfAClass = 5;

    /// <summary>With fewer texts nothing is learned: the lexicon is better than what could be.</summary>
    public const int FewestTexts = 100;

    /// <summary>The lexicon always keeps a voice: it alone knows the classes that were never seen.</summary>
    private const double LargestShare = 0.95;

    private const int Rounds = 60;

    /// <param name="pace">Of the one thread that it takes: the service goes on beside it.</param>
    /// <returns>Null with the reason where there is too little to learn from.</returns>
    public static Learned? Learn(IReadOnlyList<KnownMatter> tickets, Lexicon lexicon, long version, out string? tooFew, Pace pace)
    {
        var texts = tickets.GroupBy(t => t.Category, StringComparer.Ordinal).Where(g => g.Count() >= FewestOfAClass)
            .SelectMany(g => g.Select(t => (Ticket: t, Text: new LabelledText(LabelledText.Join(t.Title, t.Description), t.Category)))).ToArray();
        tooFew = texts.Length < FewestTexts
            ? $"{texts.Length} tickets have a class that {FewestOfAClass} or more have; {FewestTexts} are needed."
            : texts.DistinctBy(t => t.Ticket.Category).Count() < 2 ? "All tickets have the same class: there is nothing to tell apart." : null;
        if (tooFew is not null) return null;

        var (model, tested) = CategoryTraining.Train([.. texts.Select(t => t.Text)], pace);
        var chances = texts.Select((t, i) => (tested.Answers[i].Chance, Said(t.Ticket)))
            .Concat(tickets.Where(t => !model.Labels.Contains(t.Category)).Select(t => (0.0, Said(t))));
        return new Learned(version, model, ShareOf([.. chances]));

        double Said(KnownMatter ticket)
        {
            pace.Step();
            return lexicon.Suggest(ticket.Title, ticket.Description).Guesses.FirstOrDefault(g => g.Category.Code == ticket.Category)?.Confidence ?? 0;
        }
    }

    /// <summary>How many of the tickets get the class that people said as the first suggestion.</summary>
    public static int Right(IReadOnlyList<KnownMatter> tickets, Learned? learned, Lexicon lexicon, CategoryCatalogue catalogue, Pace pace) => tickets.Count(t =>
    {
        pace.Step();
        var guesses = lexicon.Suggest(t.Title, t.Description).Guesses;
        if (learned is not null) guesses = learned.Suggest(t.Title, t.Description, guesses, catalogue);
        return guesses is [var first, ..] && first.Category.Code == t.Category;
    });

    /// <param name="chances">What the model, which had not seen the text, and the lexicon gave the class that people said.</param>
    internal static double ShareOf(IReadOnlyList<(double Model, double Lexicon)> chances)
    {
        var share = 0.5;
        var told = chances.Where(c => c.Model > 0 || c.Lexicon > 0).ToArray();
        for (var round = 0; round < Rounds && told.Length > 0; round++)
            share = Math.Clamp(told.Average(c => share * c.Model / (share * c.Model + (1 - share) * c.Lexicon)), 0.01, LargestShare);
        return share;
    }
}
