using System.Globalization;
using System.Text.Json;
using Hotline.Contracts;
using Hotline.Dispatcher.Units;
using NetTopologySuite.Geometries;
using NetTopologySuite.Geometries.Prepared;
using NetTopologySuite.Index.Strtree;
using NetTopologySuite.Operation.OverlayNG;
using NetTopologySuite.Operation.Valid;

namespace Hotline.Dispatcher.Place;

/// <summary>
/// Boundaries as GeoJSON (RFC 7946): a FeatureCollection of Polygons and MultiPolygons in WGS 84, each with the code of a street (9 digits), a community
/// (12) or a grid as its property <c>code</c>.
/// </summary>
public static class BoundaryFile
{
    /// <summary>Areas of one level that share more than this part of the smaller one overlap; less is how borders are drawn.</summary>
    public const double MostShared = 0.02;

    /// <summary>At least this part of a smaller area lies in the larger one that it belongs to.</summary>
    public const double LeastInside = 0.5;

    private const int MostFeatures = 100_000;

    private static readonly GeometryFactory Factory = new(new PrecisionModel(), 4326);

    /// <summary>Reads boundaries that were checked when they were saved.</summary>
    internal static Boundaries Stored(string geoJson)
    {
        var errors = new FileErrors();
        var areas = Parse(geoJson, errors, known: true);
        return errors.Count == 0 ? new Boundaries([.. areas.Select(a => a.Area)]) : throw new InvalidDataException($"The stored boundaries cannot be read: {errors.Told[0].Where}: {errors.Told[0].Message}");
    }

    /// <summary>Reads boundaries and says everything that is wrong with them, by the number of the feature, from 1.</summary>
    /// <param name="units">Null to take streets and communities of the whole country, for boundaries without a hotline.</param>
    /// <returns>Null where anything is wrong.</returns>
    public static Boundaries? Check(string geoJson, UnitIndex? units, GridBook grids, DivisionDirectory directory, out IReadOnlyList<FileError> errors)
    {
        var found = new FileErrors();
        var areas = Parse(geoJson, found, known: false);
        foreach (var (feature, area) in areas)
        {
            if (area.Level == AreaLevel.Grid)
            {
                if (grids.Find(area.Code) is null)
                    found.Add(FileError.Feature(feature, $"There is no grid '{area.Code}': save the list of grids first, or give 9 digits for a street, 12 for a community.", $"没有网格「{area.Code}」：请先保存网格清单；街道为 9 位编码，社区为 12 位。"));
            }
            else if (units?.Find(area.Code) is null && directory.Find(area.Code) is null)
                found.Add(FileError.Feature(feature, $"There is no {(area.Level == AreaLevel.Street ? "street" : "community")} {area.Code} in the directory of divisions or among the units.", $"区划目录和本热线单位中没有{(area.Level == AreaLevel.Street ? "街道" : "社区")} {area.Code}。"));
            else if (units?.Home is { } home && !area.Code.StartsWith(home, StringComparison.Ordinal))
                found.Add(FileError.Feature(feature, $"{area.Code} lies outside this hotline's area ({home}).", $"{area.Code} 不在本热线辖区（{home}）内。"));
        }
        foreach (var twice in areas.GroupBy(a => a.Area.Code).Where(g => g.Count() > 1))
            found.Add(FileError.Feature(twice.ElementAt(1).Feature, $"'{twice.Key}' is feature {twice.First().Feature} already: give one MultiPolygon.", $"「{twice.Key}」已是第 {twice.First().Feature} 个图形：请合为一个 MultiPolygon。"));
        if (found.Count == 0) FindOverlaps(areas, grids, found);
        errors = found.Told;
        return found.Count == 0 ? new Boundaries([.. areas.Select(a => a.Area)]) : null;
    }

