using Spectre.Console;

namespace Hotline.App.Cli;

/// <summary>Output for people: colours only where it is a terminal that shows them, and as wide as it takes where it is a file or a pipe.</summary>
internal static class Terminal
{
    private const int Least = 80;

    /// <summary>Wider than any row: a table takes no more than its cells do, and in a file or a pipe nothing may be cut or broken, as it is searched and counted.</summary>
    private const int Unbroken = 100_000;

    public static IAnsiConsole Out { get; } = Open(Console.Out, Console.IsOutputRedirected);

    public static IAnsiConsole Error { get; } = Open(Console.Error, Console.IsErrorRedirected);

    /// <summary>Rows under headings, without lines around them: for lists that are read and searched. Only the last column is ever broken, and only on a terminal.</summary>
    public static void List(string[] headings, IEnumerable<string[]> rows)
    {
        var table = new Table().Border(TableBorder.None);
        for (var i = 0; i < headings.Length; i++)
        {
            var column = new TableColumn(Markup.Escape(headings[i])).PadLeft(0).PadRight(i == headings.Length - 1 ? 0 : 2);
            table.AddColumn(i == headings.Length - 1 ? column : column.NoWrap());
        }
        foreach (var row in rows) table.AddRow([.. row.Select(Markup.Escape)]);
        Out.Write(table);
    }

    private static IAnsiConsole Open(TextWriter writer, bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = redirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        // A column squeezed below one Chinese character would be laid out for ever, in ever more memory.
        console.Profile.Width = redirected ? Unbroken : Math.Max(console.Profile.Width, Least);
        return console;
    }
}
