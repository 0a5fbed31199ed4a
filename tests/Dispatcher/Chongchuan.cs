using Hotline.Dispatcher.Matters;
using Hotline.Dispatcher.Place;
using Hotline.Dispatcher.Rules;
using Hotline.Dispatcher.Units;

namespace Hotline.Dispatcher.Tests;

/// <summary>The units of Chongchuan district (320613) in Nantong, as <c>hotline init</c> makes them.</summary>
internal static class Chongchuan
{
    public const string Division = "320613";

    public static IReadOnlyList<UnitSeed> Seeds { get; } = UnitTree.For(Division, DivisionDirectory.Instance)!;

    public static UnitIndex Units { get; } = new(Seeds.Select(s => new Unit(s.Code, s.Name, s.Kind, s.Parent, s.Division, s.NameEn)));

    public static RoutingBasis.State Basis { get; } = With(RuleBook.DefaultCsv);

    public static string Health { get; } = $"{Division}-health";
    public static string Market { get; } = $"{Division}-market";
    public static string Police { get; } = $"{Division}-police";
    public static string Urban { get; } = $"{Division}-urban";

    /// <summary>新城桥街道办事处.</summary>
    public static Unit Xinchengqiao { get; } = Street("新城桥街道");

    /// <summary>和平桥街道办事处.</summary>
    public static Unit Hepingqiao { get; } = Street("和平桥街道");

    public static RoutingBasis.State With(string csv) =>
        new(Units, RuleBook.Check(csv, Units, CategoryCatalogue.Instance, out var errors) ?? throw new InvalidOperationException(string.Join("\n", errors)));

    private static Unit Street(string name) => Units.All.Single(u => u.Kind == "street" && u.Name.StartsWith(name, StringComparison.Ordinal));
}
