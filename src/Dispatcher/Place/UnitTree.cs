using System.Globalization;

namespace Hotline.Dispatcher.Place;

/// <summary>
/// A unit to create. <paramref name="Kind"/>: platform, district, street, community or department. <paramref name="Division"/>: the division whose matters
/// are the unit's by territory; for a department that of its hotline.
/// </summary>
public sealed record UnitSeed(string Code, string Name, string Kind, string? Parent, string? Division, string? NameEn = null);

/// <summary>The unit tree of a hotline out of the directory: platform, departments, (districts,) street offices, communities.</summary>
public static class UnitTree
{
    /// <summary>
    /// The units of a city (4 digits; a municipality's 2) or a district (6), parents before children; null where the code is none of these. Streets that are
    /// no more than a statistical row stay in: the hotline removes what it does not use.
    /// </summary>
    public static IReadOnlyList<UnitSeed>? For(string division, DivisionDirectory directory)
    {
        if (directory.Find(division) is not { } root) return null;
        var municipality = DivisionDirectory.IsTransparent(root) ? directory.Find(division[..2]) : null;
        if (municipality is not null && !municipality.Name.EndsWith('市')) return null;
        if (root.Level == DivisionLevel.Province)
        {
            if (!root.Name.EndsWith('市')) return null;
            municipality = root;
        }
        else if (root.Level is not (DivisionLevel.City or DivisionLevel.County))
        {
            return null;
        }

        var name = (municipality ?? root).Name;
        var units = new List<UnitSeed> { new(root.Code, $"{name}12345政务服务便民热线", "platform", null, root.Code, "12345 Hotline") };
        units.AddRange(Departments(root, name, directory));
        if (root.Level == DivisionLevel.County) AddStreets(root, root.Code);
        else
        {
            var counties = root.Level == DivisionLevel.Province ? directory.Children(root.Code).SelectMany(c => directory.Children(c.Code)) : directory.Children(root.Code);
            foreach (var county in counties)
            {
                // 东莞市 and its like have no districts: the directory repeats the city in the county's place.
                if (county.Name == name)
                {
                    AddStreets(county, root.Code);
                    continue;
                }

                units.Add(new UnitSeed(county.Code, $"{county.Name}人民政府", "district", root.Code, county.Code));
                AddStreets(county, county.Code);
            }
        }

        return units;

        void AddStreets(Division county, string parent)
        {
            foreach (var street in directory.Children(county.Code))
            {
                units.Add(new UnitSeed(street.Code, OfficeOf(street.Name), "street", parent, street.Code));
                foreach (var community in directory.Communities(street.Code))
                    units.Add(new UnitSeed(community.Code, community.Name, "community", street.Code, community.Code));
            }
        }
    }

    /// <summary>What the office of a street-level division is called: 新城桥街道办事处, 塘栖镇人民政府, 港闸开发区管理委员会.</summary>
    public static string OfficeOf(string street) =>
        street.EndsWith("街道", StringComparison.Ordinal) || street.EndsWith("地区", StringComparison.Ordinal) ? street + "办事处"
        : street.EndsWith('镇') || street.EndsWith('乡') || street.EndsWith("苏木", StringComparison.Ordinal) ? street + "人民政府"
        : street.EndsWith("开发区", StringComparison.Ordinal) || street.EndsWith("园区", StringComparison.Ordinal) || street.EndsWith("新区", StringComparison.Ordinal)
            || street.EndsWith("高新区", StringComparison.Ordinal) ? street + "管理委员会"
        : street;

    private static IEnumerable<UnitSeed> Departments(Division root, string name, DivisionDirectory directory)
    {
        var isDistrict = root.Level == DivisionLevel.County && name.EndsWith('区');
        var isCounty = root.Level == DivisionLevel.County;
        var city = directory.Find(root.Code[..Math.Min(4, root.Code.Length)])!;
        var cityName = DivisionDirectory.IsTransparent(city) ? directory.Find(root.Code[..2])!.Name : city.Name;
        var stem = DivisionNames.Stem(name, root.Level) ?? name;
        foreach (var d in UnitTemplate.Departments)
        {
            // A county's fire brigade ranks as a district's does; its police and its planning are its own.
            var pattern = d.District is not null && (isDistrict || isCounty && d.Slug == "fire") ? d.District : d.Name;
            yield return new UnitSeed($"{root.Code}-{d.Slug}", string.Format(CultureInfo.InvariantCulture, pattern, name, cityName, stem), "department", root.Code, root.Code, d.NameEn);
        }
    }
}
