using System.Globalization;

namespace Hotline.Dispatcher.Place;

/// <summary>What a number stands for.</summary>
internal enum DoorWord
{
    /// <summary>幢, 栋, 号楼, 座: a building of an estate.</summary>
    Building,

    /// <summary>号: a house number on a road; of an estate without such numbers a building.</summary>
    House,

    /// <summary>弄: a lane.</summary>
    Lane,

    /// <summary>组: a villagers' group (村民小组).</summary>
    Group,
}

/// <summary>
/// A door as people write it after the name of an estate or a road: 7幢9单元1161室, 7-9-1161, 七栋, 7号楼, A座, 88号, 5组. Letters are numbers from
/// <see cref="Letter"/> on.
/// </summary>
/// <param name="Word">As it is written, 幢 for bare numbers with dashes.</param>
/// <param name="Entrance">Of the building (单元, 楼道); null where none is named. 7-1161 names a room and no entrance.</param>
/// <param name="End">Where the words up to the entrance end; the room is nobody's matter here.</param>
internal readonly record struct Door(int Number, DoorWord Kind, string Word, int? Entrance, int End)
{
    public const int Letter = 1_000_000;

    /// <summary>Between a name and its number at most so many other characters: 东方公寓（北区）7幢.</summary>
    private const int LongestGap = 8;

    public static string Write(int number) =>
        number >= Letter ? ((char)('A' + number - Letter)).ToString() : number.ToString(CultureInfo.InvariantCulture);

    public override string ToString() => $"{Write(Number)}{Word}{(Entrance is { } entrance ? Write(entrance) + "单元" : "")}";

    /// <summary>Reads the door that follows at <paramref name="start"/>.</summary>
    /// <param name="beside">The words say that the place is beside what was named, and not in it (旁, 对面).</param>
    public static Door? Read(ReadOnlySpan<char> text, int start, out bool beside)
    {
        beside = false;
        var last = Math.Min(text.Length, start + LongestGap);
        for (var at = start; at <= last && at < text.Length; at++)
        {
            if (Besides.Contains(text[at]))
            {
                beside = true;
                return null;
            }
            if (Stops.Contains(text[at])) return null;
            if (At(text, at) is { } door) return door;
            if (char.IsAsciiDigit(text[at])) return null;
        }
        return null;
    }

    /// <summary>The first building that a text names, wherever; for communities whose buildings have no name of an estate.</summary>
    public static Door? Anywhere(ReadOnlySpan<char> text, out int start)
    {
        for (start = 0; start < text.Length; start++)
        {
            if (At(text, start) is { } door) return door;
            if (!char.IsAsciiDigit(text[start])) continue;
            while (start + 1 < text.Length && (char.IsAsciiDigit(text[start + 1]) || text[start + 1] == '-')) start++;
        }
        return null;
    }

    private static Door? At(ReadOnlySpan<char> text, int at)
    {
        if (text[at] is '第' && at + 1 < text.Length) at++;
        if (NumberAt(text, at, out var end) is not { } number) return null;
        if (WordAt(text, end) is var (kind, word, length) && length > 0)
        {
            end += length;
            return new Door(number, kind, word, EntranceAt(text, end, out var inner), inner);
        }
        if (number >= Letter || !char.IsAsciiDigit(text[at]) || !IsDash(text, end) || NumberAt(text, end + 1, out var second) is not { } middle) return null;

        // 88-2号 is a house, 7-9幢 a row of buildings; 7-1161 a room; 7-9-1161 building, entrance, room.
        if (WordAt(text, second) is var (after, afterWord, afterLength) && afterLength > 0)
            return after == DoorWord.House ? new Door(number, after, afterWord, null, second + afterLength) : null;
        return IsDash(text, second) && NumberAt(text, second + 1, out _) is not null
            ? new Door(number, DoorWord.Building, "幢", middle, second)
            : new Door(number, DoorWord.Building, "幢", null, end);
    }

    /// <summary>9单元, 九楼道, 9门; or the 9 of 9-1161 after a building.</summary>
    private static int? EntranceAt(ReadOnlySpan<char> text, int start, out int end)
    {
        end = start;
        if (start < text.Length && (IsDash(text, start) || text[start] is ',' or '(')) start++;
        if (NumberAt(text, start, out var after) is not { } entrance) return null;
        foreach (var word in EntranceWords)
        {
            if (!text[after..].StartsWith(word)) continue;
            end = after + word.Length;
            return entrance;
        }
        if (!char.IsAsciiDigit(text[start]) || !IsDash(text, after) || NumberAt(text, after + 1, out _) is null) return null;
        end = after;
        return entrance;
    }

    private static (DoorWord Kind, string Word, int Length) WordAt(ReadOnlySpan<char> text, int at)
    {
        foreach (var (word, kind) in Words)
            if (text[at..].StartsWith(word)) return (kind, word == "#" ? "幢" : word, word.Length);
        return default;
    }

    private static bool IsDash(ReadOnlySpan<char> text, int at) => at < text.Length && text[at] is '-' or '–' or '—' or '―' or '−';

    /// <summary>12, 十二, 一二; A.</summary>
    private static int? NumberAt(ReadOnlySpan<char> text, int at, out int end)
    {
        end = at;
        if (at >= text.Length) return null;
        if (char.IsAsciiLetter(text[at]))
        {
            end++;
            return end < text.Length && char.IsAsciiLetterOrDigit(text[end]) ? null : Letter + char.ToUpperInvariant(text[at]) - 'A';
        }
        while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
        if (end > at) return end - at <= 5 ? int.Parse(text[at..end], NumberStyles.None, CultureInfo.InvariantCulture) : null;
        return Chinese(text, at, out end);
    }

    private static int? Chinese(ReadOnlySpan<char> text, int at, out int end)
    {
        const string digits = "零一二三四五六七八九";
        int sum = 0, digit = -1;
        for (end = at; end < text.Length && end - at < 6; end++)
        {
            var c = text[end] switch { '〇' => '零', '两' => '二', var other => other };
            if (digits.IndexOf(c, StringComparison.Ordinal) is >= 0 and var d) digit = digit > 0 ? digit * 10 + d : d;
            else if (c is '十' or '百')
            {
                sum += (digit < 0 ? 1 : digit) * (c == '十' ? 10 : 100);
                digit = -1;
            }
            else break;
        }
        return end == at ? null : sum + Math.Max(digit, 0) is > 0 and var number ? number : null;
    }

    private static readonly (string Word, DoorWord Kind)[] Words =
    [
        ("号楼", DoorWord.Building), ("幢", DoorWord.Building), ("栋", DoorWord.Building), ("座", DoorWord.Building), ("#楼", DoorWord.Building), ("#", DoorWord.Building),
        ("号", DoorWord.House), ("弄", DoorWord.Lane), ("村民小组", DoorWord.Group), ("村民组", DoorWord.Group), ("小组", DoorWord.Group), ("组", DoorWord.Group),
    ];

    private static readonly string[] EntranceWords = ["单元", "楼道", "号门", "号楼道", "梯", "门洞"];

    private const string Besides = "旁边附对隔外侧", Stops = "，。；！？,;!?路街巷道";
}
