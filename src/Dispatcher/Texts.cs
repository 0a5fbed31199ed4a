namespace Hotline.Dispatcher;

/// <summary>Marks the texts of the dispatchers' pages: <c>Texts.resx</c> (Chinese) and <c>Texts.en.resx</c>.</summary>
public sealed class Texts;
