using System.Globalization;
using System.Text.Json;
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

    private const int MostFeatures = 100_000, MostErrors = 200;

    private static readonly GeometryFactory Factory = new(new PrecisionModel(), 4326);

    /// <summary>Reads boundaries that were checked when they were saved.</summary>
    internal static Boundaries Stored(string geoJson)
    {
        var errors = new List<FileError>();
        var areas = Parse(geoJson, errors, known: true);
        return errors.Count == 0 ? new Boundaries([.. areas.Select(a => a.Area)]) : throw new InvalidDataException($"The stored boundaries cannot be read: {errors[0].Where}: {errors[0].Message}");
    }

    /// <summary>Reads boundaries and says everything that is wrong with them, by the number of the feature, from 1.</summary>
    /// <param name="units">Null to take streets and communities of the whole country, for boundaries without a hotline.</param>
    /// <returns>Null where anything is wrong.</returns>
    public static Boundaries? Check(string geoJson, UnitIndex? units, GridBook grids, DivisionDirectory directory, out IReadOnlyList<FileError> errors)
    {
        var found = new List<FileError>();
        var areas = Parse(geoJson, found, known: false);
        foreach (var (feature, area) in areas)
        {
            if (area.Level == AreaLevel.Grid)
            {
                if (grids.Find(area.Code) is null)
                    found.Add(At(feature, $"There is no grid '{area.Code}': save the list of grids first, or give 9 digits for a street, 12 for a community."));
            }
            else if (units?.Find(area.Code) is null && directory.Find(area.Code) is null)
                found.Add(At(feature, $"There is no {(area.Level == AreaLevel.Street ? "street" : "community")} {area.Code} in the directory of divisions or among the units."));
            else if (units?.Home is { } home && !area.Code.StartsWith(home, StringComparison.Ordinal))
                found.Add(At(feature, $"{area.Code} lies outside this hotline's area ({home})."));
        }
        foreach (var twice in areas.GroupBy(a => a.Area.Code).Where(g => g.Count() > 1))
            found.Add(At(twice.ElementAt(1).Feature, $"'{twice.Key}' is feature {twice.First().Feature} already: give one MultiPolygon."));
        if (found.Count == 0) FindOverlaps(areas, grids, found);
        errors = found.Count > MostErrors ? [.. found.Take(MostErrors), new FileError("file", $"{found.Count - MostErrors} more features are wrong.")] : found;
        return found.Count == 0 ? new Boundaries([.. areas.Select(a => a.Area)]) : null;
    }

    /// <summary>Areas of one level that overlap, and areas outside of the one that they belong to.</summary>
    private static void FindOverlaps(IReadOnlyList<(int Feature, Area Area)> areas, GridBook grids, List<FileError> errors)
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
                        errors.Add(At(other.Feature, $"'{other.Area.Code}' overlaps '{one.Area.Code}' (feature {one.Feature}) with {Percent(shared / smaller)} of the smaller one; {Percent(MostShared)} is allowed."));
                    if (errors.Count > MostErrors) return;
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
                    errors.Add(At(feature, $"'{area.Code}' belongs to '{code}' (feature {outer.Feature}), but only {Percent(inside)} of it lies there: one of the two codes or boundaries is wrong."));
                if (errors.Count > MostErrors) return;
            }
        }
    }

    private static double Common(Geometry one, Geometry other) => OverlayNGRobust.Overlay(one, other, NetTopologySuite.Operation.Overlay.SpatialFunction.Intersection).Area;

    /// <param name="known">Its shapes are known to be valid: asking again takes longer than all the rest.</param>
    private static List<(int Feature, Area Area)> Parse(string geoJson, List<FileError> errors, bool known)
    {
        var areas = new List<(int, Area)>();
        try
        {
            using var document = JsonDocument.Parse(geoJson);
            var root = document.RootElement;
            if (Text(root, "type") != "FeatureCollection" || Member(root, "features") is not { ValueKind: JsonValueKind.Array } features)
            {
                errors.Add(new FileError("file", "A GeoJSON FeatureCollection with an array 'features' is needed."));
                return areas;
            }
            if (Member(root, "crs") is { } crs && !IsDegrees(crs))
            {
                errors.Add(new FileError("crs", "Boundaries are in degrees of WGS 84 (CRS84, EPSG:4326) or of CGCS 2000 (EPSG:4490): convert them first."));
                return areas;
            }
            if (features.GetArrayLength() > MostFeatures)
            {
                errors.Add(new FileError("file", $"There are {features.GetArrayLength()} features; {MostFeatures} are allowed."));
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
                catch (FormatException e)
                {
                    errors.Add(At(number, e.Message));
                }
            }
        }
        catch (FormatException e)
        {
            errors.Add(new FileError("file", e.Message));
        }
        catch (JsonException e)
        {
            errors.Add(new FileError("file", $"This is no JSON: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}."));
        }
        return areas;
    }

    private static bool IsDegrees(JsonElement crs)
    {
        if (crs.ValueKind == JsonValueKind.Null) return true;
        var name = Member(crs, "properties") is { } properties ? Text(properties, "name") : null;
        return name is not null && (name.EndsWith("CRS84", StringComparison.Ordinal) || name.EndsWith(":4326", StringComparison.Ordinal) || name.EndsWith(":4490", StringComparison.Ordinal));
    }

    /// <exception cref="FormatException">With what is wrong.</exception>
    private static Area Read(JsonElement feature, bool known)
    {
        if (Text(feature, "type") != "Feature") throw new FormatException("Each of 'features' is an object with the type Feature.");
        var code = Member(feature, "properties") is { } properties ? Text(properties, "code") : null;
        if (string.IsNullOrEmpty(code) || code.Length > 32) throw new FormatException("The property 'code' must be a string: 9 digits of a street, 12 of a community, or a grid's code.");
        var level = !code.All(char.IsAsciiDigit) ? AreaLevel.Grid : code.Length switch { 9 => AreaLevel.Street, 12 => AreaLevel.Community, _ => AreaLevel.Grid };
        if (Member(feature, "geometry") is not { } geometry || Member(geometry, "coordinates") is not { } coordinates)
            throw new FormatException($"'{code}' has no geometry with coordinates.");
        Geometry shape = Text(geometry, "type") switch
        {
            "Polygon" => Polygon(coordinates, code),
            "MultiPolygon" => Factory.CreateMultiPolygon([.. Items(coordinates, code).Select(p => Polygon(p, code))]),
            var other => throw new FormatException($"'{code}' is a {other ?? "shape without a type"}; a Polygon or a MultiPolygon is needed."),
        };
        if (shape.IsEmpty) throw new FormatException($"'{code}' is empty.");
        var valid = new IsValidOp(shape);
        if (!known && !valid.IsValid)
        {
            var error = valid.ValidationError;
            throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"The boundary of '{code}' is not valid: {error.Message} near {error.Coordinate.X:0.######},{error.Coordinate.Y:0.######}."));
        }
        return new Area(code, level, shape);
    }

    private static Polygon Polygon(JsonElement rings, string code)
    {
        var all = Items(rings, code).Select(r => Ring(r, code)).ToArray();
        return all.Length > 0 ? Factory.CreatePolygon(all[0], all[1..]) : throw new FormatException($"'{code}' has a polygon without a ring.");
    }

    private static LinearRing Ring(JsonElement positions, string code)
    {
        var ring = Items(positions, code).Select(p => Position(p, code)).ToArray();
        if (ring.Length < 4) throw new FormatException($"'{code}' has a ring of {ring.Length} positions; 4 are the least.");
        if (!ring[0].Equals2D(ring[^1])) throw new FormatException($"'{code}' has a ring that is not closed: its last position must be its first.");
        return Factory.CreateLinearRing(ring);
    }

    private static Coordinate Position(JsonElement position, string code)
    {
        var numbers = Items(position, code).ToArray();
        if (numbers.Length is < 2 or > 4 || numbers.Any(n => n.ValueKind != JsonValueKind.Number)) throw new FormatException($"'{code}' has a position that is not [longitude, latitude].");
        var (lng, lat) = (numbers[0].GetDouble(), numbers[1].GetDouble());
        if (lng is < -180 or > 180 || lat is < -90 or > 90)
            throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"'{code}' has the position {lng},{lat}, which is outside of degrees: longitude comes first, and metres of a projection must be converted."));
        return new Coordinate(lng, lat);
    }

    private static IEnumerable<JsonElement> Items(JsonElement array, string code) =>
        array.ValueKind == JsonValueKind.Array ? array.EnumerateArray() : throw new FormatException($"'{code}' has coordinates that are not nested as its type asks.");

    private static string? Text(JsonElement element, string name) => Member(element, name) is { ValueKind: JsonValueKind.String } value ? Unicode(value.GetString) : null;

    /// <returns>Null where it has none, or is no object.</returns>
    private static JsonElement? Member(JsonElement element, string name) =>
        Unicode(() => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : (JsonElement?)null);

    /// <summary>JSON may escape half a character (<c>\ud800</c>), in names as in values; the reader says so only when it comes to that text.</summary>
    /// <exception cref="FormatException">It did.</exception>
    private static T Unicode<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException e)
        {
            throw new FormatException("A name or a text in it is not Unicode: an escape like \\ud800 is half a character.", e);
        }
    }

    private static FileError At(int feature, string message) => new(string.Create(CultureInfo.InvariantCulture, $"feature {feature}"), message);

    private static string Percent(double share) => (share * 100).ToString("0.#", CultureInfo.InvariantCulture) + " %";
}
