namespace Hotline.Handlers;

/// <summary>Names the texts of this role's pages: Texts.resx in Chinese, Texts.en.resx in English.</summary>
public sealed class Texts;
