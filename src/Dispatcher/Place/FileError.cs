using System.Globalization;
using Hotline.Contracts;

namespace Hotline.Dispatcher.Place;

/// <summary>What is wrong with a file of grids or boundaries.</summary>
/// <param name="Part">What is counted: <c>row</c>, <c>feature</c>; or <c>file</c> for the whole.</param>
/// <param name="Number">Of the row, as an editor counts, or of the feature; 0 for the whole file.</param>
/// <param name="Message">In English, for machines and the command line.</param>
public sealed record FileError(string Part, int Number, string Column, string Message, string Zh)
{
    public Sentence Said => new(Zh, Message);

    /// <summary><c>row 3, community</c>, <c>feature 5</c>, <c>file</c>.</summary>
    public string Where => string.Create(CultureInfo.InvariantCulture, $"{Part}{(Number == 0 ? "" : $" {Number}")}{(Column.Length == 0 ? "" : $", {Column}")}");

    public static FileError File(string message, string zh) => new("file", 0, "", message, zh);

    public static FileError Row(int number, string column, string message, string zh) => new("row", number, column, message, zh);

    public static FileError Feature(int number, string message, string zh) => new("feature", number, "", message, zh);
}

/// <summary>The errors of one file: the first of many, and how many there are besides.</summary>
internal sealed class FileErrors
{
    public const int MostTold = 200;

    private readonly List<FileError> _told = [];

    /// <summary>All of them, told or not.</summary>
    public int Count { get; private set; }

    public IReadOnlyList<FileError> Told =>
        Count <= MostTold ? _told : [.. _told, FileError.File($"{Count - MostTold} more are not listed here.", $"另有 {Count - MostTold} 处错误没有列出。")];

    public void Add(FileError error)
    {
        if (Count++ < MostTold) _told.Add(error);
    }
}
