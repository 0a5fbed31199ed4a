using System.Collections.Concurrent;
using System.Data.Common;
using System.Reflection;
using System.Text.Json;

namespace Hotline.Data;

/// <summary>
/// A statement that writes any number of rows of a table, made once and kept in a static field: every property of the row type is a column of the
/// same name in snake case. Each engine writes it in its own way (<see cref="Dialect"/>); <see cref="Work.ExecuteAsync{T}(Bulk{T}, IReadOnlyCollection{T})"/> runs it.
/// </summary>
public sealed class Bulk<T>
{
    private readonly Func<Dialect, Bulk<T>, bool, string> _write;
    private readonly ConcurrentDictionary<(string Dialect, bool One), string> _sql = [];

    private Bulk(string table, IEnumerable<Column<T>> columns, Func<Dialect, Bulk<T>, bool, string> write)
    {
        Table = table;
        Columns = [.. columns];
        _write = write;
    }

    public string Table { get; }

    /// <summary>The columns that the statement needs.</summary>
    public IReadOnlyList<Column<T>> Columns { get; }

    public string ColumnNames => string.Join(", ", Columns.Select(c => c.Name));

    /// <summary>Adds rows; one whose key is there already is a conflict.</summary>
    public static Bulk<T> Insert(string table) => new(table, Column<T>.All, (d, b, one) => d.Insert(b, one));

    /// <summary>The same for a table that has some of the columns only.</summary>
    public static Bulk<T> Insert(string table, string columns) => new(table, Named(columns.Split(',', StringSplitOptions.TrimEntries)), (d, b, one) => d.Insert(b, one));

    /// <summary>Adds the rows whose keys are not there yet, and leaves the others as they are.</summary>
    public static Bulk<T> InsertMissing(string table, params IReadOnlyList<string> keys) => new(table, Column<T>.All, (d, b, one) => d.InsertMissing(b, keys, one));

    /// <summary>Adds <paramref name="numbers"/> to those of the row with the same keys, or adds the row. The rows should come in the order of their keys.</summary>
    public static Bulk<T> Add(string table, IReadOnlyList<string> keys, IReadOnlyList<string> numbers) => new(table, Column<T>.All, (d, b, one) => d.Add(b, keys, numbers, one));

    /// <summary>Changes columns of the rows with the same key.</summary>
    /// <param name="version">A column to set, which must be one less in the stored row than in the new one, or else the row stays as it is.</param>
    public static Bulk<T> Update(string table, string key, IReadOnlyList<string> set, string? version = null)
    {
        return new Bulk<T>(table, Named([.. set, key, .. version is null ? [] : new[] { version }]), (d, b, one) => d.Update(b, key, version, one));
    }

    private static IEnumerable<Column<T>> Named(IReadOnlyList<string> names) => names.Except(Column<T>.All.Select(c => c.Name)).FirstOrDefault() is { } unknown
        ? throw new ArgumentException($"{typeof(T).Name} has no property for the column '{unknown}'.", nameof(names))
        : Column<T>.All.Where(c => names.Contains(c.Name));

    /// <param name="one">For one row, where the engine writes it in another way than several.</param>
    internal string Sql(Dialect dialect, bool one) => _sql.GetOrAdd((dialect.Name, one), _ => _write(dialect, this, one));
}

/// <summary>Rows, and the statement that writes them.</summary>
internal abstract record Written
{
    public abstract string Sql(Dialect dialect, bool one);

    public abstract int Count { get; }

    /// <summary>The values of each column, by the property's name.</summary>
    public abstract IEnumerable<(string Property, Type Type, Array Values)> Values();

    public abstract Task<int> ExecuteAsync(Dialect dialect, DbConnection connection, DbTransaction transaction, CancellationToken ct);
}

internal sealed record Written<T>(Bulk<T> Statement, IReadOnlyCollection<T> Rows) : Written
{
    public override string Sql(Dialect dialect, bool one) => Statement.Sql(dialect, one);

    public override int Count => Rows.Count;

    public override IEnumerable<(string Property, Type Type, Array Values)> Values() => Statement.Columns.Select(c => (c.Property, c.Type, c.Values(Rows)));

    public override Task<int> ExecuteAsync(Dialect dialect, DbConnection connection, DbTransaction transaction, CancellationToken ct) =>
        dialect.ExecuteAsync(Statement, Rows, connection, transaction, ct);
}

/// <param name="Type">Of the values, without the question mark.</param>
/// <param name="Get">The value of a row: a <c>Func</c> of the property's own type.</param>
/// <param name="Values">The values of this column in the given rows.</param>
public sealed record Column<T>(string Property, string Name, Type Type, Delegate Get, Func<IReadOnlyCollection<T>, Array> Values)
{
    internal static IReadOnlyList<Column<T>> All { get; } =
        [.. typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite).Select(Of)];

    private static Column<T> Of(PropertyInfo property)
    {
        var get = property.GetMethod!.CreateDelegate(typeof(Func<,>).MakeGenericType(typeof(T), property.PropertyType));
        var values = typeof(Column<T>).GetMethod(nameof(ValuesOf), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(property.PropertyType);
        return new Column<T>(
            property.Name,
            JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name),
            Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType,
            get,
            (Func<IReadOnlyCollection<T>, Array>)values.Invoke(null, [get])!);
    }

    private static Func<IReadOnlyCollection<T>, Array> ValuesOf<TValue>(Func<T, TValue> get) => rows => rows.Select(get).ToArray();
}
