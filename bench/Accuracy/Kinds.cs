using System.Globalization;
using Hotline.Contracts;
using Hotline.Dispatcher.Matters;

namespace Hotline.Accuracy;

/// <summary>How often the kind of a ticket is read right: 200 messages labelled by hand (<c>kinds-labels.csv</c>), of which the first 100 were looked at while the words were chosen.</summary>
internal static class Kinds
{
    public static bool Measure(string folder, string labels)
    {
        if (Letter.Read(folder, "kinds were") is not { } letters) return false;
        var texts = letters
            .GroupBy(l => (l.File, l.Id)).ToDictionary(g => g.Key, g => g.First());
        var labelled = File.ReadLines(labels).Skip(1).Select(l => l.Split(',')).Select(f => (Part: f[0], Text: texts[(f[1], f[2])], Kind: Words.Parse<TicketKind>(f[3]))).ToArray();
        Console.WriteLine("kind of ticket, read from the text:");
        foreach (var part in labelled.GroupBy(l => l.Part))
        {
            var answers = part.Select(l => (l.Kind, Read: KindReader.Read(l.Text.Title, l.Text.Description))).ToArray();
            Console.WriteLine($"  {part.Key,-6} n {answers.Length}  right {Share(answers.Count(a => a.Kind == a.Read.Kind), answers.Length)}  a complaint always {Share(answers.Count(a => a.Kind == TicketKind.Complaint), answers.Length)}");
            foreach (var kind in Enum.GetValues<TicketKind>().Where(k => answers.Any(a => a.Kind == k || a.Read.Kind == k)))
                Console.WriteLine($"         {kind.Word(),-10} n {answers.Count(a => a.Kind == kind),3}  precision {Share(answers.Count(a => a.Kind == kind && a.Read.Kind == kind), answers.Count(a => a.Read.Kind == kind))}  recall {Share(answers.Count(a => a.Kind == kind && a.Read.Kind == kind), answers.Count(a => a.Kind == kind))}");
        }
        return true;
    }

    private static string Share(int part, int of) => of == 0 ? "–" : ((double)part / of).ToString("0.00", CultureInfo.InvariantCulture);
}