    /// <summary>Areas of one level that overlap, and areas outside of the one that they belong to.</summary>
    private static void FindOverlaps(IReadOnlyList<(int Feature, Area Area)> areas, GridBook grids, FileErrors errors)
    {
        var byCode = areas.ToDictionary(a => a.Area.Code, a => a, StringComparer.Ordinal);
        foreach (var level in areas.GroupBy(a => a.Area.Level))
        {
            var tree = new STRtree<(int Feature, Area Area)>();
            foreach (var one in level) tree.Insert(one.Area.Shape.EnvelopeInternal, one);
            foreach (var one in level)
            {
                var prepared = PreparedGeometryFactory.Prepare(one.Area.Shape);
                foreach (var other in tree.Query(one.Area.Shape.EnvelopeInternal))
                {
                    if (other.Feature <= one.Feature || !prepared.Intersects(other.Area.Shape)) continue;
                    var smaller = Math.Min(one.Area.Shape.Area, other.Area.Shape.Area);
                    var shared = Common(one.Area.Shape, other.Area.Shape);
                    if (shared > smaller * MostShared)
                        errors.Add(FileError.Feature(other.Feature, $"'{other.Area.Code}' overlaps '{one.Area.Code}' (feature {one.Feature}) with {Percent(shared / smaller)} of the smaller one; {Percent(MostShared)} is allowed.", $"「{other.Area.Code}」与第 {one.Feature} 个图形「{one.Area.Code}」重叠，占较小者的 {Percent(shared / smaller)}；最多 {Percent(MostShared)}。"));
                    if (errors.Count > FileErrors.MostTold) return;
                }
            }
        }
        foreach (var (feature, area) in areas)
        {
            var community = area.Level == AreaLevel.Grid ? grids.Find(area.Code)!.Community : area.Code;
            foreach (var code in (string[])[community, community[..9]])
            {
                if (code == area.Code || !byCode.TryGetValue(code, out var outer)) continue;
                var inside = Common(area.Shape, outer.Area.Shape) / area.Shape.Area;
                if (inside < LeastInside)
                    errors.Add(FileError.Feature(feature, $"'{area.Code}' belongs to '{code}' (feature {outer.Feature}), but only {Percent(inside)} of it lies there: one of the two codes or boundaries is wrong.", $"「{area.Code}」属于第 {outer.Feature} 个图形「{code}」，却只有 {Percent(inside)} 在其中：其一的编码或边界有误。"));
                if (errors.Count > FileErrors.MostTold) return;
            }
        }
    }

    private static double Common(Geometry one, Geometry other) => OverlayNGRobust.Overlay(one, other, NetTopologySuite.Operation.Overlay.SpatialFunction.Intersection).Area;

    /// <param name="known">Its shapes are known to be valid: asking again takes longer than all the rest.</param>
    private static List<(int Feature, Area Area)> Parse(string geoJson, FileErrors errors, bool known)
    {
        var areas = new List<(int, Area)>();
        try
        {
            using var document = JsonDocument.Parse(geoJson);
            var root = document.RootElement;
            if (Text(root, "type") != "FeatureCollection" || Member(root, "features") is not { ValueKind: JsonValueKind.Array } features)
            {
                errors.Add(FileError.File("A GeoJSON FeatureCollection with an array 'features' is needed.", "须为 GeoJSON 的 FeatureCollection，含数组 features。"));
                return areas;
            }
            if (Member(root, "crs") is { } crs && !IsDegrees(crs))
            {
                errors.Add(new FileError("crs", 0, "", "Boundaries are in degrees of WGS 84 (CRS84, EPSG:4326) or of CGCS 2000 (EPSG:4490): convert them first.", "坐标须为 WGS 84（CRS84、EPSG:4326）或 CGCS 2000（EPSG:4490）的经纬度，请先转换。"));
                return areas;
            }
            if (features.GetArrayLength() > MostFeatures)
            {
                errors.Add(FileError.File($"There are {features.GetArrayLength()} features; {MostFeatures} are allowed.", $"共 {features.GetArrayLength()} 个图形，最多 {MostFeatures} 个。"));
                return areas;
            }
            var number = 0;
            foreach (var feature in features.EnumerateArray())
            {
                number++;
                try
                {
                    areas.Add((number, Read(feature, known)));
                }
                catch (WrongShapeException e)
                {
                    errors.Add(FileError.Feature(number, e.Said.En, e.Said.Zh));
                }
            }
        }
        catch (WrongShapeException e)
        {
            errors.Add(FileError.File(e.Said.En, e.Said.Zh));
        }
        catch (JsonException e)
        {
            errors.Add(FileError.File($"This is no JSON: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}.", $"不是 JSON：第 {e.LineNumber + 1} 行第 {e.BytePositionInLine + 1} 字节。"));
        }
        return areas;
    }

    private static bool IsDegrees(JsonElement crs)
    {
        if (crs.ValueKind == JsonValueKind.Null) return true;
        var name = Member(crs, "properties") is { } properties ? Text(properties, "name") : null;
        return name is not null && (name.EndsWith("CRS84", StringComparison.Ordinal) || name.EndsWith(":4326", StringComparison.Ordinal) || name.EndsWith(":4490", StringComparison.Ordinal));
    }

