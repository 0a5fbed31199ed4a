using NetTopologySuite.Geometries;
using NetTopologySuite.Geometries.Prepared;
using NetTopologySuite.Index.Strtree;
using Location = Hotline.Contracts.Location;

namespace Hotline.Dispatcher.Place;

/// <summary>What an area is of; ascending from the largest.</summary>
public enum AreaLevel { Street, Community, Grid }

/// <summary>An area with its boundary, in degrees.</summary>
internal sealed record Area(string Code, AreaLevel Level, Geometry Shape);

/// <summary>Where coordinates lie among the boundaries.</summary>
/// <param name="Street">Null where they lie in none and near none.</param>
/// <param name="Community">Null where it is not known, or not sure because the point lies near its border.</param>
/// <param name="Grid">As <paramref name="Community"/>.</param>
/// <param name="Confidence">Of the street: less near the border to another one, a half on it.</param>
/// <param name="Metres">To the nearest area; 0 inside of one.</param>
/// <param name="Near">The streets that it could be, likeliest first.</param>
public sealed record LocatedPlace(string? Street, string? Community, Grid? Grid, double Confidence, double Metres, IReadOnlyList<(string Street, double Share)> Near);

/// <summary>
/// The boundaries (边界) of streets, communities and grids, in memory: a tree of their envelopes, and each prepared for the question whether a point lies in it.
/// Shapes are kept in metres on a plane around their middle latitude, so that distances to a border are metres; over a city that is right to about one per
/// cent. Safe for any number of threads.
/// </summary>
public sealed class Boundaries
{
    /// <summary>Where a point lies inside an area and far from another, so often the area is right: what is left is for wrong pins and old boundaries. Set, not measured.</summary>
    public const double Certain = 0.97;

    /// <summary>The error of coordinates, as a standard deviation: a phone among houses, a pin on a map.</summary>
    public const double ErrorMetres = 20;

    /// <summary>An area further away than this is no candidate.</summary>
    public const double NearMetres = 3 * ErrorMetres;

    private const double MetresPerDegree = 111_195, LeastShare = 0.7;

    private readonly STRtree<Shape> _tree = new();
    private readonly List<Shape> _shapes = [];
    private readonly double _scale = 1;
    private readonly Dictionary<string, Shape> _streets = new(StringComparer.Ordinal);

    private sealed record Shape(string Code, AreaLevel Level, IPreparedGeometry Prepared);

    internal Boundaries(IReadOnlyList<Area> areas)
    {
        Count = areas.Count;
        if (areas.Count == 0) return;
        var all = new Envelope();
        foreach (var area in areas) all.ExpandToInclude(area.Shape.EnvelopeInternal);
        _scale = Math.Cos(all.Centre.Y * Math.PI / 180);
        foreach (var area in areas)
        {
            var plane = area.Shape.Copy();
            plane.Apply(new ToPlane(_scale));
            plane.GeometryChanged();
            var shape = new Shape(area.Code, area.Level, PreparedGeometryFactory.Prepare(plane));
            _tree.Insert(plane.EnvelopeInternal, shape);
            _shapes.Add(shape);
            if (area.Level == AreaLevel.Street) _streets.Add(area.Code, shape);
        }
        _tree.Build();
    }

    public static Boundaries Empty { get; } = new([]);

    public int Count { get; }

    public int CountOf(AreaLevel level) => _shapes.Count(s => s.Level == level);

    /// <summary>Whether the whole of a street is drawn.</summary>
    public bool HasStreet(string code) => _streets.ContainsKey(code);

