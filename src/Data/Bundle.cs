using System.Text;
using Hotline.Contracts;

namespace Hotline.Data;

/// <summary>
/// Messages of one transaction to one role share a row of the outbox, and a letter on the bus: one line for each, its kind, ticket and
/// body with tabs between. Compact JSON holds neither tabs nor line breaks, and no ticket or kind does.
/// </summary>
public static class Bundle
{
    /// <summary>Stands in the place of the kind of a single message.</summary>
    public const string Kind = "Bundle";

    /// <summary>Characters that a bundle grows to; a single message may be longer.</summary>
    private const int Size = 64 * 1024;

    /// <summary>The deliveries that carry what was sent, in its order within each role.</summary>
    /// <param name="most">Messages in one bundle, at most.</param>
    internal static List<Delivery> Pack(IEnumerable<Message> messages, int most)
    {
        var deliveries = new List<Delivery>();
        foreach (var ofRole in messages.SelectMany(m => m.Roles, (message, role) => (message, role)).GroupBy(m => m.role, m => m.message))
        {
            var open = new List<Message>();
            var size = 0;
            foreach (var message in ofRole)
            {
                if (open.Count == most || (open.Count > 0 && size + message.Body.Length > Size)) Close(ofRole.Key, open);
                if (open.Count == 0) size = 0;
                open.Add(message);
                size += message.Body.Length;
            }
            Close(ofRole.Key, open);
        }
        return deliveries;

        void Close(Role role, List<Message> open)
        {
            deliveries.Add(open is [var only]
                ? new Delivery(only.Id, role, only.Kind, only.Ticket, only.Body, 1)
                : new Delivery(open[0].Id, role, Kind, "", Write(open), open.Count));
            open.Clear();
        }
    }

    /// <summary>The single messages of a letter: kind, ticket (empty where the letter holds but one) and body.</summary>
    public static IEnumerable<(string Kind, string Ticket, string Body)> Open(Letter letter)
    {
        if (letter.Kind != Kind)
        {
            yield return (letter.Kind, "", letter.Body);
            yield break;
        }
        foreach (var line in letter.Body.Split('\n'))
        {
            yield return line.Split('\t') is [var kind, var ticket, var body]
                ? (kind, ticket, body)
                : throw new InvalidDataException($"A line of the bundle {letter.Id} has not the three parts kind, ticket and body.");
        }
    }

    private static string Write(List<Message> messages)
    {
        var text = new StringBuilder(messages.Sum(m => m.Kind.Length + m.Ticket.Length + m.Body.Length + 3));
        foreach (var message in messages)
        {
            if (text.Length > 0) text.Append('\n');
            text.Append(message.Kind).Append('\t').Append(message.Ticket).Append('\t').Append(message.Body);
        }
        return text.ToString();
    }
}
