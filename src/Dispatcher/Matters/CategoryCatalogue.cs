using Hotline.Contracts;

namespace Hotline.Dispatcher.Matters;

/// <summary>A third-level class of the catalogue of matters (诉求分类), with the classes above it.</summary>
/// <param name="Code">Six digits.</param>
/// <param name="Name">The class's own name; where the standard leaves it blank, that of its second level.</param>
/// <param name="Remark">What the standard says belongs here; may be empty.</param>
public sealed record Category(string Code, string Name, Named Level1, Named Level2, string Remark)
{
    /// <summary>Where everything goes that its second level does not name: 其他….</summary>
    public bool IsRest => Code.EndsWith("99", StringComparison.Ordinal);

    public Named Named => new(Code, Name);
}

/// <summary>
/// The catalogue of matters of DB44/T 2479-2024, appendix A: 14, 99 and 515 classes. Two oddities of the printed standard are settled here:
/// thirteen second levels have one unnamed third level (code …00), which takes the name of its second level; and code 090499 is printed twice,
/// the second time under 0905 (民族宗教) where the row order asks for 090599, which is what it gets.
/// </summary>
public sealed class CategoryCatalogue
{
    private static readonly Lazy<CategoryCatalogue> Shared = new(() => new CategoryCatalogue());

    private readonly Dictionary<string, Named> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Category> _classes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _paths = new(StringComparer.Ordinal);

    private CategoryCatalogue()
    {
        All = [.. Read()];
        foreach (var category in All)
        {
            _names[category.Level1.Code] = category.Level1;
            _names[category.Level2.Code] = category.Level2;
            _names[category.Code] = category.Named;
            _classes[category.Code] = category;
        }
        foreach (var code in _names.Keys) _paths[code] = Joined(code);
    }

    public static CategoryCatalogue Instance => Shared.Value;

    /// <summary>The third-level classes in the order of the standard.</summary>
    public IReadOnlyList<Category> All { get; }

    /// <summary>The name of a class of any level, by its 2, 4 or 6 digits.</summary>
    public Named? Find(string code) => _names.GetValueOrDefault(code);

    /// <summary>A third-level class by its six digits.</summary>
    public Category? Class(string code) => _classes.GetValueOrDefault(code);

    /// <summary>The names from the first level down: 城乡建设 / 物业管理 / 小区卫生.</summary>
    public string Path(string code) => _paths.GetValueOrDefault(code) ?? Joined(code);

    private string Joined(string code) =>
        string.Join(" / ", new[] { 2, 4, 6 }.Where(n => n <= code.Length).Select(n => Find(code[..n])?.Name).OfType<string>().Distinct());

    private static IEnumerable<Category> Read()
    {
        foreach (var row in CsvText.Read(Resource.Text("Matters.db44t2479-2024.csv")).Rows)
        {
            var level1 = new Named(row["level_1_code"], row["level_1_name"]);
            var level2 = new Named(row["level_2_code"], row["level_2_name"]);
            var printed = row["level_3_code"];
            var code = printed.StartsWith(level2.Code, StringComparison.Ordinal) ? printed : level2.Code + printed[4..];
            var name = row["level_3_name"] is { Length: > 0 } own ? own : level2.Name;
            yield return new Category(code, name, level1, level2, row["remark"]);
        }
    }
}