    /// <summary>The area that coordinates lie in, the smallest of those that hold them.</summary>
    /// <param name="grids">Says which community a grid belongs to; a grid that it does not know (any more) is passed over.</param>
    public LocatedPlace Find(Location location, GridBook grids)
    {
        var point = new Point(Plane(location));
        var reach = point.EnvelopeInternal.Copy();
        reach.ExpandBy(NearMetres);
        var near = new List<(Shape Shape, double Metres)>();
        foreach (var shape in _tree.Query(reach))
        {
            if (shape.Level == AreaLevel.Grid && grids.Find(shape.Code) is null) continue;
            var metres = shape.Prepared.Covers(point) ? 0 : shape.Prepared.Geometry.Distance(point);
            if (metres <= NearMetres) near.Add((shape, metres));
        }
        if (near.Count == 0) return new LocatedPlace(null, null, null, 0, Nearest(point), []);

        near.Sort(static (a, b) => a.Metres != b.Metres ? a.Metres.CompareTo(b.Metres) : b.Shape.Level.CompareTo(a.Shape.Level));
        var streets = Weigh(near, s => CommunityOf(s, grids)?[..9] ?? s.Code);
        var (street, share) = streets[0];
        var community = Sure(Weigh(near.FindAll(n => CommunityOf(n.Shape, grids)?[..9] == street), s => CommunityOf(s, grids)));
        var grid = Sure(Weigh(near.FindAll(n => n.Shape.Level == AreaLevel.Grid), s => s.Code)) is { } code ? grids.Find(code) : null;
        return new LocatedPlace(
            street, community, grid is not null && grid.Community == community ? grid : null, Math.Round(Certain * share, 3), near[0].Metres, streets);

        string? Sure(List<(string Key, double Share)> weighed) =>
            near[0].Metres == 0 && weighed is [var (key, of), ..] && of >= LeastShare ? key : null;
    }

    /// <summary>How many metres coordinates lie outside of a street; null where its boundary is not known.</summary>
    public double? MetresFrom(string street, Location location) =>
        _streets.TryGetValue(street, out var shape) ? shape.Prepared.Geometry.Distance(new Point(Plane(location))) : null;

    /// <summary>
    /// The shares of what a point could lie in. The true point is taken to scatter around the one given: on a straight border half of it lies
    /// beyond, <see cref="ErrorMetres"/> away a sixth. Outside of all areas the rest of the share is nobody's.
    /// </summary>
    private static List<(string Key, double Share)> Weigh(List<(Shape Shape, double Metres)> near, Func<Shape, string?> key)
    {
        var keyed = new List<(string Key, double Metres)>();
        foreach (var (shape, metres) in near)
            if (key(shape) is { } code && !keyed.Exists(k => k.Key == code)) keyed.Add((code, metres));
        if (keyed.Count == 0) return [];
        var inside = keyed[0].Metres == 0;
        var weights = keyed.Select((k, i) => i == 0 && inside ? 1 - Beyond(keyed.Count > 1 ? keyed[1].Metres : double.MaxValue) : Beyond(k.Metres)).ToArray();
        var sum = inside ? weights.Sum() : Math.Max(1, weights.Sum());
        return [.. keyed.Select((k, i) => (k.Key, weights[i] / sum)).OrderByDescending(k => k.Item2)];
    }

    /// <summary>The share of the error that reaches further than this to one side: the normal distribution's tail, by its logistic likeness.</summary>
    private static double Beyond(double metres) => 1 / (1 + Math.Exp(1.702 * metres / ErrorMetres));

    private static string? CommunityOf(Shape shape, GridBook grids) => shape.Level switch
    {
        AreaLevel.Street => null,
        AreaLevel.Community => shape.Code,
        _ => grids.Find(shape.Code)!.Community,
    };

    private double Nearest(Point point)
    {
        var nearest = double.MaxValue;
        foreach (var shape in _shapes)
            if (shape.Prepared.Geometry.EnvelopeInternal.Distance(point.EnvelopeInternal) < nearest)
                nearest = Math.Min(nearest, shape.Prepared.Geometry.Distance(point));
        return nearest;
    }

    private Coordinate Plane(Location location) => new(location.Lng * _scale * MetresPerDegree, location.Lat * MetresPerDegree);

    private sealed class ToPlane(double scale) : ICoordinateSequenceFilter
    {
        public bool Done => false;

        public bool GeometryChanged => true;

        public void Filter(CoordinateSequence seq, int i)
        {
            seq.SetX(i, seq.GetX(i) * scale * MetresPerDegree);
            seq.SetY(i, seq.GetY(i) * MetresPerDegree);
        }
    }
}
