namespace Hotline.Reporting;

/// <summary>Names the texts of this role: Texts.resx in Chinese, Texts.en.resx in English.</summary>
public sealed class Texts;
