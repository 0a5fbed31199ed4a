namespace Hotline.Intake;

/// <summary>Marks the texts of Intake's pages and of the vocabulary of tickets: <c>Texts.resx</c> (Chinese) and <c>Texts.en.resx</c>.</summary>
public sealed class Texts;
