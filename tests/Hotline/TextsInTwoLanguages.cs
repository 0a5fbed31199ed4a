using System.Collections;
using System.Globalization;
using System.Resources;
using Hotline.App.Shell;

namespace Hotline.Tests;

/// <summary>Every text stands in both languages.</summary>
public sealed class TextsInTwoLanguages
{
    public static TheoryData<string> Projects => [.. ShellSetup.PageAssemblies.Append(typeof(ShellSetup).Assembly).Select(a => a.GetName().Name!)];

    [Theory, MemberData(nameof(Projects))]
    public void A_text_in_one_language_stands_in_the_other(string project)
    {
        var assembly = System.Reflection.Assembly.Load(project);
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.EndsWith(".resources", StringComparison.Ordinal)))
        {
            var texts = new ResourceManager(Path.GetFileNameWithoutExtension(name), assembly);
            var chinese = Read(texts, CultureInfo.InvariantCulture);
            var english = Read(texts, CultureInfo.GetCultureInfo("en"));
            Assert.NotEmpty(chinese);
            Assert.Equal(chinese.Keys.Order(StringComparer.Ordinal), english.Keys.Order(StringComparer.Ordinal));
            Assert.All(chinese, text => Assert.Equal(Places(text.Value), Places(english[text.Key])));
        }
    }

    private static Dictionary<string, string> Read(ResourceManager texts, CultureInfo culture) =>
        texts.GetResourceSet(culture, createIfNotExists: true, tryParents: false)?.Cast<DictionaryEntry>()
            .ToDictionary(e => (string)e.Key, e => (string)e.Value!, StringComparer.Ordinal) ?? [];

    /// <summary>The places for values: {0}, {1}.</summary>
    private static IEnumerable<string> Places(string text) =>
        System.Text.RegularExpressions.Regex.Matches(text, @"\{\d+").Select(m => m.Value).Order(StringComparer.Ordinal);
}
