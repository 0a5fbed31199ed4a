using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Hotline.Contracts;

namespace Hotline.Data;

/// <summary>
/// Messages of one transaction to one role share a row of the outbox, and a letter on the bus: one line for each, its kind, ticket and
/// body with tabs between, in UTF-8. Compact JSON holds neither tabs nor line breaks, and no ticket or kind does. The lines are compressed (zlib) behind their
/// length of four bytes: messages of one kind are alike, and take an eighth of the room in the database, its log and the broker.
/// </summary>
public static class Bundle
{
    /// <summary>Stands in the place of the kind of a single message.</summary>
    public const string Kind = "Packed";

    /// <summary>The same, with its lines as they are: what an earlier version still owed.</summary>
    private const string Plain = "Bundle";

    /// <summary>Bytes that the lines of a bundle grow to; a single message may be longer.</summary>
    private const int Size = 128 * 1024;

    /// <summary>What nothing that was packed here can be longer than.</summary>
    private const int Longest = 64 * 1024 * 1024;

    private const int Prefix = sizeof(int);

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

    /// <summary>Whether the letter holds several messages.</summary>
    internal static bool Is(Letter letter) => letter.Kind is Kind or Plain;

    /// <summary>Bytes of its messages, before they are packed; by what the letter says of itself.</summary>
    internal static int Length(Letter letter) => letter.Kind == Kind && letter.Body.Length > Prefix
        ? Math.Clamp(BinaryPrimitives.ReadInt32LittleEndian(letter.Body), 0, Longest)
        : letter.Body.Length;

    /// <summary>The single messages of a letter: kind, ticket (empty where the letter holds but one) and body.</summary>
    public static IReadOnlyList<(string Kind, string Ticket, ReadOnlyMemory<byte> Body)> Open(Letter letter)
    {
        if (!Is(letter)) return [(letter.Kind, "", letter.Body)];
        var messages = new List<(string, string, ReadOnlyMemory<byte>)>();
        var rest = letter.Kind == Kind ? Unpack(letter) : letter.Body;
        while (true)
        {
            var end = rest.Span.IndexOf((byte)'\n');
            messages.Add(Line(letter, end < 0 ? rest : rest[..end]));
            if (end < 0) return messages;
            rest = rest[(end + 1)..];
        }
    }

    private static (string, string, ReadOnlyMemory<byte>) Line(Letter letter, ReadOnlyMemory<byte> line)
    {
        var kind = line.Span.IndexOf((byte)'\t');
        var ticket = kind < 0 ? -1 : line.Span[(kind + 1)..].IndexOf((byte)'\t');
        return ticket < 0
            ? throw new InvalidDataException($"A line of the bundle {letter.Id} has not the three parts kind, ticket and body.")
            : (Encoding.UTF8.GetString(line.Span[..kind]), Encoding.UTF8.GetString(line.Span.Slice(kind + 1, ticket)), line[(kind + ticket + 2)..]);
    }

    private static byte[] Write(List<Message> messages)
    {
        var lines = ArrayPool<byte>.Shared.Rent(messages.Sum(m => Encoding.UTF8.GetMaxByteCount(m.Kind.Length + m.Ticket.Length) + m.Body.Length + 3));
        try
        {
            var length = 0;
            foreach (var message in messages)
            {
                if (length > 0) lines[length++] = (byte)'\n';
                length += Encoding.UTF8.GetBytes(message.Kind, lines.AsSpan(length));
                lines[length++] = (byte)'\t';
                length += Encoding.UTF8.GetBytes(message.Ticket, lines.AsSpan(length));
                lines[length++] = (byte)'\t';
                message.Body.CopyTo(lines.AsSpan(length));
                length += message.Body.Length;
            }
            using var packed = new MemoryStream(Prefix + (length / 4));
            Span<byte> prefix = stackalloc byte[Prefix];
            BinaryPrimitives.WriteInt32LittleEndian(prefix, length);
            packed.Write(prefix);
            using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true)) zlib.Write(lines, 0, length);
            return packed.ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(lines);
        }
    }

    private static ReadOnlyMemory<byte> Unpack(Letter letter)
    {
        var length = letter.Body.Length < Prefix ? -1 : BinaryPrimitives.ReadInt32LittleEndian(letter.Body);
        if (length is < 0 or > Longest) throw new InvalidDataException($"The bundle {letter.Id} does not begin with its length.");
        var lines = new byte[length];
        using var zlib = new ZLibStream(new MemoryStream(letter.Body, Prefix, letter.Body.Length - Prefix), CompressionMode.Decompress);
        var read = zlib.ReadAtLeast(lines, length, throwOnEndOfStream: false);
        return read == length && zlib.ReadByte() < 0 ? lines : throw new InvalidDataException($"The bundle {letter.Id} is not as long as it says.");
    }
}
