namespace Hotline.Dispatcher.Place;

/// <summary>What is wrong with a file of grids or boundaries. <paramref name="Where"/>: <c>row 3, community</c>, <c>feature 5</c>, <c>file</c>.</summary>
public sealed record FileError(string Where, string Message);
