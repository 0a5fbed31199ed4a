namespace Hotline.App;

/// <summary>Marks the texts of the shell: <c>Texts.resx</c> (Chinese) and <c>Texts.en.resx</c>.</summary>
public sealed class Texts;