    /// <exception cref="WrongShapeException">With what is wrong.</exception>
    private static Area Read(JsonElement feature, bool known)
    {
        if (Text(feature, "type") != "Feature") throw new WrongShapeException("Each of 'features' is an object with the type Feature.", "features 的每一项须为 Feature 对象。");
        var code = Member(feature, "properties") is { } properties ? Text(properties, "code") : null;
        if (string.IsNullOrEmpty(code) || code.Length > 32) throw new WrongShapeException("The property 'code' must be a string: 9 digits of a street, 12 of a community, or a grid's code.", "属性 code 须为字符串：9 位街道、12 位社区编码，或网格编码。");
        var level = !code.All(char.IsAsciiDigit) ? AreaLevel.Grid : code.Length switch { 9 => AreaLevel.Street, 12 => AreaLevel.Community, _ => AreaLevel.Grid };
        if (Member(feature, "geometry") is not { } geometry || Member(geometry, "coordinates") is not { } coordinates)
            throw new WrongShapeException($"'{code}' has no geometry with coordinates.", $"「{code}」没有含坐标的 geometry。");
        Geometry shape = Text(geometry, "type") switch
        {
            "Polygon" => Polygon(coordinates, code),
            "MultiPolygon" => Factory.CreateMultiPolygon([.. Items(coordinates, code).Select(p => Polygon(p, code))]),
            var other => throw new WrongShapeException($"'{code}' is a {other ?? "shape without a type"}; a Polygon or a MultiPolygon is needed.", $"「{code}」为{other ?? "无类型的图形"}，须为 Polygon 或 MultiPolygon。"),
        };
        if (shape.IsEmpty) throw new WrongShapeException($"'{code}' is empty.", $"「{code}」是空的。");
        var valid = new IsValidOp(shape);
        if (!known && !valid.IsValid)
        {
            var error = valid.ValidationError;
            var near = string.Create(CultureInfo.InvariantCulture, $"{error.Coordinate.X:0.######},{error.Coordinate.Y:0.######}");
            throw new WrongShapeException($"The boundary of '{code}' is not valid: {error.Message} near {near}.", $"「{code}」的边界在 {near} 附近不成立（{error.Message}）。");
        }
        return new Area(code, level, shape);
    }

    private static Polygon Polygon(JsonElement rings, string code)
    {
        var all = Items(rings, code).Select(r => Ring(r, code)).ToArray();
        return all.Length > 0 ? Factory.CreatePolygon(all[0], all[1..]) : throw new WrongShapeException($"'{code}' has a polygon without a ring.", $"「{code}」有多边形没有环。");
    }

    private static LinearRing Ring(JsonElement positions, string code)
    {
        var ring = Items(positions, code).Select(p => Position(p, code)).ToArray();
        if (ring.Length < 4) throw new WrongShapeException($"'{code}' has a ring of {ring.Length} positions; 4 are the least.", $"「{code}」有环只有 {ring.Length} 个点，至少 4 个。");
        if (!ring[0].Equals2D(ring[^1])) throw new WrongShapeException($"'{code}' has a ring that is not closed: its last position must be its first.", $"「{code}」有环没有闭合：末点须与首点相同。");
        return Factory.CreateLinearRing(ring);
    }

    private static Coordinate Position(JsonElement position, string code)
    {
        var numbers = Items(position, code).ToArray();
        if (numbers.Length is < 2 or > 4 || numbers.Any(n => n.ValueKind != JsonValueKind.Number)) throw new WrongShapeException($"'{code}' has a position that is not [longitude, latitude].", $"「{code}」有坐标不是 [经度, 纬度]。");
        var (lng, lat) = (numbers[0].GetDouble(), numbers[1].GetDouble());
        if (lng is < -180 or > 180 || lat is < -90 or > 90)
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"{lng},{lat}");
            throw new WrongShapeException($"'{code}' has the position {at}, which is outside of degrees: longitude comes first, and metres of a projection must be converted.", $"「{code}」的坐标 {at} 超出经纬度范围：经度在前；投影坐标（米）须先转换。");
        }
        return new Coordinate(lng, lat);
    }

    private static IEnumerable<JsonElement> Items(JsonElement array, string code) =>
        array.ValueKind == JsonValueKind.Array ? array.EnumerateArray() : throw new WrongShapeException($"'{code}' has coordinates that are not nested as its type asks.", $"「{code}」的坐标层次与类型不符。");

    private static string? Text(JsonElement element, string name) => Member(element, name) is { ValueKind: JsonValueKind.String } value ? Unicode(value.GetString) : null;

    /// <returns>Null where it has none, or is no object.</returns>
    private static JsonElement? Member(JsonElement element, string name) =>
        Unicode(() => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : (JsonElement?)null);

    /// <summary>JSON may escape half a character (<c>\ud800</c>), in names as in values; the reader says so only when it comes to that text.</summary>
    /// <exception cref="WrongShapeException">It did.</exception>
    private static T Unicode<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            throw new WrongShapeException("A name or a text in it is not Unicode: an escape like \\ud800 is half a character.", "其中有名称或文本不是 Unicode：\\ud800 这样的转义只是半个字符。");
        }
    }

    private static string Percent(double share) => (share * 100).ToString("0.#", CultureInfo.InvariantCulture) + " %";

    /// <summary>What is wrong with a feature; caught where features are counted.</summary>
    private sealed class WrongShapeException(string en, string zh) : Exception(en)
    {
        public Sentence Said { get; } = new(zh, en);
    }
}
